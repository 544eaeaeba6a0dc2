/** From counted features to vectors: logarithm of the count, rarity (IDF), and a fixed share for each group. */
import { type FeatureCounts, GROUP_WEIGHTS, GROUP_WORD, groupOf, weighCount } from "./features.ts";

/** Numbers of the features and their values; the length of the vector is 1, or 0 where nothing is known. */
export interface Vector {
  ids: Int32Array;
  values: Float32Array;
}

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
  ids: Map<number, number>;
}

/** From this many examples on, a letter group or pair of words seen once only is left out. */
const RARE_DROPPED_FROM = 200;

/** Chooses at most `sizeMax` features, those in the most documents first, words before the rest. */
export function buildVocabulary(
  documents: FeatureCounts[],
  sizeMax: number,
  settings: VectorSettings,
): Vocabulary {
  const frequency = new Map<number, number>();
  for (const counts of documents) {
    for (const key of counts.keys()) frequency.set(key, (frequency.get(key) ?? 0) + 1);
  }
  const dropsRare = documents.length >= RARE_DROPPED_FROM;
  let kept = [...frequency].filter(([key, n]) => n > 1 || !dropsRare || groupOf(key) === GROUP_WORD);
  if (kept.length > sizeMax) {
    const rank = ([key, n]: [number, number]) => (groupOf(key) === GROUP_WORD ? n * 4 : n);
    kept = kept.sort((a, b) => rank(b) - rank(a)).slice(0, sizeMax);
  }
  const keys = Int32Array.from(kept, ([key]) => key);
  const rarityOf = (n: number) => (Math.log((1 + documents.length) / (1 + n)) + 1) ** settings.rarity;
  return indexVocabulary(
    keys,
    Float32Array.from(kept, ([, n]) => rarityOf(n)),
    settings,
  );
}

export function indexVocabulary(keys: Int32Array, idf: Float32Array, settings: VectorSettings): Vocabulary {
  const ids = new Map<number, number>();
  keys.forEach((key, id) => {
    ids.set(key, id);
  });
  return { settings, keys, idf, ids };
}

/** The vector of a document. With more than `featuresMax` known features, the weightiest are kept. */
export function toVector(
  counts: FeatureCounts,
  vocabulary: Vocabulary,
  featuresMax = Number.POSITIVE_INFINITY,
): Vector {
  const ids = new Int32Array(counts.size);
  const values = new Float32Array(counts.size);
  const squares = [0, 0, 0];
  let length = 0;
  for (const [key, count] of counts) {
    const id = vocabulary.ids.get(key);
    if (id === undefined) continue;
    const times = weighCount(count, vocabulary.settings.titleWeight);
    const value = (1 + Math.log(times)) * (vocabulary.idf[id] as number);
    ids[length] = id;
    values[length] = value;
    squares[groupOf(key)] = (squares[groupOf(key)] as number) + value * value;
    length += 1;
  }
  scaleGroups(ids, values, length, squares, vocabulary);
  const vector = { ids: ids.slice(0, length), values: values.slice(0, length) };
  return length > featuresMax ? keepWeightiest(vector, featuresMax) : vector;
}

/** Gives each group its share, and the whole the length 1. A group that is absent leaves its share to the others. */
function scaleGroups(
  ids: Int32Array,
  values: Float32Array,
  length: number,
  squares: number[],
  vocabulary: Vocabulary,
): void {
  const present = GROUP_WEIGHTS.reduce((sum, weight, group) => {
    return (squares[group] as number) > 0 ? sum + weight * weight : sum;
  }, 0);
  const scales = GROUP_WEIGHTS.map((weight, group) => {
    const square = squares[group] as number;
    return square > 0 ? weight / Math.sqrt(square * present) : 0;
  });
  for (let i = 0; i < length; i++) {
    const group = groupOf(vocabulary.keys[ids[i] as number] as number);
    values[i] = (values[i] as number) * (scales[group] as number);
  }
}

function keepWeightiest({ ids, values }: Vector, featuresMax: number): Vector {
  const threshold = Float32Array.from(values).sort()[values.length - featuresMax] as number;
  const places = Array.from(values.keys()).filter((place) => (values[place] as number) >= threshold);
  return {
    ids: Int32Array.from(places, (place) => ids[place] as number),
    values: Float32Array.from(places, (place) => values[place] as number),
  };
}
