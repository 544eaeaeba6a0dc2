/** Softmax regression over TF-IDF features, by stochastic gradient descent; the same input gives the same model. */
import { countFeatures, type Document } from "./features.ts";
import { buildVocabulary, toVector, type Vector, type Vocabulary } from "./vectors.ts";

export interface LabelledDocument extends Document {
  label: string;
  /** How much it counts beside the others; 1 unless said. */
  weight?: number;
}

export interface Model {
  version: 1;
  labels: string[];
  vocabulary: Vocabulary;
  /** One row of `labels.length` numbers for each feature. */
  weights: Float32Array;
  bias: Float32Array;
  /** Divides the scores before they become probabilities; fitted on examples left out of training. */
  temperature: number;
}

/** Strength of the example's word against the pull to zero (scikit-learn's C). */
const COST = 10;
const STEP_START = 4;
const BIAS_STEP = 0.1;
const EPOCHS_MIN = 4;
const EPOCHS_MAX = 60;
const UPDATES_WANTED = 20_000;
/** Multiplications that one training may take: about three seconds on one slow core. */
const WORK_MAX = 2.5e9;
/** Features times labels: keeps the model below 20 MB, in memory and stored. */
const WEIGHTS_MAX = 3_000_000;
const VOCABULARY_MAX = 120_000;
const FEATURES_PER_DOCUMENT_MAX = 600;

/**
 * Trains on examples of at least one label. 10,000 examples take a few seconds.
 * With one label only, the model always answers it.
 */
export function trainModel(examples: LabelledDocument[]): Model {
  const labels = [...new Set(examples.map(({ label }) => label))];
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const counted = examples.map(countFeatures);
  const sizeMax = Math.min(VOCABULARY_MAX, Math.floor(WEIGHTS_MAX / Math.max(1, labels.length)));
  const vocabulary = buildVocabulary(counted, sizeMax);
  const rows = examples.map((example, i) => ({
    vector: toVector(counted[i] as Map<number, number>, vocabulary, FEATURES_PER_DOCUMENT_MAX),
    label: numbers.get(example.label) as number,
    weight: example.weight ?? 1,
  }));
  const shape = { features: vocabulary.keys.length, labels: labels.length };
  const temperature = fitTemperature(rows, shape);
  const { weights, bias } = descend(rows, shape);
  return { version: 1, labels, vocabulary, weights, bias, temperature };
}

interface Row {
  vector: Vector;
  label: number;
  weight: number;
}

interface Shape {
  features: number;
  labels: number;
}

interface Fit {
  weights: Float32Array;
  bias: Float32Array;
}

/** Epochs enough to settle, fewer where the examples are many. */
function countEpochs(rows: Row[], shape: Shape, share: number): number {
  const work = rows.reduce((sum, { vector }) => sum + vector.ids.length, 0) * shape.labels * 2;
  const wanted = 10 + Math.ceil(UPDATES_WANTED / Math.max(1, rows.length));
  const affordable = Math.floor((WORK_MAX * share) / Math.max(1, work));
  return Math.max(EPOCHS_MIN, Math.min(EPOCHS_MAX, wanted, affordable));
}

function descend(rows: Row[], shape: Shape, share = 1): Fit {
  const weights = new Float32Array(shape.features * shape.labels);
  const bias = new Float32Array(shape.labels);
  if (shape.labels < 2) return { weights, bias };
  const pull = 1 / (COST * rows.length);
  const epochs = countEpochs(rows, shape, share);
  const order = Int32Array.from(rows.keys());
  const random = createRandom(0x5eed);
  const error = new Float32Array(shape.labels);
  // The pull to zero shrinks all weights at each step: kept as one factor instead of touching them all.
  let factor = 1;
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (const place of order) {
      const row = rows[place] as Row;
      const rate = STEP_START / (1 + pull * STEP_START * step++);
      score(row.vector, weights, bias, factor, error);
      toProbabilities(error, 1);
      error[row.label] = (error[row.label] as number) - 1;
      factor *= 1 - rate * pull;
      subtract(row.vector, weights, error, (rate * row.weight) / factor);
      for (let c = 0; c < error.length; c++) {
        bias[c] = (bias[c] as number) - rate * row.weight * BIAS_STEP * (error[c] as number);
      }
      if (factor < 1e-3) factor = applyFactor(weights, factor);
    }
  }
  applyFactor(weights, factor);
  return { weights, bias };
}

