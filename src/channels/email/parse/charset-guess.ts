/** Which charset undeclared bytes are written in: candidates are decoded and weighed by how much they look like words. */
import { analyse } from "chardet";
import { DOUBLE_BYTE, scoreDoubleByte, shareOf } from "./charset-double-byte.ts";
import { ALPHABETS, type Alphabet, scoreWords } from "./charset-words.ts";

/** Enough for a verdict; more costs time alone. */
const SAMPLE_BYTES_MAX = 1_200;
/** Fewer non-ASCII bytes say nothing to a statistic of letter groups. */
const STATISTIC_BYTES_MIN = 12;
/** One letter of a script is no word in it. */
const OWN_SCRIPT_BYTES_MIN = 2;
const HINT_BONUS = 0.45;
/** What it is worth that all characters are among the most frequent of the language. */
const COMMON_WEIGHT = 0.8;
/** An alphabet's own charset, and the ones that mail seldom uses, need better words to be believed. */
const RARE_PENALTY = 0.3;

interface Candidate {
  label: string;
  alphabets: readonly Alphabet[];
  penalty: number;
  /** Not guessed unless the mail names it: punctuation of windows-1252 has letters' places in it. */
  needsHint?: true;
}

const { western, central, turkish, baltic, cyrillic, greek, hebrew, arabic, thai } = ALPHABETS;

/** In the order of preference where two read the same. */
const SINGLE_BYTE: readonly Candidate[] = [
  { label: "windows-1252", alphabets: western, penalty: 0 },
  { label: "windows-1251", alphabets: cyrillic, penalty: 0 },
  // It has all letters of KOI8-R, and the Ukrainian ones where that has lines for drawing.
  { label: "koi8-u", alphabets: cyrillic, penalty: 0 },
  { label: "windows-1254", alphabets: turkish, penalty: 0.05 },
  { label: "iso-8859-2", alphabets: central, penalty: 0.1 },
  { label: "windows-1250", alphabets: central, penalty: 0.1 },
  { label: "windows-1257", alphabets: baltic, penalty: 0.15 },
  { label: "windows-1253", alphabets: greek, penalty: 0 },
  { label: "windows-1255", alphabets: hebrew, penalty: 0 },
  { label: "windows-1256", alphabets: arabic, penalty: 0 },
  { label: "windows-874", alphabets: thai, penalty: 0 },
  { label: "iso-8859-5", alphabets: cyrillic, penalty: RARE_PENALTY },
  { label: "ibm866", alphabets: cyrillic, penalty: RARE_PENALTY },
  { label: "x-mac-cyrillic", alphabets: cyrillic, penalty: RARE_PENALTY },
  { label: "macintosh", alphabets: western, penalty: 0, needsHint: true },
  { label: "cp850", alphabets: western, penalty: 0, needsHint: true },
];

export interface Guess {
  label: string;
  /** Roughly -3 (noise) to 2 (words of a language). */
  score: number;
}

/**
 * The likeliest charset of 8-bit bytes that are not UTF-8. `hints` are labels that the mail names elsewhere, or that
 * its senders' country uses: they decide between readings that are nearly as good. Linear in little more than a kilobyte.
 */
export function guessCharset(
  bytes: Uint8Array,
  hints: readonly string[],
  decode: (label: string, bytes: Uint8Array) => string | null,
): Guess {
  const sample = takeSample(bytes);
  const statistic = readStatistic(sample);
  const bonus = (label: string) => (hints.includes(label) ? HINT_BONUS : 0) + (statistic.get(label) ?? 0);
  let best: Guess = { label: "windows-1252", score: Number.NEGATIVE_INFINITY };
  const consider = (label: string, score: number) => {
    if (score > best.score) best = { label, score };
  };
  const isTiny = countHigh(sample) < OWN_SCRIPT_BYTES_MIN;
  for (const { label, alphabets, penalty, needsHint } of SINGLE_BYTE) {
    const isHinted = hints.includes(label);
    if (!isHinted && (needsHint || (isTiny && alphabets.some(({ isOwnScript }) => isOwnScript)))) continue;
    const text = decode(label, sample);
    if (text !== null) consider(label, scoreWords(text, alphabets) - penalty + bonus(label));
  }
  for (const { label, rules, common } of DOUBLE_BYTE) {
    const score = scoreDoubleByte(sample, rules);
    if (score === null) continue;
    consider(label, score + COMMON_WEIGHT * shareOf(common, decode(label, sample) ?? "") + bonus(label));
  }
  return best;
}

/** How likely the bytes are in this one charset, on the scale of `guessCharset`; null where it is none that is weighed. */
export function scoreReading(text: string, label: string): number | null {
  const candidate = SINGLE_BYTE.find((one) => one.label === label);
  return candidate === undefined ? null : scoreWords(text.slice(0, SAMPLE_BYTES_MAX), candidate.alphabets);
}

/** The lines that have something to guess from. */
function takeSample(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= SAMPLE_BYTES_MAX) return bytes;
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let at = 0; at < bytes.length && size < SAMPLE_BYTES_MAX; ) {
    const end = bytes.indexOf(0x0a, at);
    const line = bytes.subarray(at, Math.min(end < 0 ? bytes.length : end + 1, at + SAMPLE_BYTES_MAX));
    if (line.some((byte) => byte >= 0x80)) {
      pieces.push(line);
      size += line.length;
    }
    at += line.length;
  }
  return Buffer.concat(pieces);
}

const STATISTIC_NAMES: Readonly<Record<string, string>> = {
  "iso-8859-1": "windows-1252",
  "iso-8859-6": "windows-1256",
  "iso-8859-7": "windows-1253",
  "iso-8859-8": "windows-1255",
  "iso-8859-9": "windows-1254",
  "koi8-r": "koi8-u",
};

/** chardet knows groups of letters, but says much on little: its word is a bonus, not the verdict. */
function readStatistic(sample: Uint8Array): Map<string, number> {
  const bonuses = new Map<string, number>();
  if (countHigh(sample) < STATISTIC_BYTES_MIN) return bonuses;
  for (const { name, confidence } of analyse(sample)) {
    const label = name.toLowerCase();
    const known = STATISTIC_NAMES[label] ?? label;
    bonuses.set(known, Math.max(bonuses.get(known) ?? 0, (confidence / 100) * 0.5));
  }
  return bonuses;
}

function countHigh(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => count + (byte >> 7), 0);
}
