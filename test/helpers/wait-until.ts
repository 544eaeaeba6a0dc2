/** Looks until it is so; fails with what is missing. */
export async function waitUntil(
  what: string,
  done: () => Promise<boolean> | boolean,
  patienceMs = 45_000,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`It took too long: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
