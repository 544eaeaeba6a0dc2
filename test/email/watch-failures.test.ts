import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MailboxWatch, WatchOptions } from "../../src/channels/email/imap/watch-mailbox.ts";
import { PARSE_LIMITS, parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { type TestMailbox, until } from "../helpers/mailbox.ts";
import { AWAY, type MemoryIntake, mail, WatchBench, watching } from "../helpers/watch-bench.ts";

let bench: WatchBench;
let server: TestMailbox;
let intake: MemoryIntake;

beforeEach(async () => {
  bench = await WatchBench.start();
  ({ server, intake } = bench);
});
afterEach(() => bench.stop());

const watch = (change: Partial<WatchOptions> = {}): MailboxWatch => bench.watch(change);
const appendMany = (count: number) => bench.appendMany(count);
const recordedCount = (count: number) => bench.recorded(count);

describe("a connection that fails", () => {
  it("comes back after the server dropped it, and misses nothing", async () => {
    const one = watch();
    await watching(one);
    for (const round of [1, 2, 3]) {
      server.dropConnections();
      server.append(mail(`round ${round}`));
      await recordedCount(round);
    }
    expect(intake.subjects).toEqual(["round 1", "round 2", "round 3"]);
    expect(server.connectionCount).toBeGreaterThanOrEqual(4);
  });

  it("is given up where the server answers nothing any more", async () => {
    const one = watch({ timings: { checkMs: 50, commandMs: 100 } });
    await watching(one);
    server.muteConnections();
    server.append(mail("behind a half-open connection"));
    await recordedCount(1);
    expect(server.connectionCount).toBe(2);
  });

  it("is waited out while the server is away; somebody is told once, and once that it is over", async () => {
    const one = watch({ timings: { alertAfterMs: 30 } });
    await watching(one);
    await server.pause();
    await until(() => bench.alerts.length > 0, "an alert");
    expect(one.status()).toMatchObject({ state: "waiting", connectedAt: null });
    expect(one.status().problem).toMatch(/^Nothing accepts connections at 127\.0\.0\.1:\d+\.$/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.resume();
    server.append(mail("after the outage"));
    await recordedCount(1);
    expect(bench.alerts.map(({ kind }) => kind)).toEqual(["unreachable", "recovered"]);
  });

  it("says that the password is wrong, tells somebody once, and tries again slowly", async () => {
    const settings = { ...server.settings, password: "wrong" };
    const one = watch({ settings, timings: { loginRetryMs: 30 } });
    await until(() => server.connectionCount >= 3, "three tries");
    expect(one.status()).toMatchObject({ lastUid: null });
    expect(one.status().problem ?? "").toMatch(/refused the user name or password of support@desk\.example/);
    expect(JSON.stringify([bench.alerts, one.status()])).not.toContain('wrong"');
    expect(bench.alerts.map(({ kind }) => kind)).toEqual(["bad-login"]);
  });
});

describe("intake that fails", () => {
  it("does not move on while the database is away, and goes on where it was", async () => {
    appendMany(5);
    intake.fail = ({ externalId }) => (externalId === "11:3" ? AWAY : null);
    const one = watch();
    await until(() => intake.tries >= 6, "several tries");
    expect(one.status()).toMatchObject({ state: "intake-away", lastUid: 2 });
    expect(intake.uids).toEqual([1, 2]);
    expect(intake.cursor?.lastUid).toBe(2);
    intake.fail = () => null;
    await recordedCount(5);
    expect(intake.uids).toEqual([1, 2, 3, 4, 5]);
  });

  it("can be stopped while the database is away", async () => {
    appendMany(1);
    intake.fail = () => AWAY;
    const one = watch();
    await until(() => intake.tries >= 2, "two tries");
    await one.stop();
    expect(one.status().state).toBe("stopped");
    expect(intake.recorded).toEqual([]);
  });

  it("connects only once the stored position can be read", async () => {
    let isAway = true;
    watch({
      loadPosition: async () => {
        if (isAway) throw AWAY;
        return intake.cursor;
      },
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.connectionCount).toBe(0);
    isAway = false;
    server.append(mail("now"));
    await recordedCount(1);
  });

  it("parks a mail that intake refuses three times for its own sake, and goes on", async () => {
    appendMany(3);
    intake.fail = (message) =>
      message.channel === "email" && message.subject === "mail-2" ? new Error("a defect of ours") : null;
    watch();
    await recordedCount(3);
    expect(intake.recorded[1]).toMatchObject({
      message: {
        channel: "unreadable",
        externalId: "11:2",
        reason: "It could not be recorded: a defect of ours",
      },
      position: { uid: 2 },
    });
    expect(intake.tries).toBe(6);
  });

  it("tells somebody where even a parked mail is refused", async () => {
    appendMany(2);
    intake.fail = ({ externalId }) => (externalId === "11:1" ? new Error("no") : null);
    watch();
    await until(() => bench.alerts.length > 0, "an alert");
    expect(bench.alerts[0]?.kind).toBe("intake-refuses");
    expect(intake.recorded).toEqual([]);
    intake.fail = () => null;
    await recordedCount(2);
  });
});

describe("a mail that cannot be had", () => {
  it.each([
    ["refuse", "The mail server refused to hand it over: Index corrupted"],
    ["leave-out", "The mail server lists it, but does not hand it over."],
    ["drop-connection", "The connection broke 3 times while it was fetched."],
  ] as const)("is parked after three tries, and the rest is read: %s", async (trouble, reason) => {
    appendMany(6);
    server.troubles.set(4, trouble);
    watch();
    await recordedCount(6);
    expect(intake.uids).toEqual([1, 2, 3, 4, 5, 6]);
    expect(intake.recorded[3]?.message).toMatchObject({
      channel: "unreadable",
      externalId: "11:4",
      reason,
      incomplete: true,
    });
    expect(intake.subjects).toEqual(["mail-1", "mail-2", "mail-3", "unreadable", "mail-5", "mail-6"]);
  });

  it("is parked where the parser cannot read it", async () => {
    server.append(mail("fine"));
    server.append(mail("too much", "x".repeat(5_000)));
    server.append(mail("also fine"));
    watch({ parse: (raw, origin) => parseMail(raw, origin, { ...PARSE_LIMITS, sizeBytesMax: 1_000 }) });
    await recordedCount(3);
    expect(intake.subjects).toEqual(["fine", "unreadable", "also fine"]);
    const parked = intake.recorded[1]?.message;
    expect(parked?.channel === "unreadable" && parked.raw.length).toBe(
      mail("too much", "x".repeat(5_000)).length,
    );
    expect(parked).not.toHaveProperty("incomplete");
  });
});

describe("stopping", () => {
  it("ends at once while it idles, and leaves no connection", async () => {
    const one = watch();
    await watching(one);
    const startedAt = performance.now();
    await one.stop();
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await one.stop();
    server.append(mail("too late"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(intake.recorded).toEqual([]);
  });
});
