/** Learning from labelled documents: chooses how to read them, trains, and makes the probabilities honest. */
import { countFeatures, type Document, TEXT_LENGTH_MAX } from "./features.ts";
import { IntTable } from "./int-table.ts";
import { addMember, MEMBERS, type Member, USUAL_MEMBER, viewRows } from "./members.ts";
import { descendInSteps, type Fit, finishSteps } from "./softmax.ts";
import {
  type Counted,
  countAffordable,
  type ModelFigures,
  type Ready,
  tryOut,
  vectorise,
} from "./try-out.ts";
import type { Vocabulary } from "./vectors.ts";

export type { ModelFigures } from "./try-out.ts";

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

export interface TrainOptions {
  /** false: reads the documents in the usual way instead of trying which one fits them best. Faster. */
  choosesSettings?: boolean;
}

/** Characters that are read in all, and of a text at least: of very many long texts the middle is left out. */
const LENGTH_SUM_MAX = 9e6;
const LENGTH_MIN = 800;
/** Documents times labels times features that one training goes over, so that it ends in seconds. */
const WORK_PER_EPOCH_MAX = 4e7;
/** Multiplications up to which all members are trained; of more examples, the usual one alone says enough. */
const WORK_OF_MEMBERS_MAX = 1.5e7;

/** How far along the work is when each part ends; for progress bars, so a guess will do. */
const SHARE = { counting: 0.2, trying: 0.5 };
const COUNTED_AT_ONCE = 200;

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
  const counted = yield* scaleSteps(countAll(examples, labels), 0, SHARE.counting);
  const featuresMax = countAffordable(counted, labels.length, WORK_PER_EPOCH_MAX);
  const { choosesSettings = true } = options;
  const members = choosesSettings ? chooseMembers(counted, labels.length, featuresMax) : [USUAL_MEMBER];
  const trying = tryOut(counted, labels.length, { members, choosesSettings });
  const tried = yield* scaleSteps(trying, SHARE.counting, SHARE.trying);
  const ready = vectorise(counted, labels.length, tried.settings, featuresMax);
  const fit = yield* scaleSteps(fitMembers(ready, members, tried.factors), SHARE.trying, 1);
  const { temperature, figures } = tried;
  return { version: 1, labels, vocabulary: ready.vocabulary, ...fit, temperature, figures };
}

/** Steps of a part as steps of the whole. */
export function* scaleSteps<T>(steps: Generator<number, T>, from: number, to: number): Generator<number, T> {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    yield from + (to - from) * step.value;
  }
}

function* countAll(examples: LabelledDocument[], labels: string[]): Generator<number, Counted[]> {
  const numbers = new Map(labels.map((label, number) => [label, number]));
  const table = new IntTable();
  const lengthMax = Math.min(
    TEXT_LENGTH_MAX,
    Math.max(LENGTH_MIN, Math.floor(LENGTH_SUM_MAX / examples.length)),
  );
  const counted: Counted[] = [];
  for (const [place, example] of examples.entries()) {
    const label = numbers.get(example.label) as number;
    counted.push({ counts: countFeatures(example, table, lengthMax), label, weight: example.weight ?? 1 });
    if (place % COUNTED_AT_ONCE === 0) yield place / examples.length;
  }
  return counted;
}

function chooseMembers(counted: Counted[], labels: number, featuresMax: number): Member[] {
  const features = counted.reduce((sum, { counts }) => sum + Math.min(featuresMax, counts.keys.length), 0);
  return features * labels <= WORK_OF_MEMBERS_MAX ? MEMBERS : [USUAL_MEMBER];
}

/** Trains each member, and adds them up to one table of weights. */
function* fitMembers(
  { vocabulary, rows, shape }: Ready,
  members: Member[],
  factors: number[],
): Generator<number, Fit> {
  const whole: Fit = {
    weights: new Float32Array(shape.features * shape.labels),
    bias: new Float32Array(shape.labels),
  };
  for (const [number, member] of members.entries()) {
    const factor = factors[number] as number;
    const descent = descendInSteps(viewRows(rows, member, vocabulary), shape, { cost: member.cost });
    const fit = yield* scaleSteps(descent, number / members.length, (number + 1) / members.length);
    addMember(whole, fit, member, factor, vocabulary);
  }
  return whole;
}
