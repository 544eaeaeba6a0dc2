/** Names of categories that read the same to people are one: case and white space do not tell them apart. */
export function foldCategoryName(name: string): string {
  return name.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

/** The one that is meant: spelled so, else the one that reads the same. */
export function findByCategoryName<T extends { name: string }>(
  categories: readonly T[],
  wanted: string,
): T | undefined {
  return (
    categories.find(({ name }) => name === wanted) ??
    categories.find(({ name }) => foldCategoryName(name) === foldCategoryName(wanted))
  );
}

/** What to answer where none of `names` is meant by `wanted`. */
export function describeUnknownCategory(wanted: string, names: readonly string[]): string {
  const shown = foldCategoryName(wanted) === "" ? "of that name" : `“${wanted.trim()}”`;
  return `The desk has no category ${shown}. It has: ${names.join(", ")}.`;
}
