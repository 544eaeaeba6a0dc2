/** What a benchmark is given and what it answers, and the figures that several of them use. */

/** One figure: the median over the rounds, unless `what` says otherwise. */
export interface BenchResult {
  what: string;
  value: number;
  unit: string;
}

export interface BenchOutcome {
  results: BenchResult[];
  /** Ours over the limit (or baseline), by name. */
  ratios: Record<string, number>;
}

export interface BenchOptions {
  /** How often each side is measured, one after the other in turn. */
  rounds: number;
  /** Tells the person who waits what goes on. */
  tell(line: string): void;
}

export type Benchmark = (options: BenchOptions) => Promise<BenchOutcome>;

/** The value below which the fraction (0 to 1) of the values lies; nearest rank. Throws on an empty list. */
export function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(fraction * sorted.length) - 1))];
  if (value === undefined) throw new RangeError("There is no percentile of no values.");
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}
