/** Lines as the trimmer judges them: the first characters only, with odd spaces and invisible signs folded. */

/** No header, marker or signature is longer; what is longer is somebody's words. */
const JUDGED_LENGTH = 400;

export interface Line {
  /** As in the mail. */
  raw: string;
  /** Folded for judging, at most 400 characters, trimmed; "" for a blank line. */
  text: string;
  /** The line is longer than what `text` holds. */
  isLong: boolean;
  isQuote: boolean;
}

export function readLines(text: string): Line[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/).map(readLine);
}

function readLine(raw: string): Line {
  const isLong = raw.length > JUDGED_LENGTH;
  const text = foldLine(isLong ? raw.trimStart().slice(0, JUDGED_LENGTH) : raw);
  return { raw, text, isLong, isQuote: /^[>＞](?![_.]<|<)/u.test(text) };
}

/** Without invisible and direction marks, white space folded to single spaces. */
export function foldLine(text: string): string {
  return text
    .replace(/\p{Cf}+/gu, "")
    .replace(/[\s\u00a0\u3000]+/g, " ")
    .trim();
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
