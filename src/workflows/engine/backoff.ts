/** How long a failed step waits. The first retry is early, since most trouble is short; the last ones outlast an outage. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const DELAYS_MS = [
  5 * SECOND,
  20 * SECOND,
  MINUTE,
  3 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  40 * MINUTE,
  HOUR,
  2 * HOUR,
];

/**
 * The wait after failed attempt number `attempt` (the first is 0), in milliseconds, with up to a quarter more at random,
 * so that what failed together does not come back together. `random` is in [0, 1).
 */
export function retryDelayMs(attempt: number, random: number): number {
  const base = DELAYS_MS[Math.min(Math.max(0, attempt), DELAYS_MS.length - 1)] ?? HOUR;
  return Math.round(base * (1 + random / 4));
}
