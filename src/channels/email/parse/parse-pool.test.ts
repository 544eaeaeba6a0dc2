import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { PARSE_LIMITS, parseMail } from "./parse-mail.ts";
import { createParsePool, type ParsePool, type ParsePoolOptions } from "./parse-pool.ts";

const ORIGIN = { account: "support@desk.example/INBOX", externalId: "1:7", receivedAt: new Date(0) };
const MAIL = new TextEncoder().encode("From: a@b.example\nSubject: s\n\nwords\n");

const pools: ParsePool[] = [];
afterEach(() => Promise.all(pools.splice(0).map((pool) => pool.close())));

function startPool(options: ParsePoolOptions = {}): ParsePool {
  const pool = createParsePool(options);
  pools.push(pool);
  return pool;
}

/** A thread's program that answers like parse-worker, but misbehaves for a mail that contains the given words. */
function threadThat(misbehaves: string, on: string): URL {
  const program = `
    import { parentPort } from "node:worker_threads";
    parentPort.on("message", ({ id, raw, origin }) => {
      if (Buffer.from(raw).includes(${JSON.stringify(on)})) { ${misbehaves} }
      parentPort.postMessage({ kind: "parsed", id, parsed: { channel: "email", ...origin, subject: "fine" } });
    });
    parentPort.postMessage({ kind: "ready" });`;
  return new URL(`data:text/javascript,${encodeURIComponent(program)}`);
}

// Starting a thread loads the TypeScript loader anew: seconds on a busy machine.
describe("createParsePool", { timeout: 30_000 }, () => {
  it("gives what parseMail gives, attachments included, with the caller's own source", async () => {
    const file = new URL("../../../../test/fixtures/mail/inline-image.eml", import.meta.url);
    const raw = await readFile(file);
    const parsed = await startPool().parse(raw, ORIGIN);
    expect(parsed).toEqual(await parseMail(raw, ORIGIN));
    expect(parsed.raw).toBe(raw);
  });

  it("parses side by side in two threads, more mails than threads", async () => {
    const pool = startPool({ threads: 2 });
    const parsed = await Promise.all(Array.from({ length: 20 }, () => pool.parse(MAIL, ORIGIN)));
    expect(parsed.map(({ channel }) => channel)).toEqual(Array(20).fill("email"));
  });

  it("ends a thread that hangs, parks its mail, and goes on with the next", async () => {
    const pool = startPool({
      entry: threadThat("for (;;) {}", "poison"),
      limits: { ...PARSE_LIMITS, timeMsMax: 50 },
    });
    const [hanging, next] = await Promise.all([
      pool.parse(Buffer.from("poison"), ORIGIN),
      pool.parse(MAIL, ORIGIN),
    ]);
    expect(hanging).toMatchObject({ channel: "unreadable", reason: "Reading it took more than 0.05 s." });
    expect(next).toMatchObject({ channel: "email", subject: "fine" });
  });

  it("parks a mail that crashes the parser twice, and goes on with the next", async () => {
    const pool = startPool({ entry: threadThat('throw new Error("boom");', "poison") });
    const [crashing, next] = await Promise.all([
      pool.parse(Buffer.from("poison"), ORIGIN),
      pool.parse(MAIL, ORIGIN),
    ]);
    expect(crashing).toMatchObject({ channel: "unreadable", reason: "It crashed the parser: boom" });
    expect(next).toMatchObject({ channel: "email" });
  });

  it("blames only the mail that was being parsed for a hang or a crash, and not those that lie ready behind it", async () => {
    const crash = 'throw new Error("boom");';
    for (const misbehaves of ["for (;;) {}", crash]) {
      const pool = startPool({
        entry: threadThat(misbehaves, "poison"),
        limits: { ...PARSE_LIMITS, timeMsMax: 50 },
      });
      // The thread is up, and gets all of them at once.
      await pool.parse(MAIL, ORIGIN);
      const sources = ["fine", "poison", "fine", "fine", "poison", "fine", "fine"];
      const parsed = await Promise.all(sources.map((source) => pool.parse(Buffer.from(source), ORIGIN)));
      expect(parsed.map(({ channel }) => channel)).toEqual(
        sources.map((source) => (source === "poison" ? "unreadable" : "email")),
      );
      expect(parsed.map(({ raw }) => Buffer.from(raw).toString())).toEqual(sources);
    }
  });

  it("survives a mail that eats the thread's memory", async () => {
    const pool = startPool({
      heapMbMax: 32,
      entry: threadThat("const hoard = []; for (;;) hoard.push(new Array(1000).fill({}));", "poison"),
    });
    expect(await pool.parse(Buffer.from("poison"), ORIGIN)).toMatchObject({ channel: "unreadable" });
    expect(await pool.parse(MAIL, ORIGIN)).toMatchObject({ channel: "email" });
  });

  it("rejects, and does not park, where no thread can be started", async () => {
    const pool = startPool({ entry: new URL("file:///no/such/program.js") });
    await expect(pool.parse(MAIL, ORIGIN)).rejects.toMatchObject({ code: "internal" });
  });

  it("rejects what is still waiting when it is closed", async () => {
    const pool = startPool();
    const waiting = pool.parse(MAIL, ORIGIN);
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: "unavailable" }), pool.close()]);
  });
});
