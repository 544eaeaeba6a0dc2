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
  const lines = text.split(/\r\n|[\r\n\u2028\u2029]/).map(readLine);
  markOddQuotes(lines);
  return lines;
}

export function readLine(raw: string): Line {
  const isLong = raw.length > JUDGED_LENGTH;
  const text = foldLine(isLong ? raw.trimStart().slice(0, JUDGED_LENGTH) : raw);
  return { raw, text, isLong, isQuote: /^[>＞](?![_.]<|<)/u.test(text) };
}

const PIPE_QUOTE = /^\|(?!\|)/;
/** Usenet quotes with the initials of who is quoted: `AL> text`. */
const INITIALS_QUOTE = /^[A-Za-z]{1,3}> ?/;

/**
 * Runs of two or more lines quoted by `|` under something that ends with a colon, an address or a year (a table has
 * a second `|`), or by initials.
 */
function markOddQuotes(lines: Line[]): void {
  let above = "";
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as Line;
    const isRun = (pattern: RegExp) => pattern.test(line.text) && pattern.test(lines[index + 1]?.text ?? "");
    const goesOn = (pattern: RegExp) => lines[index - 1]?.isQuote === true && pattern.test(line.text);
    const isPiped = isRun(PIPE_QUOTE) && !line.text.slice(1).includes("|") && /[:>]$|\d{4}/.test(above);
    if (isPiped || isRun(INITIALS_QUOTE) || goesOn(PIPE_QUOTE) || goesOn(INITIALS_QUOTE)) line.isQuote = true;
    if (line.text !== "") above = line.text;
  }
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
