/** How much each of several classifiers has to say, found on examples that none of them was trained on. */
import { toProbabilities } from "./softmax.ts";

/** Scores of one example by one classifier, one for each label. */
export interface Judged {
  scores: Float32Array;
  label: number;
}

/** How strongly the shares are held to be equal: as if so many examples said so. */
const HELD_EQUAL = 10;
const ROUNDS_MAX = 60;
const HALVINGS_MAX = 12;
const GAIN_MIN = 1e-6;

/**
 * For each classifier, what its scores are to be multiplied by before they are added up: the honest scale of its own
 * (the temperature) times its share, 0 or more. With few examples the shares stay near equal.
 */
export function findShares(judgedByEach: Judged[][]): number[] {
  const first = judgedByEach[0] ?? [];
  if (first.length === 0) return judgedByEach.map(() => 1 / judgedByEach.length);
  const scales = judgedByEach.map((judged) => 1 / searchTemperature(judged).temperature);
  const equal = 1 / judgedByEach.length;
  let shares = judgedByEach.map(() => equal);
  let now = weigh(judgedByEach, scales, shares, equal);
  let rate = 1;
  for (let round = 0; round < ROUNDS_MAX; round++) {
    let better: { shares: number[]; found: Weighed } | null = null;
    for (let halving = 0; halving < HALVINGS_MAX && better === null; halving++) {
      const tried = shares.map((share, m) => Math.max(0, share - rate * (now.slopes[m] as number)));
      const found = weigh(judgedByEach, scales, tried, equal);
      if (found.loss < now.loss - GAIN_MIN) better = { shares: tried, found };
      else rate /= 2;
    }
    if (better === null) break;
    shares = better.shares;
    now = better.found;
    rate *= 1.5;
  }
  return shares.map((share, m) => share * (scales[m] as number));
}

/** What all say together of each example. */
export function blend(judgedByEach: Judged[][], factors: number[]): Judged[] {
  return (judgedByEach[0] ?? []).map(({ label, scores: { length } }, row) => {
    const scores = new Float32Array(length);
    judgedByEach.forEach((judged, m) => {
      const own = judged[row]?.scores as Float32Array;
      for (let c = 0; c < length; c++)
        scores[c] = (scores[c] as number) + (factors[m] as number) * (own[c] as number);
    });
    return { scores, label };
  });
}

interface Weighed {
  loss: number;
  slopes: number[];
}

/** Log loss of the blend and how it rises with each share, both for one example on average. */
function weigh(judgedByEach: Judged[][], scales: number[], shares: number[], equal: number): Weighed {
  const blended = blend(
    judgedByEach,
    shares.map((share, m) => share * (scales[m] as number)),
  );
  const rows = blended.length;
  const slopes = shares.map((share) => (2 * HELD_EQUAL * (share - equal)) / rows);
  let loss = shares.reduce((sum, share) => sum + (HELD_EQUAL * (share - equal) ** 2) / rows, 0);
  blended.forEach(({ scores, label }, row) => {
    toProbabilities(scores, 1);
    loss -= Math.log(Math.max(1e-9, scores[label] as number)) / rows;
    scores[label] = (scores[label] as number) - 1;
    judgedByEach.forEach((judged, m) => {
      const own = judged[row]?.scores as Float32Array;
      let slope = 0;
      for (let c = 0; c < scores.length; c++) slope += (scores[c] as number) * (own[c] as number);
      slopes[m] = (slopes[m] as number) + (slope * (scales[m] as number)) / rows;
    });
  });
  return { loss, slopes };
}

/** The temperature at which the probabilities of what was left out are the most honest: the least log loss. */
export function searchTemperature(judged: Judged[]): { temperature: number; loss: number } {
  const loss = (temperature: number) =>
    judged.reduce((sum, { scores, label }) => {
      const probabilities = Float32Array.from(scores);
      toProbabilities(probabilities, temperature);
      return sum - Math.log(Math.max(1e-9, probabilities[label] as number));
    }, 0);
  let best = { temperature: 1, loss: Number.POSITIVE_INFINITY };
  for (let power = -14; power <= 12; power++) {
    const temperature = 1.25 ** power;
    const found = loss(temperature);
    if (found < best.loss) best = { temperature, loss: found };
  }
  return best;
}
