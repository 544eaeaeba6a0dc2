/** From words to numbered features: words, pairs of words, and the letters inside words or the characters of a script. */
import { IntTable } from "./int-table.ts";
import { type Token, tokenise } from "./tokenise.ts";

export const GROUP_WORD = 0;
export const GROUP_BIGRAM = 1;
export const GROUP_LETTERS = 2;
/** Single characters of scripts without spaces, where one is often a word. */
export const GROUP_CHARACTER = 3;

const LETTERS_MIN = 2;
const LETTERS_MAX = 4;
const TITLE_LENGTH_MAX = 400;
export const TEXT_LENGTH_MAX = 6000;
const HEAD_SHARE = 0.75;

export interface Document {
  title: string;
  text: string;
}

/**
 * The features of a document, each once. A key is a 32-bit number: 30 bits of hash and 2 of group. Only keys are kept
 * in a model, never the words of a ticket. A count is that in the text plus 65,536 times that in the title.
 */
export interface FeatureCounts {
  keys: Int32Array;
  counts: Int32Array;
}

const IN_TITLE = 1 << 16;

export interface Part {
  part: string;
  isTitle: boolean;
}

/** The parts of a document that are read: a long text is read at its head and its tail, `lengthMax` characters in all. */
export function readableParts({ title, text }: Document, lengthMax = TEXT_LENGTH_MAX): Part[] {
  const head = { part: title.slice(0, TITLE_LENGTH_MAX), isTitle: true };
  if (text.length <= lengthMax) return [head, { part: text, isTitle: false }];
  const headLength = Math.ceil(lengthMax * HEAD_SHARE);
  const ends = [text.slice(0, headLength), text.slice(headLength - lengthMax)];
  return [head, ...ends.map((part) => ({ part, isTitle: false }))];
}

/** `table` is scratch space: hand over the same one when many documents are counted. */
export function countFeatures(
  document: Document,
  table = new IntTable(),
  lengthMax = TEXT_LENGTH_MAX,
): FeatureCounts {
  table.clear();
  for (const { part, isTitle } of readableParts(document, lengthMax)) {
    const one = isTitle ? IN_TITLE : 1;
    // A word that comes often is taken apart once.
    const words = new Map<string, { token: Token; times: number }>();
    let previous: Token | undefined;
    for (const token of tokenise(part)) {
      const name = token.pair ? `${token.form} ${token.characters}` : token.form;
      const known = words.get(name);
      if (known === undefined) words.set(name, { token, times: 1 });
      else known.times++;
      if (previous !== undefined) table.add(hashBigram(previous.form, token.form), one);
      previous = token;
    }
    for (const { token, times } of words.values()) {
      forEachPart(token, (key) => table.add(key, one * times));
    }
  }
  return { keys: table.keys(), counts: table.values() };
}

export function isInTitle(count: number): boolean {
  return count >= IN_TITLE;
}

/** The count of a feature when each word of the title counts as `titleWeight` words of the text. */
export function weighCount(count: number, titleWeight: number): number {
  return (count & (IN_TITLE - 1)) + titleWeight * (count >>> 16);
}

/** Calls `visit` with each key that a word brings: itself, itself after the previous word, and its letters. */
export function forEachFeature(
  token: Token,
  previous: Token | undefined,
  visit: (key: number) => void,
): void {
  if (previous !== undefined) visit(hashBigram(previous.form, token.form));
  forEachPart(token, visit);
}

/** The word itself, as it is written, and its letters without accents; of scripts without spaces its characters. */
function forEachPart({ word, form, pair, characters }: Token, visit: (key: number) => void): void {
  visit(hashKey(form, 0, form.length, GROUP_WORD));
  if (pair) {
    for (const character of characters) visit(hashKey(character, 0, character.length, GROUP_CHARACTER));
    return;
  }
  const padded = ` ${word} `;
  for (let length = LETTERS_MIN; length <= LETTERS_MAX && length <= padded.length; length++) {
    for (let from = 0; from + length <= padded.length; from++) {
      visit(hashKey(padded, from, from + length, GROUP_LETTERS));
    }
  }
}

export function groupOf(key: number): number {
  return key & 3;
}

/** FNV-1a over UTF-16 units, mixed at the end; the low two bits say the group. */
function hashKey(text: string, from: number, to: number, group: number): number {
  return finish(hashUnits(0x811c9dc5, text, from, to), group);
}

function hashBigram(first: string, second: string): number {
  const start = Math.imul(hashUnits(0x811c9dc5, first, 0, first.length) ^ 0x20, 0x01000193);
  return finish(hashUnits(start, second, 0, second.length), GROUP_BIGRAM);
}

function hashUnits(start: number, text: string, from: number, to: number): number {
  let hash = start;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

function finish(hash: number, group: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) & ~3) | group;
}
