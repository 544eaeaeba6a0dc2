/** One side of the intake benchmark in a process of its own: warms up on one mailbox, then is timed on another. */
import { readByDesk, readByLimit } from "./read-mailbox.ts";

export type Side = "desk" | "limit";

export interface SideRequest {
  side: Side;
  databaseUrl: string;
  warmUp: { imapUrl: string; count: number } | null;
  imapUrl: string;
  count: number;
}

export interface SideAnswer {
  elapsedMs: number;
  /** Of this process with its threads, warm-up included; 1 MB is 2^20 bytes. */
  rssPeakMb: number;
  rssBeforeMb: number;
  /** User and system time of this process while it was timed. */
  cpuMs: number;
}

process.once("message", async ({ side, databaseUrl, warmUp, imapUrl, count }: SideRequest) => {
  const read = side === "desk" ? readByDesk : readByLimit;
  if (warmUp !== null) await read(databaseUrl, warmUp.imapUrl, warmUp.count);
  const rssBeforeMb = process.memoryUsage.rss() / 2 ** 20;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  await read(databaseUrl, imapUrl, count);
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const rssPeakMb = process.resourceUsage().maxRSS / 1024;
  const answer: SideAnswer = { elapsedMs, rssPeakMb, rssBeforeMb, cpuMs: (user + system) / 1000 };
  process.send?.(answer, undefined, undefined, () => process.exit(0));
});
