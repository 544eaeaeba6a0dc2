/** Charsets that switch by escapes or shifts, in seven bits: ISO-2022-JP, -KR, -CN, HZ and UTF-7. */
import iconv from "iconv-lite";

const ESCAPE = 0x1b;

/**
 * Decodes by what the escapes in the bytes announce, or null where there are none: `ESC $ B` and its like are
 * Japanese (RFC 1468, 2237), `ESC $ ) C` Korean (RFC 1557), `ESC $ ) A` and `ESC $ ) G` Chinese (RFC 1922).
 * No other charset of mail has them, so that they overrule what is declared.
 */
export function decodeByEscapes(bytes: Uint8Array): string | null {
  for (let at = bytes.indexOf(ESCAPE); at >= 0; at = bytes.indexOf(ESCAPE, at + 1)) {
    const next = asLatin1(bytes.subarray(at + 1, at + 4));
    if (/^(?:\$[@B]|\(J|\(I|\$\(D)/.test(next)) return decodeJapanese(bytes);
    if (next === "$)C") return decodeShifted(bytes, () => "euc-kr");
    if (/^\$\)[AG]/.test(next)) return decodeChinese(bytes);
  }
  return null;
}

/** Decodes bytes that are declared with one of `ESCAPED_LABELS` but announce nothing by themselves. */
export function decodeByShifts(label: string, bytes: Uint8Array): string {
  const text = asLatin1(bytes);
  if (label === "utf-7") return decodeUtf7(text);
  if (label === "hz-gb-2312") return decodeHz(text);
  if (label === "iso-2022-kr") return decodeShifted(bytes, () => "euc-kr");
  return text;
}

/**
 * An escape that another one follows at once is legal, and comes from joined words; the WHATWG decoder refuses it.
 * JIS X 0212 (`ESC $ ( D`) it does not know: read as EUC-JP's third set. Half-width kana may come as 8-bit bytes.
 */
function decodeJapanese(bytes: Uint8Array): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ESC is what this charset switches by
  const pieces = asLatin1(bytes).split(/\u001b(\$[@B]|\([BJIH]|\$\(D|\([A-Z])/);
  let text = pieces[0] ?? "";
  for (let at = 1; at < pieces.length; at += 2)
    text += decodeJapaneseRun(pieces[at] ?? "", pieces[at + 1] ?? "");
  return text;
}

function decodeJapaneseRun(set: string, run: string): string {
  if (set === "(I") return new TextDecoder("shift_jis").decode(raise(run));
  if (!set.startsWith("$")) return set === "(J" ? run.replaceAll("\\", "¥").replaceAll("~", "‾") : run;
  // A line end goes back to ASCII, whether or not the escape was written. Spaces stand in double bytes by mistake.
  return run
    .split(/([\r\n \t]+)/)
    .map((part) => (/^[\r\n \t]/.test(part) ? part : decodeJisPairs(set, part)))
    .join("");
}

function decodeJisPairs(set: string, run: string): string {
  if (run === "") return "";
  const raised = raise(run);
  if (set !== "$(D") return new TextDecoder("euc-jp").decode(raised);
  const third = new Uint8Array((raised.length >> 1) * 3);
  for (let pair = 0; pair * 2 + 1 < raised.length; pair++)
    third.set([0x8f, raised[pair * 2] ?? 0, raised[pair * 2 + 1] ?? 0], pair * 3);
  return new TextDecoder("euc-jp").decode(third);
}

function decodeChinese(bytes: Uint8Array): string {
  return decodeShifted(bytes, (set) => (set === "G" ? "cns" : "gb18030"));
}

/** SO (0x0e) goes to the announced double-byte set, SI (0x0f) back to ASCII. */
function decodeShifted(bytes: Uint8Array, labelOf: (set: string) => string): string {
  let set = "";
  let isShifted = false;
  let text = "";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the charset switches by
  for (const piece of asLatin1(bytes).split(/(\u001b\$\)[ACEG]|\u000e|\u000f|\r?\n)/)) {
    if (piece.startsWith("\u001b")) set = piece.slice(-1);
    else if (piece === "\u000e") isShifted = true;
    else if (piece === "\u000f") isShifted = false;
    else if (/^\r?\n$/.test(piece)) {
      isShifted = false;
      text += piece;
    } else text += isShifted ? decodeRaised(labelOf(set), piece) : piece;
  }
  return text;
}

function decodeRaised(label: string, run: string): string {
  // CNS 11643 has no decoder here; its characters are shown as unknown rather than as Latin letters.
  if (label === "cns") return "\ufffd".repeat(run.length >> 1);
  return new TextDecoder(label).decode(raise(run));
}

/** RFC 1843: `~{` begins GB 2312, `~}` ends it, `~~` is a tilde, `~` at a line end joins lines. */
function decodeHz(text: string): string {
  return text.replace(/~\{([^~\r\n]*)(?:~\}|$)|~~|~\r?\n/gm, (whole, run: string | undefined) => {
    if (run !== undefined) return iconv.decode(Buffer.from(raise(run)), "gbk");
    return whole === "~~" ? "~" : "";
  });
}

/** RFC 2152: `+` starts base64 of UTF-16BE, `-` or any other character ends it, `+-` is a plus. */
function decodeUtf7(text: string): string {
  return text.replace(/\+([A-Za-z0-9+/]*)-?/g, (_whole, base64: string) => {
    if (base64 === "") return "+";
    const bytes = Buffer.from(base64, "base64");
    return new TextDecoder("utf-16be").decode(bytes.subarray(0, bytes.length & ~1));
  });
}

function raise(run: string): Uint8Array {
  return Uint8Array.from(run, (char) => char.charCodeAt(0) | 0x80);
}

function asLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
