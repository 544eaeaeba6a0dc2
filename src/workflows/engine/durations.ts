/** Times as the SDK writes them: "1h30m", "500ms", an ISO date; and the Retry-After header. */

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const PART = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)/g;

/** The latest moment a row may be due: far enough for anybody, and inside what both Date and timestamptz hold. */
export const END_OF_TIME = new Date("9999-12-31T23:59:59Z");

/** A time string ("2h45m") in milliseconds, or undefined when it is not one. Source: SDK specification, 1.3.2. */
export function parseTimeString(text: string): number | undefined {
  let ms = 0;
  let read = 0;
  for (const [part, amount, unit] of text.matchAll(PART)) {
    ms += Number(amount) * (UNIT_MS[unit ?? ""] ?? 0);
    read += part.length;
  }
  return read > 0 && read === text.length ? ms : undefined;
}

/** The moment that a time string or an ISO date names, or undefined when it is neither. An empty string is now. */
export function resolveDueAt(text: string, now: Date): Date | undefined {
  if (text === "") return now; // how the SDK writes a sleep of 0 ms
  const ms = parseTimeString(text);
  if (ms !== undefined) return clampDate(now.getTime() + ms);
  return /^[+-]?\d{4,6}-\d\d-\d\d/.test(text) ? clampDate(Date.parse(text)) : undefined;
}

/** When a Retry-After value (seconds, an ISO date or an HTTP date) allows the next try; undefined when unreadable. */
export function resolveRetryAfter(text: string, now: Date): Date | undefined {
  if (/^\d+(\.\d+)?$/.test(text.trim())) return clampDate(now.getTime() + Number(text) * 1000);
  return clampDate(Date.parse(text));
}

function clampDate(timeMs: number): Date | undefined {
  if (Number.isNaN(timeMs)) return undefined;
  return new Date(Math.max(0, Math.min(timeMs, END_OF_TIME.getTime())));
}
