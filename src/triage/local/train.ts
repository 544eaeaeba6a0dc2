/** Learning from labelled documents: chooses how to read them, trains, and makes the probabilities honest. */
import { countFeatures, type Document, type FeatureCounts, isInTitle, TEXT_LENGTH_MAX } from "./features.ts";
import { IntTable } from "./int-table.ts";
import {
  createRandom,
  descend,
  descendInSteps,
  finishSteps,
  type Row,
  type Shape,
  score,
  shuffle,
  toProbabilities,
} from "./softmax.ts";
import { buildVocabulary, toVector, type VectorSettings, type Vocabulary } from "./vectors.ts";

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
  /** How it did on examples left out of training; null where there were too few to leave any out. */
  figures: ModelFigures | null;
}

export interface ModelFigures {
  /** Examples that were left out in turn. */
  rows: number;
  accuracy: number;
  /** The mean F1 of the labels, each counted the same. */
  macroF1: number;
}

export interface TrainOptions {
  /** false: reads the documents in the usual way instead of trying which one fits them best. Faster. */
  choosesSettings?: boolean;
}

/** Features times labels: keeps the model below 20 MB, in memory and stored. */
const WEIGHTS_MAX = 3_000_000;
const VOCABULARY_MAX = 120_000;
const FEATURES_PER_DOCUMENT_MAX = 700;
const FEATURES_PER_DOCUMENT_MIN = 100;
/** Characters that are read in all, and of a text at least: of very many long texts the middle is left out. */
const LENGTH_SUM_MAX = 9e6;
const LENGTH_MIN = 800;
/** Documents times labels times features that one training goes over, so that it ends in seconds. */
const WORK_PER_EPOCH_MAX = 7e7;

const USUAL: VectorSettings = { titleWeight: 2, rarity: 1 };
const SETTINGS: VectorSettings[] = [
  USUAL,
  { titleWeight: 1, rarity: 1 },
  { titleWeight: 2, rarity: 0.5 },
  { titleWeight: 1, rarity: 0.5 },
];
/** A few labels, such as priorities, are told apart by how people write: common words may count. Topics are not. */
const COMMON_WORDS_LABELS_MAX = 4;

/** How far along the work is when each part ends; for progress bars, so a guess will do. */
const SHARE = { counting: 0.2, trying: 0.5 };
const COUNTED_AT_ONCE = 200;

/** A document as features, before any settings. */
interface Counted {
  counts: FeatureCounts;
  label: number;
  weight: number;
}

/**
 * Trains on labelled documents; the same documents give the same model. 10,000 take a few seconds. With one label only,
 * the model always answers it; with none, it answers nothing.
 */
export function trainModel(examples: LabelledDocument[], options: TrainOptions = {}): Model {
  return finishSteps(trainInSteps(examples, options));
}

/** `trainModel`, with rests of no more than a moment's work between: yields the share that is done, 0 to 1. */
export function* trainInSteps(
  examples: LabelledDocument[],
  options: TrainOptions = {},
): Generator<number, Model> {
  const labels = [...new Set(examples.map(({ label }) => label))];
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const table = new IntTable();
  const counted: Counted[] = [];
  const lengthMax = Math.min(
    TEXT_LENGTH_MAX,
    Math.max(LENGTH_MIN, Math.floor(LENGTH_SUM_MAX / examples.length)),
  );
  for (const [place, example] of examples.entries()) {
    const label = numbers.get(example.label) as number;
    counted.push({ counts: countFeatures(example, table, lengthMax), label, weight: example.weight ?? 1 });
    if (place % COUNTED_AT_ONCE === 0) yield (SHARE.counting * place) / examples.length;
  }
  const tried = yield* tryOut(counted, labels.length, options.choosesSettings ?? true);
  const featuresMax = countAffordable(counted, labels.length, WORK_PER_EPOCH_MAX);
  const { vocabulary, rows, shape } = vectorise(counted, labels.length, tried.settings, featuresMax);
  yield SHARE.trying;
  const descent = descendInSteps(rows, shape);
  for (;;) {
    const step = descent.next();
    if (step.done) {
      const { temperature, figures } = tried;
      return { version: 1, labels, vocabulary, ...step.value, temperature, figures };
    }
    yield SHARE.trying + (1 - SHARE.trying) * step.value;
  }
}

/** Features for each document, so that going over all of them once is not too much work. */
function countAffordable(counted: Counted[], labels: number, workMax: number): number {
  const affordable = Math.floor(workMax / Math.max(1, counted.length * labels));
  return Math.min(FEATURES_PER_DOCUMENT_MAX, Math.max(FEATURES_PER_DOCUMENT_MIN, affordable));
}

function vectorise(counted: Counted[], labels: number, settings: VectorSettings, featuresMax: number) {
  const sizeMax = Math.min(VOCABULARY_MAX, Math.floor(WEIGHTS_MAX / Math.max(1, labels)));
  const documents = counted.map(({ counts }) => counts);
  const vocabulary = buildVocabulary(documents, sizeMax, settings);
  const rows = counted.map(({ counts, label, weight }): Row => {
    return { vector: toVector(counts, vocabulary, featuresMax), label, weight };
  });
  return { vocabulary, rows, shape: { features: vocabulary.keys.length, labels } satisfies Shape };
}

