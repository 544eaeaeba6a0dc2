/** Lines as the trimmer judges them: the first characters only, with odd spaces and invisible signs folded. */

/** No header, marker or signature is longer; what is longer is somebody's words. */
const JUDGED_LENGTH = 400;

export interface Line {
  /** As in the mail. */
  raw: string;
  /** Folded for judging, at most 400 characters, trimmed; "" for a blank line. */
  text: string;
  /** The line is not to be judged: longer than what `text` holds, or code. */
  isLong: boolean;
  isCode: boolean;
  isQuote: boolean;
}

/** Nobody writes more by hand: what comes after is read as one long line, a quote where it starts as one. */
const LINES_MAX = 5_000;

export function readLines(text: string): Line[] {
  const end = /\r\n|[\r\n\u2028\u2029]/g;
  const raws: string[] = [];
  let start = 0;
  while (raws.length < LINES_MAX) {
    const match = end.exec(text);
    if (match === null) break;
    raws.push(text.slice(start, match.index));
    start = end.lastIndex;
  }
  raws.push(raws.length < LINES_MAX ? text.slice(start) : text.slice(start).replace(/\r\n?/g, "\n"));
  return shieldCode(raws.map(readLine));
}

const FENCE = /^(?:```|~~~)[\w+-]{0,20}$/;

/** What stands between two fences of Markdown is code: never a quote, a header or a signature. */
function shieldCode(lines: Line[]): Line[] {
  let open = -1;
  for (const [index, line] of lines.entries()) {
    if (!FENCE.test(line.text)) continue;
    if (open >= 0) for (const code of lines.slice(open + 1, index)) shieldLine(code);
    open = open >= 0 ? -1 : index;
  }
  return lines;
}

function shieldLine(line: Line): void {
  line.isQuote = false;
  line.isCode = line.text !== "";
  line.isLong ||= line.isCode;
}

export function readLine(raw: string): Line {
  const isLong = raw.length > JUDGED_LENGTH;
  const text = foldLine(isLong ? raw.trimStart().slice(0, JUDGED_LENGTH) : raw);
  return { raw, text, isLong, isCode: false, isQuote: /^[>＞](?![_.]<|<)/u.test(text) };
}

/** `|` as old web mailers quote (a table has a second one), and the initials of who is quoted, from Usenet and The Bat!: `AL> text`. */
const ODD_QUOTES = [/^\|(?![^|]*\|)/, /^[A-Za-z]{1,4}>+(?: |$)/, /^[)}%:](?: |$)/];
const INITIALS = /^\p{Lu}{1,4}>+(?: |$)/u;

/** True where this line and a neighbour are quoted by another sign than `>`. To be asked only under a reply header. */
export function isOddQuote(lines: Line[], index: number): boolean {
  if (INITIALS.test(lines[index]?.text ?? "")) return true;
  const isOdd = (at: number, pattern: RegExp) => pattern.test(lines[at]?.text ?? "");
  return ODD_QUOTES.some((sign) => isOdd(index, sign) && (isOdd(index - 1, sign) || isOdd(index + 1, sign)));
}

/** Without invisible and direction marks, white space folded to single spaces. */
export function foldLine(text: string): string {
  if (/^[\x20-\x25\x27-\x7e]*$/.test(text) && !text.includes("  ")) return text.trim();
  const folded = text
    .replace(/&(nbsp|lt|gt|quot|amp);/g, (_, name: string) => ENTITIES[name] ?? " ")
    .replace(/\p{Cf}+/gu, "")
    .replace(/\s+/g, " ")
    .trim();
  return folded.replace(/(?!\d)\p{Nd}/gu, asciiDigit);
}

/** Some programs, QQ Mail among them, leave the entities of their HTML in the plain text. */
const ENTITIES: Record<string, string> = { nbsp: " ", lt: "<", gt: ">", quot: '"', amp: "&" };

/** A digit of another script. Unicode begins their rows of ten at 0, or, in the scripts of India, at 6. */
function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const low = code & 0xf;
  const value = code >= 0x900 && code <= 0xdff && low >= 6 ? low - 6 : low;
  return value <= 9 ? String(value) : digit;
}

/** Without the bold and italic marks that HTML-to-text puts around words. */
export function stripMarkup(text: string): string {
  return text.replace(/(?<![\p{L}\p{N}])[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?![\p{L}\p{N}])/gu, "");
}

export function isBlank(line: Line | undefined): boolean {
  return line === undefined || line.text === "";
}

/** Alternation of literal words, longest first, with white space flexible. */
export function anyOf(words: readonly string[]): string {
  return [...new Set(words)]
    .sort((a, b) => b.length - a.length)
    .map((word) =>
      word
        .replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
        .replace(/ /g, " ?")
        .replace(/'/g, "['’´`]"),
    )
    .join("|");
}
