/** Words of any language, with their place in the text. One pass, linear in the length. */

export interface Token {
  /** Folded for comparison: lower case, compatibility forms and Latin accents removed. */
  word: string;
  /** The same with its accents: in some languages they make another word of it. */
  form: string;
  /** Where it stands in the text as given, in UTF-16 units: `text.slice(start, end)` is a verbatim quote. */
  start: number;
  end: number;
  /** A pair of characters of a script without spaces, not a word. */
  pair: boolean;
  /** Of pairs, the characters that no later pair has too, so that each character of a run comes once. */
  characters: string;
}

const WORD =
  /(?<unspaced>[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}ー々]+)|(?:(?!\p{sc=Han}|\p{sc=Hiragana}|\p{sc=Katakana}|\p{sc=Thai}|\p{sc=Lao}|\p{sc=Khmer}|\p{sc=Myanmar})[\p{L}\p{N}]\p{M}*)+(?:\+{1,2}|#)?/gu;
const KATAKANA_OR_MORE = /[\p{sc=Katakana}ー]{2,}|[^\p{sc=Katakana}ー]+|[\p{sc=Katakana}ー]/gu;
const WORD_LENGTH_MAX = 64;
const LONG_NUMBER = /\p{N}{5,}/gu;

/** The words of the first `lengthMax` characters. Scripts without spaces come as pairs of neighbouring characters. */
export function tokenise(text: string, lengthMax = Number.POSITIVE_INFINITY): Token[] {
  const read = text.length > lengthMax ? text.slice(0, lengthMax) : text;
  const tokens: Token[] = [];
  for (const match of read.matchAll(WORD)) {
    if (match.groups?.unspaced !== undefined) pushUnspaced(match[0], match.index, tokens);
    else pushWord(match[0], match.index, tokens);
  }
  return tokens;
}

function pushWord(raw: string, start: number, tokens: Token[]): void {
  const form = lowerWord(raw.length > WORD_LENGTH_MAX ? raw.slice(0, WORD_LENGTH_MAX) : raw);
  if (form !== "")
    tokens.push({ word: foldForm(form), form, start, end: start + raw.length, pair: false, characters: "" });
}

/** Katakana runs are mostly whole words (パスワード); everything else is read in pairs (請求, 求書). */
function pushUnspaced(run: string, offset: number, tokens: Token[]): void {
  for (const part of run.matchAll(KATAKANA_OR_MORE)) {
    const start = offset + part.index;
    if (/^[\p{sc=Katakana}ー]{2,}$/u.test(part[0])) pushWord(part[0], start, tokens);
    else pushPairs(part[0], start, tokens);
  }
}

function pushPairs(run: string, offset: number, tokens: Token[]): void {
  const characters = Array.from(run);
  if (characters.length === 1) {
    const word = foldWord(run);
    tokens.push({ word, form: word, start: offset, end: offset + run.length, pair: true, characters: word });
    return;
  }
  const folded = characters.map(foldWord);
  let start = offset;
  for (let i = 0; i + 1 < characters.length; i++) {
    const [first = "", second = ""] = folded.slice(i, i + 2);
    const word = first + second;
    const isLast = i + 2 === characters.length;
    const [firstLength, secondLength] = [characters[i]?.length ?? 0, characters[i + 1]?.length ?? 0];
    const end = start + firstLength + secondLength;
    tokens.push({ word, form: word, start, end, pair: true, characters: isLast ? word : first });
    start += firstLength;
  }
}

/**
 * A word as it is compared. Accents of Latin, Greek and Cyrillic letters go, since people leave them out when they
 * are in a hurry; the marks of kana and other scripts change the letter and stay. Long numbers become one token.
 */
export function foldWord(raw: string): string {
  return foldForm(lowerWord(raw));
}

const PLAIN = /^[a-z]+$/;

function lowerWord(raw: string): string {
  const lower = raw.normalize("NFKC").toLowerCase();
  return PLAIN.test(lower) ? lower : lower.normalize("NFC").replace(LONG_NUMBER, "00000");
}

function foldForm(form: string): string {
  if (PLAIN.test(form)) return form;
  return form
    .normalize("NFD")
    .replace(/[\u0300-\u036f]+/g, "")
    .normalize("NFC")
    .replace(/ß/g, "ss");
}
