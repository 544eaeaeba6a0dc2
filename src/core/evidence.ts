/** Does a cited quote stand in the message? */
import type { Evidence } from "./triage.ts";

/** Quotes with fewer letters than this must stand between word boundaries: "vp" is not evidence in "mvp". */
const SHORT_QUOTE_LENGTH = 8;

/**
 * Keeps the evidence whose quote stands in the title or the text, with case, white space, punctuation and
 * Unicode forms (NFKC) folded. A quote with no letter or digit is dropped.
 */
export function checkEvidence(
  evidence: Evidence[],
  message: { title: string; text: string },
): { kept: Evidence[]; dropped: Evidence[] } {
  const haystacks = [foldWords(message.title), foldWords(message.text)];
  const kept: Evidence[] = [];
  const dropped: Evidence[] = [];
  for (const one of evidence) {
    const quote = foldWords(one.quote);
    const stands = quote !== "" && haystacks.some((haystack) => standsIn(quote, haystack));
    (stands ? kept : dropped).push(one);
  }
  return { kept, dropped };
}

/** Greetings, thanks and the smallest words: they stand in every message, and speak for nothing. */
const EMPTY_WORDS = new Set(
  (
    "hello hi hey dear thanks thank you regards best kind sincerely please the a an and or of to is are it this that i we " +
    "me my our us for on in at hallo guten tag danke bitte grüsse grüssen mit freundlichen und der die das ein eine ich wir es ist " +
    "bonjour merci cordialement et le la les un une je nous est hola gracias saludos y el los una yo es buongiorno grazie " +
    "saluti e il lo gli olá obrigado obrigada o os hoi bedankt groeten de het een hej tack mvh здравствуйте спасибо и в на"
  ).split(" "),
);

/** False for a quote of greetings and articles only. */
export function saysSomething(quote: string): boolean {
  const words = foldWords(quote).split(" ");
  return words.some((word) => word !== "" && !EMPTY_WORDS.has(word));
}

/**
 * Words in lower case with one space between, without punctuation; signs that make a name (c++, c#) stay. Forms that
 * people and models use for the same word are one: ß and ss, ς and σ, with and without the vowel marks of Arabic and
 * Hebrew. Between signs of scripts without spaces, spaces and line ends are nothing.
 */
export function foldWords(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFKC")
    .replace(
      /(?:\p{Cf}|\u0307|\u0640|\u0670|[\u0591-\u05c7]|[\u0610-\u061a]|[\u064b-\u065f]|[\ufe00-\ufe0f])+/gu,
      "",
    )
    .replace(/ß/gu, "ss")
    .replace(/ς/gu, "σ")
    .replace(/[ά-ώ]/gu, (letter) => letter.normalize("NFD").charAt(0))
    .replace(/(?<=\p{L})[+#]+/gu, (signs) => signs.replace(/\+/g, "ₚ").replace(/#/g, "ₛ"))
    .replace(/[^\p{L}\p{M}\p{N}ₚₛ]+/gu, " ")
    .replace(BETWEEN_UNSPACED, "")
    .trim();
}

const UNSPACED =
  "\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}ー々";
const BETWEEN_UNSPACED = new RegExp(`(?<=[${UNSPACED}]\\p{M}*) (?=[${UNSPACED}])`, "gu");

function standsIn(quote: string, haystack: string): boolean {
  const isShort = quote.length < SHORT_QUOTE_LENGTH && !isUnspaced(quote);
  if (isShort) return ` ${haystack} `.includes(` ${quote} `);
  return haystack.includes(quote);
}

/** Scripts that put no spaces between words: there is no word boundary to ask for. */
function isUnspaced(text: string): boolean {
  return /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u.test(
    text,
  );
}
