/** What the rest of a mail tells about the charset of bytes that declare none. */
import { isAscii } from "node:buffer";
import { decodeWith } from "./charset.ts";
import { guessCharset } from "./charset-guess.ts";
import { normaliseLabel } from "./charset-labels.ts";

const LOOKED_AT_BYTES_MAX = 32 * 1024;
/** What a guess over the whole mail must reach to lead the guesses over its pieces. */
const HOUSE_SCORE_MIN = 0.6;

/** What programs put in without being told: no sign of the language. */
const DEFAULTS = new Set(["us-ascii", "utf-8", "windows-1252", "iso-8859-15"]);

const BY_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  ru: ["windows-1251", "koi8-u"],
  by: ["windows-1251", "koi8-u"],
  kz: ["windows-1251", "koi8-u"],
  ua: ["koi8-u", "windows-1251"],
  bg: ["windows-1251"],
  rs: ["windows-1251", "windows-1250"],
  tr: ["windows-1254"],
  pl: ["iso-8859-2", "windows-1250"],
  cz: ["iso-8859-2", "windows-1250"],
  sk: ["iso-8859-2", "windows-1250"],
  hu: ["iso-8859-2", "windows-1250"],
  ro: ["iso-8859-2", "windows-1250"],
  si: ["iso-8859-2", "windows-1250"],
  hr: ["iso-8859-2", "windows-1250"],
  lt: ["windows-1257"],
  lv: ["windows-1257"],
  gr: ["windows-1253"],
  il: ["windows-1255"],
  eg: ["windows-1256"],
  sa: ["windows-1256"],
  ae: ["windows-1256"],
  th: ["windows-874"],
  kr: ["euc-kr"],
  jp: ["shift_jis", "euc-jp"],
  cn: ["gb18030"],
  tw: ["big5"],
  hk: ["big5"],
};

export type CharsetHints = () => readonly string[];

export const NO_HINTS: CharsetHints = () => [];

/**
 * Labels that other parts, encoded words and HTML of the mail declare, those usual in the countries that it names, and
 * what its 8-bit bytes are likeliest written in when they are looked at together. Worked out when first asked for.
 */
export function createCharsetHints(mail: Uint8Array): CharsetHints {
  let hints: readonly string[] | null = null;
  return () => {
    hints ??= readHints(mail.subarray(0, LOOKED_AT_BYTES_MAX));
    return hints;
  };
}

function readHints(start: Uint8Array): string[] {
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength).toString("latin1");
  const declared = [
    ...text.matchAll(/charset\s*=\s*["']?([\w:.-]{1,40})|=\?([\w.-]{1,40})(?:\*[\w-]{0,20})?\?[bq]\?/gi),
  ]
    .slice(0, 200)
    .flatMap(([, parameter, word]) => normaliseLabel(parameter ?? word ?? null) ?? [])
    .map((label) => (label === "koi8-r" ? "koi8-u" : label))
    .filter((label) => !DEFAULTS.has(label));
  const countries = [
    ...text.matchAll(/^(?:From|Reply-To|Message-ID|Return-Path):[^\n]{0,300}\.([a-z]{2})[>\s]/gim),
  ];
  const usual = countries.flatMap(([, country = ""]) => BY_COUNTRY[country.toLowerCase()] ?? []);
  const hints = [...new Set([...declared, ...usual])];
  const house = guessHouse(start, hints);
  return house === null || hints.includes(house) ? hints : [...hints, house];
}

/** A subject of four letters says little; with the body beside it, it says enough. */
function guessHouse(start: Uint8Array, hints: readonly string[]): string | null {
  if (isAscii(start)) return null;
  const { label, score } = guessCharset(start, hints, decodeWith);
  return score >= HOUSE_SCORE_MIN && !DEFAULTS.has(label) ? label : null;
}
