/** Settings that nobody reads, but that look like one which somebody does. */

const DISTANCE_MAX = 2;
/** Of shorter names (PORT, HOST) too many others are near. */
const LENGTH_MIN = 8;

export interface Misspelt {
  name: string;
  meant: string;
}

/** `names` are those of the environment; `known` those that were asked for. */
export function findMisspelt(names: Iterable<string>, known: ReadonlySet<string>): Misspelt[] {
  const found: Misspelt[] = [];
  for (const name of names) {
    if (known.has(name) || name.length < LENGTH_MIN) continue;
    // IMAP_URL_2 beside IMAP_URL_3 is another one of a row, and no slip.
    const isNear = (one: string) =>
      withoutNumber(one) !== withoutNumber(name) && distance(one, name) <= DISTANCE_MAX;
    const meant = [...known].find(isNear);
    if (meant !== undefined) found.push({ name, meant });
  }
  return found;
}

function withoutNumber(name: string): string {
  return name.replace(/_\d+$/, "");
}

/** Levenshtein's: how many letters are to be put in, left out or changed. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > DISTANCE_MAX) return DISTANCE_MAX + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
