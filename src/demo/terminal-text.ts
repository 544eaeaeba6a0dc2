/** Text on a terminal: how wide it is, where it breaks, and nothing in it that moves the cursor. */

export interface TerminalStyle {
  colours: boolean;
  /** Columns at most, 40 to 100. */
  width: number;
}

/** Colours on a terminal only, and not where NO_COLOR is set (https://no-color.org). */
export function chooseStyle(
  stream: { isTTY?: boolean; columns?: number },
  env: Record<string, string | undefined>,
): TerminalStyle {
  const isTerminal = stream.isTTY === true;
  const wantsNone = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  const columns = isTerminal && stream.columns ? stream.columns : 100;
  return { colours: isTerminal && !wantsNone, width: Math.max(40, Math.min(100, columns)) };
}

const CODES = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};
export type Paint = keyof typeof CODES;

export function paint(text: string, how: Paint, style: TerminalStyle): string {
  const [on, off] = CODES[how];
  return style.colours && text !== "" ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** One line, without control and invisible characters: a mail must not write escape sequences to the terminal. */
export function flattenText(text: string): string {
  return text
    .replace(/[\s\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/(?!\u200d)[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, "")
    .trim();
}

const WIDE =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Bopomofo}\p{sc=Yi}\p{Emoji_Presentation}\u3000-\u303f\u30fb\u30fc\uff01-\uff60\uffe0-\uffe6]/u;
const ZERO = /^[\p{Mn}\p{Me}\u200d]+$/u;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text takes: two for a wide character (Unicode Standard Annex 11), none for a combining one. */
export function textWidth(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
}

function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) || grapheme.includes("\ufe0f") ? 2 : 1;
}

/** Fills up with spaces to `width` columns. */
export function padText(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

/** Cuts to `width` columns, with an ellipsis where something is gone. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** Breaks at spaces and beside wide characters; a longer word is cut where the line ends. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  let used = 0;
  const end = () => {
    lines.push(line.trimEnd());
    line = "";
    used = 0;
  };
  for (const piece of splitPieces(text)) {
    const pieceWidth = textWidth(piece.trimEnd());
    if (used > 0 && used + pieceWidth > width) end();
    for (const { segment } of graphemes.segment(used === 0 ? piece.trimStart() : piece)) {
      const next = graphemeWidth(segment);
      if (used + next > width && segment !== " ") end();
      line += segment;
      used += next;
    }
  }
  if (line.trimEnd() !== "" || lines.length === 0) end();
  return lines;
}

/** Words with the space behind them; wide characters stand alone, with the punctuation that must not begin a line. */
function splitPieces(text: string): string[] {
  const wide = WIDE.source;
  const pieces = new RegExp(`${wide}[、。，．・」』）】〕！？]* *|(?:(?!${wide})[^ ])+ *| +`, "gu");
  return text.match(pieces) ?? [];
}
