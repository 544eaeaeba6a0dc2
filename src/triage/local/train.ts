/** Learning from labelled documents: chooses how to read them, trains, and makes the probabilities honest. */
import { countFeatures, type Document, type FeatureCounts, isInTitle } from "./features.ts";
import { IntTable } from "./int-table.ts";
import { createRandom, descend, type Row, type Shape, score, shuffle, toProbabilities } from "./softmax.ts";
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
}

export interface TrainOptions {
  /** false: reads the documents in the usual way instead of trying which one fits them best. Faster. */
  choosesSettings?: boolean;
}

/** Features times labels: keeps the model below 20 MB, in memory and stored. */
const WEIGHTS_MAX = 3_000_000;
const VOCABULARY_MAX = 120_000;
const FEATURES_PER_DOCUMENT_MAX = 500;
const FEATURES_PER_DOCUMENT_MIN = 100;
/** Documents times labels times features that one training goes over, so that it ends in seconds. */
const WORK_PER_EPOCH_MAX = 1e8;

const USUAL: VectorSettings = { titleWeight: 2, rarity: 1 };
const SETTINGS: VectorSettings[] = [
  USUAL,
  { titleWeight: 1, rarity: 1 },
  { titleWeight: 2, rarity: 0.5 },
  { titleWeight: 1, rarity: 0.5 },
];

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
  const labels = [...new Set(examples.map(({ label }) => label))];
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const table = new IntTable();
  const counted = examples.map((example) => ({
    counts: countFeatures(example, table),
    label: numbers.get(example.label) as number,
    weight: example.weight ?? 1,
  }));
  const { settings, temperature } = tryOut(counted, labels.length, options.choosesSettings ?? true);
  const featuresMax = countAffordable(counted, labels.length, WORK_PER_EPOCH_MAX);
  const { vocabulary, rows, shape } = vectorise(counted, labels.length, settings, featuresMax);
  const { weights, bias } = descend(rows, shape);
  return { version: 1, labels, vocabulary, weights, bias, temperature };
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
/** So many documents tell enough; of more, a part is looked at. */
const TRIED_MAX = 600;
const FOLDS = 3;
/** A trial needs less precision than the final training. */
const TRIAL_EFFORT = 0.25;
const TRIAL_WORK_PER_EPOCH_MAX = 6e6;

interface Trial {
  settings: VectorSettings;
  temperature: number;
  /** Log loss at that temperature: compares ways of reading far more steadily than counting hits does. */
  loss: number;
}

interface Judged {
  scores: Float32Array;
  label: number;
}

/** Leaves out a third of the documents in turn, and sees what a model of the rest makes of them. */
function tryOut(
  counted: Counted[],
  labels: number,
  choosesSettings: boolean,
): { settings: VectorSettings; temperature: number } {
  if (counted.length < TRIED_MIN || labels < 2) return { settings: USUAL, temperature: 1 };
  const places = Int32Array.from(counted.keys());
  shuffle(places, createRandom(0xca11b));
  const some = Array.from(places.subarray(0, TRIED_MAX), (place) => counted[place] as Counted);
  const settings = choosesSettings ? [USUAL, ...otherSettings(some)] : [USUAL];
  const trials = settings.map((one) => runTrial(some, labels, one));
  return trials.reduce((best, trial) => (trial.loss < best.loss ? trial : best));
}

/** Without titles, their weight makes no difference. */
function otherSettings(counted: Counted[]): VectorSettings[] {
  const hasTitles = counted.some(({ counts }) => counts.counts.some(isInTitle));
  return SETTINGS.slice(1).filter(({ titleWeight }) => hasTitles || titleWeight === USUAL.titleWeight);
}

function runTrial(counted: Counted[], labels: number, settings: VectorSettings): Trial {
  const { rows, shape } = vectorise(
    counted,
    labels,
    settings,
    countAffordable(counted, labels, TRIAL_WORK_PER_EPOCH_MAX),
  );
  const judged: Judged[] = [];
  for (let fold = 0; fold < FOLDS; fold++) {
    const learn = rows.filter((_, i) => i % FOLDS !== fold);
    const { weights, bias } = descend(learn, shape, TRIAL_EFFORT);
    rows.forEach((row, i) => {
      if (i % FOLDS !== fold) return;
      const scores = new Float32Array(labels);
      score(row.vector, weights, bias, 1, scores);
      judged.push({ scores, label: row.label });
    });
  }
  return { settings, ...searchTemperature(judged) };
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
