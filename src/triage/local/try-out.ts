/** Leaves out some of the documents, and sees which way of reading and learning makes the most of the others. */
import { blend, findShares, type Judged, searchTemperature } from "./blend.ts";
import { type FeatureCounts, isInTitle } from "./features.ts";
import { type Member, USUAL_MEMBER, viewRows } from "./members.ts";
import { createRandom, descend, estimateWork, type Row, type Shape, score, shuffle } from "./softmax.ts";
import { buildVocabulary, toVector, type VectorSettings, type Vocabulary } from "./vectors.ts";

/** A document as features, before any settings. */
export interface Counted {
  counts: FeatureCounts;
  label: number;
  weight: number;
}

export interface ModelFigures {
  /** Examples that were left out in turn. */
  rows: number;
  accuracy: number;
  /** The mean F1 of the labels, each counted the same. */
  macroF1: number;
}

export interface Trial {
  settings: VectorSettings;
  /** What the scores of each member are multiplied by before they are added up. */
  factors: number[];
  /** Divides that sum before it becomes probabilities. */
  temperature: number;
  /** Log loss at that temperature: compares ways of reading far more steadily than counting hits does. */
  loss: number;
  figures: ModelFigures | null;
}

/** Documents as a training takes them. */
export interface Ready {
  vocabulary: Vocabulary;
  rows: Row[];
  shape: Shape;
}

export interface TryOutOptions {
  members: Member[];
  /** false: the usual way of reading. */
  choosesSettings: boolean;
}

/** Features times labels: keeps the model below 20 MB, in memory and stored. */
const WEIGHTS_MAX = 3_000_000;
const VOCABULARY_MAX = 120_000;
const FEATURES_PER_DOCUMENT_MAX = 700;
const FEATURES_PER_DOCUMENT_MIN = 100;

const USUAL: VectorSettings = { titleWeight: 2, rarity: 1 };
const SETTINGS: VectorSettings[] = [
  USUAL,
  { titleWeight: 1, rarity: 1 },
  { titleWeight: 2, rarity: 0.5 },
  { titleWeight: 1, rarity: 0.5 },
];
/** A few labels, such as priorities, are told apart by how people write: common words may count. Topics are not. */
const COMMON_WORDS_LABELS_MAX = 4;

const TRIED_MIN = 20;
/** So many documents tell enough; of more, a part is looked at: a third of it is left out in turn. */
const TRIED_MAX = 600;
const FOLDS = 3;
const FOLDS_OF_FEW = 5;
const FEW_MAX = 200;
/** Of so many more, others are learned from than those that are left out: what many teach is not what few teach. */
const LEARNED_MAX = 3000;
/** A trial of many documents needs less precision than the final training. */
const TRIAL_EFFORT_MIN = 0.25;
const TRIAL_WORK_MAX = 4e7;
const TRIAL_WORK_PER_EPOCH_MAX = 6e6;

/** Yields the share that is done, 0 to 1. With too few documents to leave any out, nothing is tried. */
export function* tryOut(
  counted: Counted[],
  labels: number,
  { members, choosesSettings }: TryOutOptions,
): Generator<number, Trial> {
  const untried: Trial = {
    settings: USUAL,
    factors: members.map(() => 1 / members.length),
    temperature: 1,
    loss: Number.POSITIVE_INFINITY,
    figures: null,
  };
  if (counted.length < TRIED_MIN || labels < 2) return untried;
  const some = chooseSome(counted);
  const settings = choosesSettings ? [USUAL, ...otherSettings(some, labels)] : [USUAL];
  const turns = settings.length + members.length - 1;
  const featuresMax = countAffordable(some, labels, TRIAL_WORK_PER_EPOCH_MAX);
  let best: { settings: VectorSettings; ready: Ready; judged: Judged[]; loss: number } | null = null;
  for (const [turn, one] of settings.entries()) {
    const ready = vectorise(some, labels, one, featuresMax);
    const judged = judgeLeftOut(ready, USUAL_MEMBER);
    const { loss } = searchTemperature(judged);
    if (best === null || loss < best.loss) best = { settings: one, ready, judged, loss };
    yield (turn + 1) / turns;
  }
  if (best === null) return untried;
  const judgedByEach: Judged[][] = [];
  for (const [turn, member] of members.entries()) {
    const isKnown = member === USUAL_MEMBER;
    judgedByEach.push(isKnown ? best.judged : judgeLeftOut(best.ready, member));
    yield Math.min(1, (settings.length + turn) / turns);
  }
  const factors = findShares(judgedByEach);
  const together = blend(judgedByEach, factors);
  return {
    settings: best.settings,
    factors,
    ...searchTemperature(together),
    figures: measure(together, labels),
  };
}

/** Shuffled, those that are left out first; of few, each label comes in every fold. */
function chooseSome(counted: Counted[]): Counted[] {
  const places = Int32Array.from(counted.keys());
  shuffle(places, createRandom(0xca11b));
  const isPlenty = counted.length >= FOLDS * TRIED_MAX;
  const some = Array.from(
    places.subarray(0, isPlenty ? TRIED_MAX + LEARNED_MAX : TRIED_MAX),
    (place) => counted[place] as Counted,
  );
  return isPlenty ? some : some.sort((a, b) => a.label - b.label);
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

function judgeLeftOut({ vocabulary, rows, shape }: Ready, member: Member): Judged[] {
  return chooseSplits(viewRows(rows, member, vocabulary)).flatMap(({ learn, leftOut }): Judged[] => {
    const effort = Math.max(TRIAL_EFFORT_MIN, Math.min(1, TRIAL_WORK_MAX / estimateWork(learn, shape)));
    const { weights, bias } = descend(learn, shape, { cost: member.cost, effort });
    return leftOut.map(({ vector, label }) => {
      const scores = new Float32Array(shape.labels);
      score(vector, weights, bias, 1, scores);
      return { scores, label };
    });
  });
}

function chooseSplits(rows: Row[]): { learn: Row[]; leftOut: Row[] }[] {
  if (rows.length > TRIED_MAX) return [{ learn: rows.slice(TRIED_MAX), leftOut: rows.slice(0, TRIED_MAX) }];
  const folds = rows.length <= FEW_MAX ? FOLDS_OF_FEW : FOLDS;
  return Array.from({ length: folds }, (_, fold) => ({
    learn: rows.filter((_row, i) => i % folds !== fold),
    leftOut: rows.filter((_row, i) => i % folds === fold),
  }));
}

/** Features for each document, so that going over all of them once is not too much work. */
export function countAffordable(counted: Counted[], labels: number, workMax: number): number {
  const affordable = Math.floor(workMax / Math.max(1, counted.length * labels));
  return Math.min(FEATURES_PER_DOCUMENT_MAX, Math.max(FEATURES_PER_DOCUMENT_MIN, affordable));
}

export function vectorise(
  counted: Counted[],
  labels: number,
  settings: VectorSettings,
  featuresMax: number,
): Ready {
  const sizeMax = Math.min(VOCABULARY_MAX, Math.floor(WEIGHTS_MAX / Math.max(1, labels)));
  const documents = counted.map(({ counts }) => counts);
  const vocabulary = buildVocabulary(documents, sizeMax, settings);
  const rows = counted.map(({ counts, label, weight }): Row => {
    return { vector: toVector(counts, vocabulary, featuresMax), label, weight };
  });
  return { vocabulary, rows, shape: { features: vocabulary.keys.length, labels } };
}

function measure(judged: Judged[], labels: number): ModelFigures {
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
