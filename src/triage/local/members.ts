/**
 * The ways in which one set of documents is learned from. Each sees the same vectors with other groups of features in
 * front, or believes the examples less; all are linear, so that what they say together is again one table of weights.
 */
import { groupOf } from "./features.ts";
import type { Fit, Row } from "./softmax.ts";
import { type GroupWeights, USUAL_WEIGHTS, type Vocabulary } from "./vectors.ts";

export interface Member {
  weights: GroupWeights;
  /** Strength of the examples' word against the pull to zero (scikit-learn's C). */
  cost: number;
}

/** The one that is used alone where there is too much to learn from, or too little to choose by. */
export const USUAL_MEMBER: Member = { weights: USUAL_WEIGHTS, cost: 10 };

export const MEMBERS: Member[] = [
  USUAL_MEMBER,
  // Labels that people gave at random now and then are believed less.
  { weights: USUAL_WEIGHTS, cost: 1 },
  // Vietnamese and template-like texts are told apart by pairs of words, not by letters.
  { weights: [1, 1, 0, 1], cost: 10 },
  // Texts that are stripped to their key words already.
  { weights: [1, 0, 0, 1], cost: 10 },
  // Long compounds, endings and typing errors by letters.
  { weights: [0.3, 0, 1, 1], cost: 10 },
];

/** By what the values of each group in a usual vector are to be multiplied for this member. */
function readFactors({ weights }: Member): number[] {
  const lengthOf = ([word, pair, letters]: GroupWeights) => Math.hypot(word, pair, letters);
  const ratio = lengthOf(USUAL_WEIGHTS) / lengthOf(weights);
  return weights.map((weight, group) => (weight / (USUAL_WEIGHTS[group] as number)) * ratio);
}

/** The rows as the member sees them. */
export function viewRows(rows: Row[], member: Member, { keys }: Vocabulary): Row[] {
  if (member.weights === USUAL_WEIGHTS) return rows;
  const factors = readFactors(member);
  return rows.map(({ vector: { ids, values }, ...row }) => {
    const seenIds = new Int32Array(ids.length);
    const seenValues = new Float32Array(ids.length);
    let length = 0;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as number;
      const factor = factors[groupOf(keys[id] as number)] as number;
      if (factor === 0) continue;
      seenIds[length] = id;
      seenValues[length++] = (values[i] as number) * factor;
    }
    return { ...row, vector: { ids: seenIds.slice(0, length), values: seenValues.slice(0, length) } };
  });
}

/** Adds a member's weights, times its share, to those of the whole, in terms of usual vectors. */
export function addMember(
  into: Fit,
  { weights, bias }: Fit,
  member: Member,
  share: number,
  { keys }: Vocabulary,
): void {
  const size = bias.length;
  const factors = readFactors(member).map((factor) => factor * share);
  for (let feature = 0; feature < keys.length; feature++) {
    const factor = factors[groupOf(keys[feature] as number)] as number;
    if (factor === 0) continue;
    for (let at = feature * size; at < (feature + 1) * size; at++) {
      into.weights[at] = (into.weights[at] as number) + factor * (weights[at] as number);
    }
  }
  for (let c = 0; c < size; c++) into.bias[c] = (into.bias[c] as number) + share * (bias[c] as number);
}
