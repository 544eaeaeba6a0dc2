import { describe, expect, it } from "vitest";
import { listUids } from "../../src/channels/email/imap/uids.ts";

/** A mailbox as RFC 3501 has it: `n:*` always names the last mail. */
function createMailbox(all: number[]) {
  const ranges: string[] = [];
  const search = async (range: string): Promise<number[]> => {
    ranges.push(range);
    const [from = 0, to] = range
      .split(":")
      .map((part) => (part === "*" ? Number.POSITIVE_INFINITY : Number(part)));
    const last = all.at(-1) ?? 0;
    const least = to === Number.POSITIVE_INFINITY ? Math.min(from, last) : from;
    // In no order, as a server may answer.
    return all.filter((uid) => uid >= least && uid <= (to ?? 0)).reverse();
  };
  return { search, ranges };
}

async function read(all: number[], fromUid: number, uidNext = (all.at(-1) ?? 0) + 1) {
  const { search, ranges } = createMailbox(all);
  const portions = [];
  for await (const portion of listUids(search, fromUid, uidNext)) portions.push(portion);
  return { uids: portions.flatMap(({ uids }) => uids), portions, ranges };
}

describe("listUids", () => {
  it("finds every UID of a mailbox of 100,000 mails once, ascending, in small portions", async () => {
    const all = Array.from({ length: 100_000 }, (_none, index) => index + 1);
    const { uids, portions } = await read(all, 1);
    expect(uids).toEqual(all);
    expect(Math.max(...portions.map((portion) => portion.uids.length))).toBeLessThanOrEqual(10_000);
    expect(portions.map(({ isLast }) => isLast).lastIndexOf(false)).toBe(portions.length - 2);
  });

  it("passes wide gaps in a few steps: 5 mails among four billion UIDs", async () => {
    const all = [7, 90_000, 12_000_000, 3_000_000_000, 4_294_967_290];
    const { uids, ranges } = await read(all, 1);
    expect(uids).toEqual(all);
    expect(ranges.length).toBeLessThan(15);
  });

  it("makes the span smaller where many are found, and wider where few are", async () => {
    const sparse = Array.from({ length: 300 }, (_none, index) => (index + 1) * 1_000);
    const dense = Array.from({ length: 60_000 }, (_none, index) => 300_001 + index);
    const { uids, portions } = await read([...sparse, ...dense], 1);
    expect(uids).toEqual([...sparse, ...dense]);
    expect(portions.length).toBeGreaterThan(3);
  });

  it("asks once, open-ended, where only new mail can be", async () => {
    const { uids, ranges } = await read([5, 6, 9], 7, 7);
    expect(uids).toEqual([9]);
    expect(ranges).toEqual(["7:*"]);
  });

  it("does not take the last mail for a new one", async () => {
    expect((await read([5, 6], 7)).uids).toEqual([]);
    expect((await read([], 1)).uids).toEqual([]);
  });

  it("finds mail that came after the mailbox was opened", async () => {
    expect((await read([1, 2, 3, 4], 1, 3)).uids).toEqual([1, 2, 3, 4]);
  });
});
