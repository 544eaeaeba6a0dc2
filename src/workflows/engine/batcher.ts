/**
 * Group commit: what arrives while a write is under way goes into the next write together. Nothing waits for company:
 * when no write is under way, an item is written at once.
 */

export type Batcher<Item, Result> = {
  /** Resolves when the item is committed. */
  add(item: Item): Promise<Result>;
};

type Entry<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/**
 * `write` answers with one result for each item, in order, or rejects for all of them. When a write of several items
 * rejects, each is written alone, so that one bad item fails alone.
 */
export function createBatcher<Item, Result>(
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  sizeMax = 100,
): Batcher<Item, Result> {
  const waiting: Entry<Item, Result>[] = [];
  let writing = false;

  async function drain(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = waiting.splice(0, sizeMax);
      const together = batch.length > 1 && (await writeTogether(batch));
      if (!together) for (const entry of batch) await writeAlone(entry);
    }
    writing = false;
  }

  async function writeTogether(batch: Entry<Item, Result>[]): Promise<boolean> {
    try {
      const results = await write(batch.map((entry) => entry.item));
      batch.forEach((entry, index) => {
        entry.resolve(results[index] as Result);
      });
      return true;
    } catch {
      return false; // the error is met again, by the item that it belongs to
    }
  }

  async function writeAlone(entry: Entry<Item, Result>): Promise<void> {
    try {
      const [result] = await write([entry.item]);
      entry.resolve(result as Result);
    } catch (error) {
      entry.reject(error);
    }
  }

  return {
    add: (item) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!writing) void drain();
      }),
  };
}