const TRIED_MIN = 20;
/** So many documents tell enough; of more, a part is looked at: a third of it is left out in turn. */
const TRIED_MAX = 600;
const FOLDS = 3;
/** Of so many more, others are learned from than those that are left out: what many teach is not what few teach. */
const LEARNED_MAX = 3000;
/** A trial needs less precision than the final training. */
const TRIAL_EFFORT = 0.25;
const TRIAL_WORK_PER_EPOCH_MAX = 6e6;

interface Trial {
  settings: VectorSettings;
  temperature: number;
  /** Log loss at that temperature: compares ways of reading far more steadily than counting hits does. */
  loss: number;
  figures: ModelFigures | null;
}

interface Judged {
  scores: Float32Array;
  label: number;
}

/** Leaves out some of the documents, and sees what a model of the others makes of them. */
function* tryOut(counted: Counted[], labels: number, choosesSettings: boolean): Generator<number, Trial> {
  const untried: Trial = { settings: USUAL, temperature: 1, loss: Number.POSITIVE_INFINITY, figures: null };
  if (counted.length < TRIED_MIN || labels < 2) return untried;
  const places = Int32Array.from(counted.keys());
  shuffle(places, createRandom(0xca11b));
  const isPlenty = counted.length >= FOLDS * TRIED_MAX;
  const some = Array.from(
    places.subarray(0, isPlenty ? TRIED_MAX + LEARNED_MAX : TRIED_MAX),
    (place) => counted[place] as Counted,
  );
  const settings = choosesSettings ? [USUAL, ...otherSettings(some, labels)] : [USUAL];
  let best = untried;
  for (const [number, one] of settings.entries()) {
    const trial = runTrial(some, labels, one);
    if (trial.loss < best.loss) best = trial;
    yield SHARE.counting + ((SHARE.trying - SHARE.counting) * (number + 1)) / settings.length;
  }
  return best;
}

/** Without titles, their weight makes no difference. */
function otherSettings(counted: Counted[], labels: number): VectorSettings[] {
  const hasTitles = counted.some(({ counts }) => counts.counts.some(isInTitle));
  return SETTINGS.slice(1).filter(
    ({ titleWeight, rarity }) =>
      (hasTitles || titleWeight === USUAL.titleWeight) &&
      (labels <= COMMON_WORDS_LABELS_MAX || rarity === USUAL.rarity),
  );
}

function runTrial(counted: Counted[], labels: number, settings: VectorSettings): Trial {
  const { rows, shape } = vectorise(
    counted,
    labels,
    settings,
    countAffordable(counted, labels, TRIAL_WORK_PER_EPOCH_MAX),
  );
  const judged = chooseSplits(rows).flatMap(({ learn, leftOut }): Judged[] => {
    const { weights, bias } = descend(learn, shape, TRIAL_EFFORT);
    return leftOut.map(({ vector, label }) => {
      const scores = new Float32Array(labels);
      score(vector, weights, bias, 1, scores);
      return { scores, label };
    });
  });
  return { settings, ...searchTemperature(judged), figures: judge(judged, labels) };
}

function chooseSplits(rows: Row[]): { learn: Row[]; leftOut: Row[] }[] {
  if (rows.length > TRIED_MAX) return [{ learn: rows.slice(TRIED_MAX), leftOut: rows.slice(0, TRIED_MAX) }];
  return Array.from({ length: FOLDS }, (_, fold) => ({
    learn: rows.filter((_row, i) => i % FOLDS !== fold),
    leftOut: rows.filter((_row, i) => i % FOLDS === fold),
  }));
}

function judge(judged: Judged[], labels: number): ModelFigures {
  const hits = new Int32Array(labels);
  const claims = new Int32Array(labels);
  const truths = new Int32Array(labels);
  for (const { scores, label } of judged) {
    const claim = scores.indexOf(Math.max(...scores));
    truths[label] = (truths[label] as number) + 1;
    claims[claim] = (claims[claim] as number) + 1;
    if (claim === label) hits[label] = (hits[label] as number) + 1;
  }
  const present = [...truths.keys()].filter((label) => (truths[label] as number) > 0);
  const sumOf = (one: (label: number) => number) => present.reduce((sum, label) => sum + one(label), 0);
  const f1 = (label: number) =>
    (2 * (hits[label] as number)) / ((truths[label] as number) + (claims[label] as number));
  return {
    rows: judged.length,
    accuracy: sumOf((label) => hits[label] as number) / judged.length,
    macroF1: sumOf(f1) / present.length,
  };
}

/** The temperature at which the probabilities of what was left out are the most honest: the least log loss. */
function searchTemperature(judged: Judged[]): { temperature: number; loss: number } {
  const loss = (temperature: number) =>
    judged.reduce((sum, { scores, label }) => {
      const probabilities = Float32Array.from(scores);
      toProbabilities(probabilities, temperature);
      return sum - Math.log(Math.max(1e-9, probabilities[label] as number));
    }, 0);
  let best = { temperature: 1, loss: Number.POSITIVE_INFINITY };
  for (let power = -12; power <= 12; power++) {
    const temperature = 1.25 ** power;
    const found = loss(temperature);
    if (found < best.loss) best = { temperature, loss: found };
  }
  return best;
}
