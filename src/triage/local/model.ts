/** A trained model at work: labels with probabilities, the words that spoke for them, and its stored form. */
import { AppError } from "../../core/errors.ts";
import { countFeatures, type Document, forEachFeature, readableParts } from "./features.ts";
import { score, toProbabilities } from "./softmax.ts";
import { isStopWord } from "./stop-words.ts";
import { type Token, tokenise } from "./tokenise.ts";
import type { Model } from "./train.ts";
import { indexVocabulary, toVector, type VectorSettings } from "./vectors.ts";

export interface Prediction {
  label: string;
  probability: number;
}

/** Words of the document, verbatim, with how much they spoke for the label. */
export interface SpeakingWords {
  quote: string;
  strength: number;
}

/** All labels, most probable first. A document without a known feature gets the labels' base rates. */
export function predict(model: Model, document: Document): Prediction[] {
  const vector = toVector(countFeatures(document), model.vocabulary);
  const scores = new Float32Array(model.labels.length);
  score(vector, model.weights, model.bias, 1, scores);
  toProbabilities(scores, model.temperature);
  return model.labels
    .map((label, i) => ({ label, probability: scores[i] as number }))
    .sort((a, b) => b.probability - a.probability);
}

const QUOTES_MAX = 4;
/** Words that carry less than this share of what speaks for the label are noise. */
const SHARE_MIN = 0.08;
const QUOTE_LENGTH_MAX = 80;

/** The words that spoke the loudest for `label`: verbatim parts of title or text, strongest first, at most 4. */
export function findSpeakingWords(model: Model, document: Document, label: string): SpeakingWords[] {
  const column = model.labels.indexOf(label);
  if (column < 0) return [];
  const vector = toVector(countFeatures(document), model.vocabulary);
  const strengths = new Map<number, number>();
  vector.ids.forEach((id, i) => {
    const weight = model.weights[id * model.labels.length + column] as number;
    strengths.set(id, (vector.values[i] as number) * weight);
  });
  const words = readableParts(document).flatMap(({ part }) => weighWords(model, part, strengths));
  const total = words.reduce((sum, { strength }) => sum + Math.max(0, strength), 0);
  const strongest = words
    .filter(({ strength }) => strength > 0 && strength >= total * SHARE_MIN)
    .sort((a, b) => b.strength - a.strength);
  const seen = new Set<string>();
  return strongest
    .filter(({ quote }) => {
      const folded = quote.toLowerCase();
      if (seen.has(folded)) return false;
      seen.add(folded);
      return true;
    })
    .slice(0, QUOTES_MAX);
}

/** The words of one part with what their features add up to; pairs of unspaced scripts that touch become one quote. */
function weighWords(model: Model, part: string, strengths: Map<number, number>): SpeakingWords[] {
  const found: { start: number; end: number; strength: number; pair: boolean }[] = [];
  let previous: Token | undefined;
  for (const token of tokenise(part)) {
    let strength = 0;
    forEachFeature(token, previous, (key) => {
      const id = model.vocabulary.numbers.find(key);
      if (id >= 0) strength += strengths.get(id) ?? 0;
    });
    previous = token;
    if (isDull(token)) continue;
    const last = found.at(-1);
    if (token.pair && strength > 0 && last?.pair === true && last.strength > 0 && token.start < last.end) {
      last.end = token.end;
      last.strength += strength;
    } else found.push({ start: token.start, end: token.end, strength, pair: token.pair });
  }
  return found
    .filter(({ start, end }) => end - start <= QUOTE_LENGTH_MAX)
    .map(({ start, end, strength }) => ({ quote: part.slice(start, end), strength }));
}

/** Words of grammar, single letters, and pairs of hiragana, which are mostly endings. */
function isDull({ word, pair }: Token): boolean {
  return pair ? /^\p{sc=Hiragana}+$/u.test(word) : isStopWord(word) || word.length < 2;
}

interface PackedModel {
  format: "deskhand-local";
  version: number;
  labels: string[];
  temperature: number;
  bias: number[];
  settings: VectorSettings;
  keys: string;
  idf: string;
  /** Weights as 16-bit steps of `step`. */
  step: number;
  weights: string;
}

/** The model as JSON text, below 20 MB; `unpackModel` reads it back with weights exact to 1/32767 of the largest. */
export function packModel(model: Model): string {
  let largest = 0;
  for (const weight of model.weights) largest = Math.max(largest, Math.abs(weight));
  const step = largest / 32_767 || 1;
  const packed: PackedModel = {
    format: "deskhand-local",
    version: model.version,
    labels: model.labels,
    temperature: model.temperature,
    bias: [...model.bias],
    settings: model.vocabulary.settings,
    keys: toBase64(model.vocabulary.keys),
    idf: toBase64(model.vocabulary.idf),
    step,
    weights: toBase64(Int16Array.from(model.weights, (weight) => Math.round(weight / step))),
  };
  return JSON.stringify(packed);
}

/** Rejects text that `packModel` of this version did not write. */
export function unpackModel(text: string): Model {
  const packed = readPacked(text);
  const keys = new Int32Array(fromBase64(packed.keys));
  const idf = new Float32Array(fromBase64(packed.idf));
  const steps = new Int16Array(fromBase64(packed.weights));
  if (keys.length !== idf.length || steps.length !== keys.length * packed.labels.length) throw unreadable();
  return {
    version: 1,
    labels: packed.labels,
    vocabulary: indexVocabulary(keys, idf, packed.settings),
    weights: Float32Array.from(steps, (value) => value * packed.step),
    bias: Float32Array.from(packed.bias),
    temperature: packed.temperature,
  };
}

function readPacked(text: string): PackedModel {
  try {
    const packed = JSON.parse(text) as Partial<PackedModel> | null;
    const isOurs = packed?.format === "deskhand-local" && packed.version === 1;
    if (isOurs && Array.isArray(packed.labels) && typeof packed.weights === "string")
      return packed as PackedModel;
  } catch {
    // Not JSON: said below.
  }
  throw unreadable();
}

function unreadable(): AppError {
  return new AppError("invalid", "This is not a stored classifier of version 1: train it again.");
}

const CHUNK = 0x8000;

function toBase64(array: Int16Array | Int32Array | Float32Array): string {
  const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  let binary = "";
  for (let i = 0; i < bytes.length; i += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  }
  return btoa(binary);
}

function fromBase64(text: string): ArrayBuffer {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes.buffer;
}
