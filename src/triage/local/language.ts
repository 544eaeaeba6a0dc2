/** Which language is it? By script first, then by the commonest words. */
import { weighLanguages } from "./stop-words.ts";
import { tokenise } from "./tokenise.ts";

const READ_LENGTH_MAX = 4000;
/** A script must have this share of the letters to decide. */
const SCRIPT_SHARE = 0.2;

/** In this order: Japanese text also has Han characters, so kana decide first. */
const SCRIPTS: [RegExp, (text: string) => string][] = [
  [/[\p{sc=Hiragana}\p{sc=Katakana}]/gu, () => "ja"],
  [/\p{sc=Hangul}/gu, () => "ko"],
  [/\p{sc=Han}/gu, () => "zh"],
  [/\p{sc=Cyrillic}/gu, (text) => (/[іїєґ]/iu.test(text) ? "uk" : "ru")],
  [/\p{sc=Greek}/gu, () => "el"],
  [/\p{sc=Arabic}/gu, (text) => (/[پچژگ]/u.test(text) ? "fa" : "ar")],
  [/\p{sc=Hebrew}/gu, () => "he"],
  [/\p{sc=Thai}/gu, () => "th"],
  [/\p{sc=Devanagari}/gu, () => "hi"],
];

/** ISO 639-1 of the text's language, or `und` where its words do not tell. Reads the first 4,000 characters. */
export function detectLanguage(text: string): string {
  const read = text.slice(0, READ_LENGTH_MAX);
  const letters = read.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return "und";
  for (const [script, name] of SCRIPTS) {
    const found = read.match(script)?.length ?? 0;
    if (found / letters >= SCRIPT_SHARE) return name(read);
  }
  return detectByWords(read);
}

const SCORE_MIN = 0.9;
const LEAD_MIN = 1.4;

function detectByWords(text: string): string {
  const scores = new Map<string, number>();
  for (const { word } of tokenise(text)) {
    for (const { language, weight } of weighLanguages(word)) {
      scores.set(language, (scores.get(language) ?? 0) + weight);
    }
  }
  const [first, second] = [...scores].sort((a, b) => b[1] - a[1]);
  if (first === undefined || first[1] < SCORE_MIN) return "und";
  return first[1] >= (second?.[1] ?? 0) * LEAD_MIN ? first[0] : "und";
}
