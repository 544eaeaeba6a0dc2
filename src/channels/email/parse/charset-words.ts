/** Whether decoded text looks like words: letters of one language, in places where letters stand. */

export interface Alphabet {
  /** The lower-case letters beyond ASCII, the common ones first. */
  letters: string;
  /** How many of them are common: a reading in these is better than one in the rest. */
  commonCount: number;
  /** The script has no ASCII letters beside it in a word, and words of more than one letter. */
  isOwnScript: boolean;
  /** Letters beyond ASCII stand alone or in pairs in its words, never in rows. */
  isSparse?: true;
}

const latin = (letters: string): Alphabet => ({ letters, commonCount: letters.length, isOwnScript: false });
const sparse = (letters: string): Alphabet => ({ ...latin(letters), isSparse: true });
const script = (letters: string, commonCount: number): Alphabet => ({
  letters,
  commonCount,
  isOwnScript: true,
});

export const ALPHABETS = {
  western: [
    sparse("éèàçêâîôûùëïüœæÿ"),
    sparse("äöüß"),
    sparse("áéíóúñüªº"),
    sparse("ãçáéíóúêõâôàüªº"),
    sparse("àèéìíîòóùú"),
    sparse("åäöæøéü"),
    { letters: "áíóúéöæðýþ", commonCount: 7, isOwnScript: false, isSparse: true },
    sparse("àçèéíïòóúü·"),
    sparse("éëïóöüáèê"),
  ],
  central: [
    latin("ąćęłńóśźż"),
    latin("áčďéěíňóřšťúůýžäöü"),
    latin("áäčďéíĺľňóôŕšťúýž"),
    latin("áéíóöőúüű"),
    latin("ăâîşţșț"),
    latin("čćđšž"),
  ],
  turkish: [latin("ıiğüşöçâîû")],
  baltic: [latin("ąčęėįšųūž"), latin("āčēģīķļņšūžŗō"), latin("äõöüšž")],
  cyrillic: [
    script("оеаинтсрвлкмдпуяызьбгчйхжшюцщэфёъ", 16),
    script("оаинтвіерскдулмпзяьгбчйхцюжєїшфщґ'", 18),
    script("аоиентрвсдлкпмугяъбзчцшжйщхфюь", 16),
    script("аоиентрсјвкудмпљзгбћчњцшжђфхџѓќѕ", 16),
  ],
  greek: [script("αοιετνσηρπκμλυςωάίόέγδήχθύφώβξζψϊϋΐΰ", 20)],
  hebrew: [script("יוהאלרתבשמנדקחפעטםכגסזןצךץףײױװ", 16)],
  arabic: [script("اليمنرتوبسعدفهكحقةشجصطخذضزثغىءأإآؤئظچپژگ", 18)],
  thai: [script("านรอกเงยมลวดทสตะปบคหแจพชขใไโผธถซศณฟภญฉษฐฎฏฑฒฌฆฝฮฬฤัี่้ิ์ึำุู็ื๊๋ฯๆๅ", 40)],
} as const satisfies Record<string, readonly Alphabet[]>;

/** What stands between and around words in any language. */
const HARMLESS =
  /[\u00a0\u00a9\u00ab\u00ae\u00b0\u00b7\u00bb\u00a1\u00bf\u00a3\u2013\u2014\u2018-\u201e\u2022\u2026\u2039\u203a\u20ac\u2116\u2122\u00ad]/u;
const JOINS_WORDS = /[\u2019\u00b7\u00ad\u2013]/u;
const BROKEN = /[\ufffd\p{Cc}\p{Cn}\p{Co}]/u;
const LETTER = /[\p{L}\p{M}]/u;

/** The best average over the characters beyond ASCII, of the language that suits them most; 0 where there are none. */
export function scoreWords(text: string, alphabets: readonly Alphabet[]): number {
  return Math.max(...alphabets.map((alphabet) => scoreAlphabet(text, alphabet)));
}

function scoreAlphabet(text: string, alphabet: Alphabet): number {
  let sum = 0;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x80) continue;
    count++;
    sum += scoreCharacter(text[at] ?? "", text[at - 1] ?? " ", text[at + 1] ?? " ", alphabet);
  }
  return count === 0 ? 0 : sum / count;
}

function scoreCharacter(char: string, before: string, after: string, alphabet: Alphabet): number {
  if (BROKEN.test(char)) return -4;
  // Unicode's lower case of the Turkish dotted capital has two characters.
  const lower = char === "İ" ? "i" : char.toLowerCase();
  const rank = alphabet.letters.indexOf(lower);
  if (rank >= 0) return scoreLetter(char, lower, before, after, rank, alphabet);
  if (isInPlace(char, before, after)) return 1.2;
  const isInside = LETTER.test(before) && LETTER.test(after);
  if (LETTER.test(char)) return isUpperAfterLower(char, lower, before) ? -2.5 : -1;
  if (HARMLESS.test(char)) return isInside && !JOINS_WORDS.test(char) ? -1 : 0.3;
  return isInside ? -2 : -0.7;
}

/** Signs that stand where they belong are as good as a letter. */
function isInPlace(char: string, before: string, after: string): boolean {
  if (char === "\u00a0") return !LETTER.test(before) || !LETTER.test(after);
  if (/[£€¥§¢]/.test(char)) return /\d/.test(before) || /\d/.test(after);
  if (/[°²³]/.test(char)) return /\d/.test(before);
  if (/[¡¿]/.test(char)) return LETTER.test(after) && !LETTER.test(before);
  if (/[®™©]/.test(char)) return LETTER.test(before) || /\d/.test(after);
  if (/[‘“„«‹]/.test(char)) return /\s/.test(before) && !/\s/.test(after);
  return /[’”»›…]/.test(char) && LETTER.test(before);
}

function scoreLetter(
  char: string,
  lower: string,
  before: string,
  after: string,
  rank: number,
  { commonCount, isOwnScript, isSparse }: Alphabet,
): number {
  if (isUpperAfterLower(char, lower, before)) return -1.5;
  if (isSparse && isForeignLetter(before) && isForeignLetter(after)) return -1;
  const score = rank < commonCount ? 1.2 : 0.4;
  // A Latin letter by itself is a word in few languages, and an amount's sign in more charsets.
  if (!isOwnScript) return LETTER.test(before) || LETTER.test(after) || /[àáèéíòóå]/i.test(char) ? score : 0;
  if (isMisplacedThai(char, before, after)) return -2;
  if (/[a-z]/i.test(before) || /[a-z]/i.test(after)) return -1;
  const isAlone = !LETTER.test(before) && !LETTER.test(after);
  return isAlone ? 0.2 : score + 0.2;
}

function isForeignLetter(char: string): boolean {
  return char.charCodeAt(0) >= 0x80 && LETTER.test(char);
}

/** "пРИВЕТ" is what one Cyrillic charset looks like in another. */
function isUpperAfterLower(char: string, lower: string, before: string): boolean {
  return char !== lower && LETTER.test(before) && before !== before.toUpperCase();
}

/** A vowel or tone sign stands on a consonant, and five vowels stand before one. */
function isMisplacedThai(char: string, before: string, after: string): boolean {
  if (/[\u0e31\u0e33-\u0e3a\u0e47-\u0e4c]/.test(char)) return !/[\u0e01-\u0e2e\u0e31-\u0e4c]/.test(before);
  return /[\u0e40-\u0e44]/.test(char) && !/[\u0e01-\u0e2e]/.test(after);
}
