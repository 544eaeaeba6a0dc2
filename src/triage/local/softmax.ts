/** Softmax regression by stochastic gradient descent on sparse vectors. */
import type { Vector } from "./vectors.ts";

export interface Row {
  vector: Vector;
  label: number;
  weight: number;
}

export interface Shape {
  features: number;
  labels: number;
}

export interface Fit {
  /** One row of `labels` numbers for each feature. */
  weights: Float32Array;
  bias: Float32Array;
}

const STEP_START = 4;
const BIAS_STEP = 0.5;
const EPOCHS_MIN = 3;
const EPOCHS_MAX = 30;
const UPDATES_WANTED = 6000;
/** Multiplications that one training may take: some three seconds on a slow core. */
const WORK_MAX = 9e8;
/** An error below this moves nothing that could be seen; leaving it out saves half of the work. */
const ERROR_MIN = 1e-3;

export interface Descent {
  /** Strength of the examples' word against the pull to zero (scikit-learn's C). */
  cost: number;
  /** Below 1 it goes over the rows fewer times. */
  effort?: number;
}

export function descend(rows: Row[], shape: Shape, descent: Descent): Fit {
  return finishSteps(descendInSteps(rows, shape, descent));
}

/** Runs work that is done in steps to its end, at once. */
export function finishSteps<T>(steps: Generator<number, T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/**
 * `descend`, with a rest after each time over the rows: yields the share that is done, 0 to 1. The weights of the second
 * half are averaged, which takes out what the order of the rows put in.
 */
export function* descendInSteps(
  rows: Row[],
  shape: Shape,
  { cost, effort = 1 }: Descent,
): Generator<number, Fit> {
  const weights = new Float32Array(shape.features * shape.labels);
  const bias = new Float32Array(shape.labels);
  if (shape.labels < 2) return { weights, bias };
  const pull = 1 / (cost * rows.length);
  const epochs = countEpochs(rows, shape, effort);
  const order = Int32Array.from(rows.keys());
  const random = createRandom(0x5eed);
  const error = new Float32Array(shape.labels);
  // The pull to zero shrinks all weights at each step: kept as one factor instead of touching them all.
  let factor = 1;
  let step = 0;
  const mean = createMean(weights, bias);
  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (const place of order) {
      const row = rows[place] as Row;
      const rate = STEP_START / (1 + pull * STEP_START * ++step);
      score(row.vector, weights, bias, factor, error);
      toProbabilities(error, 1);
      error[row.label] = (error[row.label] as number) - 1;
      factor *= 1 - rate * pull;
      correct(row, error, rate / factor, weights);
      for (let c = 0; c < error.length; c++) {
        bias[c] = (bias[c] as number) - rate * row.weight * BIAS_STEP * (error[c] as number);
      }
      if (factor < 1e-3) factor = applyFactor(weights, factor);
    }
    factor = applyFactor(weights, factor);
    if (epoch >= epochs / 2) mean.add();
    yield (epoch + 1) / epochs;
  }
  return mean.take();
}

/** The mean of what the weights were each time that `add` was called. */
function createMean(weights: Float32Array, bias: Float32Array) {
  const sums = { weights: new Float32Array(weights.length), bias: new Float32Array(bias.length) };
  let count = 0;
  return {
    add(): void {
      count++;
      for (let i = 0; i < weights.length; i++)
        sums.weights[i] = (sums.weights[i] as number) + (weights[i] as number);
      for (let c = 0; c < bias.length; c++) sums.bias[c] = (sums.bias[c] as number) + (bias[c] as number);
    },
    take(): Fit {
      for (let i = 0; i < weights.length; i++) sums.weights[i] = (sums.weights[i] as number) / count;
      for (let c = 0; c < bias.length; c++) sums.bias[c] = (sums.bias[c] as number) / count;
      return sums;
    },
  };
}

/** Multiplications that a training with full effort takes. */
export function estimateWork(rows: Row[], shape: Shape): number {
  return workPerEpoch(rows, shape) * countEpochs(rows, shape, 1);
}

function workPerEpoch(rows: Row[], shape: Shape): number {
  return rows.reduce((sum, { vector }) => sum + vector.ids.length, 0) * shape.labels * 2;
}

/** Epochs enough to settle, fewer where the examples are many. */
function countEpochs(rows: Row[], shape: Shape, effort: number): number {
  const work = workPerEpoch(rows, shape);
  const wanted = Math.ceil(Math.min(EPOCHS_MAX, 5 + UPDATES_WANTED / Math.max(1, rows.length)) * effort);
  const affordable = Math.floor((WORK_MAX * effort) / Math.max(1, work));
  return Math.max(EPOCHS_MIN, Math.min(wanted, affordable));
}

function applyFactor(weights: Float32Array, factor: number): number {
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) * factor;
  return 1;
}

/** Moves the weights of the row's features against the error, label by label where there is any. */
function correct({ vector, weight }: Row, error: Float32Array, rate: number, weights: Float32Array): void {
  const size = error.length;
  const moved = new Int32Array(size);
  let count = 0;
  for (let c = 0; c < size; c++) if (Math.abs(error[c] as number) > ERROR_MIN) moved[count++] = c;
  const { ids, values } = vector;
  for (let i = 0; i < ids.length; i++) {
    const value = (values[i] as number) * rate * weight;
    const start = (ids[i] as number) * size;
    for (let m = 0; m < count; m++) {
      const c = moved[m] as number;
      weights[start + c] = (weights[start + c] as number) - value * (error[c] as number);
    }
  }
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

/** mulberry32: the same seed gives the same order, so that a training can be repeated. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function shuffle(order: Int32Array, random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const held = order[i] as number;
    order[i] = order[j] as number;
    order[j] = held;
  }
}