function applyFactor(weights: Float32Array, factor: number): number {
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) * factor;
  return 1;
}

/** Writes bias + factor · weightsᵀ · vector into `into`. */
export function score(
  { ids, values }: Vector,
  weights: Float32Array,
  bias: Float32Array,
  factor: number,
  into: Float32Array,
): void {
  const size = bias.length;
  into.fill(0);
  for (let i = 0; i < ids.length; i++) {
    const value = values[i] as number;
    const start = (ids[i] as number) * size;
    for (let c = 0; c < size; c++) into[c] = (into[c] as number) + value * (weights[start + c] as number);
  }
  for (let c = 0; c < size; c++) into[c] = (into[c] as number) * factor + (bias[c] as number);
}

function subtract({ ids, values }: Vector, weights: Float32Array, error: Float32Array, rate: number): void {
  const size = error.length;
  for (let i = 0; i < ids.length; i++) {
    const value = (values[i] as number) * rate;
    const start = (ids[i] as number) * size;
    for (let c = 0; c < size; c++) {
      weights[start + c] = (weights[start + c] as number) - value * (error[c] as number);
    }
  }
}

/** Turns scores into probabilities in place. */
export function toProbabilities(scores: Float32Array, temperature: number): void {
  let best = Number.NEGATIVE_INFINITY;
  for (const value of scores) best = Math.max(best, value);
  let sum = 0;
  for (let c = 0; c < scores.length; c++) {
    const value = Math.exp(((scores[c] as number) - best) / temperature);
    scores[c] = value;
    sum += value;
  }
  for (let c = 0; c < scores.length; c++) scores[c] = (scores[c] as number) / sum;
}

const FOLDED_UP_TO = 1500;
const FOLDS_SMALL = 3;
const FOLDS_LARGE = 8;
const CALIBRATION_MIN = 20;

/**
 * Finds the temperature at which the probabilities of examples left out of training are the most honest (least log
 * loss). Small sets are left out by thirds in turn; of a large one, one eighth is enough.
 */
function fitTemperature(rows: Row[], shape: Shape): number {
  if (rows.length < CALIBRATION_MIN || shape.labels < 2) return 1;
  const isSmall = rows.length <= FOLDED_UP_TO;
  const folds = isSmall ? FOLDS_SMALL : FOLDS_LARGE;
  const mixed = Int32Array.from(rows.keys());
  shuffle(mixed, createRandom(0xca11b));
  const judged: { scores: Float32Array; label: number }[] = [];
  for (let fold = 0; fold < (isSmall ? folds : 1); fold++) {
    const learn = rows.filter((_, i) => (mixed[i] as number) % folds !== fold);
    const { weights, bias } = descend(learn, shape, isSmall ? 0.3 : 0.5);
    rows.forEach((row, i) => {
      if ((mixed[i] as number) % folds !== fold) return;
      const scores = new Float32Array(shape.labels);
      score(row.vector, weights, bias, 1, scores);
      judged.push({ scores, label: row.label });
    });
  }
  return searchTemperature(judged);
}

function searchTemperature(judged: { scores: Float32Array; label: number }[]): number {
  const loss = (temperature: number) =>
    judged.reduce((sum, { scores, label }) => {
      const probabilities = Float32Array.from(scores);
      toProbabilities(probabilities, temperature);
      return sum - Math.log(Math.max(1e-9, probabilities[label] as number));
    }, 0);
  let best = 1;
  let least = Number.POSITIVE_INFINITY;
  for (let power = -12; power <= 12; power++) {
    const temperature = 1.25 ** power;
    const found = loss(temperature);
    if (found < least) {
      least = found;
      best = temperature;
    }
  }
  return best;
}

/** mulberry32: the same seed gives the same order, so that training can be repeated. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
}
