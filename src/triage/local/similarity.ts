/** How alike two tickets are, as the local classifier reads them. */
import { countFeatures, type Document } from "./features.ts";
import type { Model } from "./train.ts";
import { toVector, type Vector } from "./vectors.ts";

/**
 * The cosine of the vectors, 0 to 1, for each candidate: rare words count for more than common ones, and words that only
 * look alike (plural, typing error) for something. Words that the model has never seen count for nothing.
 */
export function compareDocuments(model: Model, document: Document, candidates: Document[]): number[] {
  const read = (one: Document): Vector => toVector(countFeatures(one), model.vocabulary);
  const own = read(document);
  const ownLength = lengthOf(own);
  const values = new Map<number, number>();
  own.ids.forEach((id, i) => {
    values.set(id, own.values[i] as number);
  });
  return candidates.map((candidate) => {
    const vector = read(candidate);
    let product = 0;
    vector.ids.forEach((id, i) => {
      product += (values.get(id) ?? 0) * (vector.values[i] as number);
    });
    const lengths = ownLength * lengthOf(vector);
    return lengths === 0 ? 0 : Math.min(1, product / lengths);
  });
}

function lengthOf({ values }: Vector): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}
