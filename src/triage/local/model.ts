/** A trained model at work: labels with probabilities, and the words that spoke for them. */
import { countFeatures, type Document, forEachFeature, readableParts } from "./features.ts";
import { score, toProbabilities } from "./softmax.ts";
import { isStopWord } from "./stop-words.ts";
import { type Token, tokenise } from "./tokenise.ts";
import type { Model } from "./train.ts";
import { toVector } from "./vectors.ts";

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
