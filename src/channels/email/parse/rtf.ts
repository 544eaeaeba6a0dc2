/** Outlook's compressed rich text (MS-OXRTFCP), and the words of rich text. */
import { decodeBytes } from "./charset.ts";

/** MS-OXRTFCP, 2.1.2.1: what the dictionary begins with. */
const DICTIONARY =
  "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor " +
  "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par " +
  "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const DICTIONARY_SIZE = 4_096;
const COMPRESSED = 0x75465a4c;
const UNCOMPRESSED = 0x414c454d;
const SIZE_BYTES_MAX = 4 * 1024 * 1024;

/** Latin-1 text of the RTF; empty where the bytes are none. */
export function decompressRtf(bytes: Uint8Array): string {
  if (bytes.length < 16) return "";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rawSize = Math.min(view.getUint32(4, true), SIZE_BYTES_MAX);
  const kind = view.getUint32(8, true);
  if (kind === UNCOMPRESSED) return Buffer.from(bytes.subarray(16, 16 + rawSize)).toString("latin1");
  return kind === COMPRESSED ? inflate(bytes, rawSize) : "";
}

function inflate(bytes: Uint8Array, rawSize: number): string {
  const dictionary = Buffer.alloc(DICTIONARY_SIZE);
  let write = dictionary.write(DICTIONARY, "latin1");
  const output = Buffer.alloc(rawSize);
  let length = 0;
  const put = (byte: number) => {
    dictionary[write] = byte;
    write = (write + 1) % DICTIONARY_SIZE;
    if (length < rawSize) output[length++] = byte;
  };
  for (let at = 16; at < bytes.length && length < rawSize; ) {
    const flags = bytes[at++] ?? 0;
    for (let bit = 0; bit < 8 && at < bytes.length; bit++) {
      if ((flags >> bit) % 2 === 0) {
        put(bytes[at++] ?? 0);
        continue;
      }
      const reference = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
      at += 2;
      const offset = reference >> 4;
      if (offset === write) return output.toString("latin1", 0, length);
      for (let copied = 0; copied < (reference & 0xf) + 2; copied++)
        put(dictionary[(offset + copied) % DICTIONARY_SIZE] ?? 0);
    }
  }
  return output.toString("latin1", 0, length);
}

/** Groups that hold no words. */
const SILENT =
  /^(?:fonttbl|colortbl|stylesheet|info|pict|object|header|footer|filetbl|listtable|themedata|htmltag)$/;
const BREAKS: Readonly<Record<string, string>> = {
  par: "\n",
  line: "\n",
  sect: "\n",
  row: "\n",
  cell: "\t",
  tab: "\t",
  emdash: "—",
  endash: "–",
  lquote: "‘",
  rquote: "’",
  ldblquote: "“",
  rdblquote: "”",
  bullet: "•",
};

const TOKEN = /\\([a-z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\/gi;

interface Group {
  isSilent: boolean;
  /** How many characters stand behind each `\u` for readers without Unicode. */
  fallbackLength: number;
}

/** The words of rich text; of HTML that is wrapped in it (MS-OXRTFEX) the words between the tags. Linear. */
export function readRtf(rtf: string): string {
  const state = new RtfText(/\\ansicpg(\d{3,5})/.exec(rtf)?.[1] ?? "1252");
  for (const [, word, number, hex, symbol, brace, words] of rtf.matchAll(TOKEN)) {
    if (brace !== undefined) state.brace(brace);
    else if (word !== undefined) state.control(word, number === undefined ? null : Number(number));
    else if (hex !== undefined) state.byte(Number.parseInt(hex, 16));
    else if (symbol !== undefined) state.symbol(symbol);
    else if (words !== undefined) state.words(words);
  }
  return state.finish();
}

class RtfText {
  readonly #charset: string;
  readonly #groups: Group[] = [];
  #group: Group = { isSilent: false, fallbackLength: 1 };
  #isHidden = false;
  #skip = 0;
  #bytes: number[] = [];
  #text: string[] = [];

  constructor(codepage: string) {
    this.#charset = codepage === "65001" ? "utf-8" : `cp${codepage}`;
  }

  brace(brace: string): void {
    if (brace === "{") {
      this.#groups.push(this.#group);
      this.#group = { ...this.#group };
    } else this.#group = this.#groups.pop() ?? this.#group;
  }

  control(word: string, number: number | null): void {
    if (SILENT.test(word)) this.#group.isSilent = true;
    else if (word === "htmlrtf") this.#isHidden = number !== 0;
    else if (word === "uc") this.#group.fallbackLength = Math.min(number ?? 1, 10);
    else if (word === "u" && number !== null) {
      this.#put(String.fromCharCode(number & 0xffff));
      this.#skip = this.#group.fallbackLength;
    } else if (BREAKS[word] !== undefined) this.#put(BREAKS[word]);
  }

  byte(byte: number): void {
    if (this.#skip > 0) this.#skip--;
    else if (this.#isSpoken) this.#bytes.push(byte);
  }

  symbol(symbol: string): void {
    if (symbol === "*") this.#group.isSilent = true;
    else if (symbol === "~") this.#put(" ");
    else if (symbol === "\n" || symbol === "\r") this.#put("\n");
    else if (/[\\{}]/.test(symbol)) this.#put(symbol);
  }

  words(words: string): void {
    const skipped = Math.min(this.#skip, words.length);
    this.#skip -= skipped;
    this.#put(words.slice(skipped));
  }

  finish(): string {
    this.#flush();
    return this.#text
      .join("")
      .replace(/\n{3,}/g, "\n\n")
      .trim();
  }

  get #isSpoken(): boolean {
    return !this.#group.isSilent && !this.#isHidden;
  }

  #put(text: string): void {
    if (!this.#isSpoken) return;
    this.#flush();
    this.#text.push(text);
  }

  /** Bytes that stand side by side are one text: a character may have two. */
  #flush(): void {
    if (this.#bytes.length > 0) this.#text.push(decodeBytes(Uint8Array.from(this.#bytes), this.#charset));
    this.#bytes = [];
  }
}
