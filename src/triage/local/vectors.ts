/** From counted features to vectors: logarithm of the count, rarity (IDF), and a fixed share for each group. */
import { type FeatureCounts, GROUP_CHARACTER, GROUP_WORD, groupOf, weighCount } from "./features.ts";
import { IntTable } from "./int-table.ts";

/** Numbers of the features and their values; the vector's length is 1, less where a group of features is absent. */
export interface Vector {
  ids: Int32Array;
  values: Float32Array;
}

/** How much each group of features has to say: words, pairs of words, letters, characters. */
export type GroupWeights = readonly [number, number, number, number];

/** Found by measuring on public ticket sets. */
export const USUAL_WEIGHTS: GroupWeights = [1, 0.3, 1, 1];
/** The last two stand in for each other, by how much of a text is in a script without spaces. */
const USUAL_LENGTH = Math.hypot(1, 0.3, 1);

/** What makes a difference from one set of tickets to another; chosen by trying, see train.ts. */
export interface VectorSettings {
  /** How many words of the text a word of the title counts for. */
  titleWeight: number;
  /** The power to which rarity is raised: 1 is plain IDF, below it common words keep more of their say. */
  rarity: number;
}

export interface Vocabulary {
  settings: VectorSettings;
  keys: Int32Array;
  /** Rarity of each feature, already raised to its power. */
  idf: Float32Array;
  /** The place of a key is the feature's number. */
  numbers: IntTable;
}

/** From this many examples on, a letter group or pair of words seen once only is left out. */
const RARE_DROPPED_FROM = 200;

/** Chooses at most `sizeMax` features, those in the most documents first, words before the rest. */
export function buildVocabulary(
  documents: FeatureCounts[],
  sizeMax: number,
  settings: VectorSettings,
): Vocabulary {
  const seen = new IntTable();
  for (const { keys } of documents) for (const key of keys) seen.add(key, 1);
  const keys = seen.keys();
  const frequencies = seen.values();
  const places = choosePlaces(keys, frequencies, documents.length >= RARE_DROPPED_FROM, sizeMax);
  const rarity = (place: number) => {
    const idf = Math.log((1 + documents.length) / (1 + (frequencies[place] as number))) + 1;
    return idf ** settings.rarity;
  };
  return indexVocabulary(
    Int32Array.from(places, (place) => keys[place] as number),
    Float32Array.from(places, rarity),
    settings,
  );
}

function choosePlaces(
  keys: Int32Array,
  frequencies: Int32Array,
  dropsRare: boolean,
  sizeMax: number,
): number[] {
  const isWord = (place: number) => groupOf(keys[place] as number) === GROUP_WORD;
  const often = (place: number) => frequencies[place] as number;
  const places: number[] = [];
  for (let place = 0; place < keys.length; place++) {
    if (often(place) > 1 || !dropsRare || isWord(place)) places.push(place);
  }
  if (places.length <= sizeMax) return places;
  const rank = (place: number) => (isWord(place) ? often(place) * 4 : often(place));
  return places.sort((a, b) => rank(b) - rank(a)).slice(0, sizeMax);
}

export function indexVocabulary(keys: Int32Array, idf: Float32Array, settings: VectorSettings): Vocabulary {
  const numbers = new IntTable();
  for (const key of keys) numbers.add(key, 1);
  return { settings, keys, idf, numbers };
}

/** The vector of a document. With more than `featuresMax` known features, the weightiest are kept. */
export function toVector(
  document: FeatureCounts,
  vocabulary: Vocabulary,
  featuresMax = Number.POSITIVE_INFINITY,
): Vector {
  const { keys, counts } = document;
  const { numbers, idf, settings } = vocabulary;
  const ids = new Int32Array(keys.length);
  const values = new Float32Array(keys.length);
  const squares = [0, 0, 0, 0];
  const totals = [0, 0, 0, 0];
  let length = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    const group = groupOf(key);
    const times = weighCount(counts[i] as number, settings.titleWeight);
    totals[group] = (totals[group] as number) + times;
    const id = numbers.find(key);
    if (id < 0) continue;
    const value = (times === 1 ? 1 : 1 + Math.log(times)) * (idf[id] as number);
    ids[length] = id;
    values[length] = value;
    squares[group] = (squares[group] as number) + value * value;
    length += 1;
  }
  const scales = chooseScales(squares, totals);
  for (let i = 0; i < length; i++) {
    const group = groupOf(vocabulary.keys[ids[i] as number] as number);
    values[i] = (values[i] as number) * (scales[group] as number);
  }
  const vector = { ids: ids.slice(0, length), values: values.slice(0, length) };
  return length > featuresMax ? keepWeightiest(vector, featuresMax) : vector;
}

/**
 * Gives each group its share. Letters and characters share theirs by how many of the words are of a script with spaces:
 * a product name in a Chinese text must not outweigh the text.
 */
function chooseScales(squares: number[], totals: number[]): number[] {
  const characters = totals[GROUP_CHARACTER] as number;
  const unspaced = characters / Math.max(1, characters, totals[GROUP_WORD] as number);
  const shares = [1, 1, Math.sqrt(1 - unspaced), Math.sqrt(unspaced)];
  return USUAL_WEIGHTS.map((weight, group) => {
    const square = squares[group] as number;
    return square > 0 ? (weight * (shares[group] as number)) / (USUAL_LENGTH * Math.sqrt(square)) : 0;
  });
}

const STEPS = 256;

/** In two passes over the values, without sorting: at most `featuresMax`, except where many weigh the same. */
function keepWeightiest({ ids, values }: Vector, featuresMax: number): Vector {
  let largest = 0;
  for (let i = 0; i < values.length; i++) if ((values[i] as number) > largest) largest = values[i] as number;
  const steps = (STEPS - 1) / largest;
  const atStep = new Int32Array(STEPS);
  for (let i = 0; i < values.length; i++) {
    const step = ((values[i] as number) * steps) | 0;
    atStep[step] = (atStep[step] as number) + 1;
  }
  let lowest = STEPS - 1;
  let kept = atStep[lowest] as number;
  while (lowest > 0 && kept + (atStep[lowest - 1] as number) <= featuresMax) {
    lowest -= 1;
    kept += atStep[lowest] as number;
  }
  const keptIds = new Int32Array(kept);
  const keptValues = new Float32Array(kept);
  let length = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (((value * steps) | 0) < lowest) continue;
    keptIds[length] = ids[i] as number;
    keptValues[length++] = value;
  }
  return { ids: keptIds, values: keptValues };
}
