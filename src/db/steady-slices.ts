/** Rows that stand in a statement as parameters of their own: bytes, which would be quoted once more within an array. */

/**
 * The text of such a statement, and so what the server parses, plans and keeps for each connection, depends on the number
 * of rows. A few numbers make up all others.
 */
const SIZES = [64, 16, 4, 1] as const;

/** Runs `write` on all rows in slices, sent one after the other without waiting. */
export async function inSteadySlices<Row>(
  rows: readonly Row[],
  write: (rows: readonly Row[]) => PromiseLike<unknown>,
): Promise<void> {
  const writing: PromiseLike<unknown>[] = [];
  let at = 0;
  for (const size of SIZES)
    for (; at + size <= rows.length; at += size) writing.push(write(rows.slice(at, at + size)));
  await Promise.all(writing);
}
