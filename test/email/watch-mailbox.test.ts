import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type MailboxAlert,
  type MailboxWatch,
  type WatchOptions,
  type WatchTimings,
  watchMailbox,
} from "../../src/channels/email/imap.ts";
import type { MailboxCursorState } from "../../src/channels/email/imap-start.ts";
import { AppError } from "../../src/core/errors.ts";
import type { InboundMessage, IntakeResult, MailboxPosition } from "../../src/core/inbound.ts";
import { TestMailbox, type TestMailboxOptions, until } from "../helpers/mailbox.ts";

/** Stands at the far side of the port: what a database keeps of messages and cursor, in one step each. */
class MemoryIntake {
  readonly recorded: { message: InboundMessage; position: MailboxPosition | undefined }[] = [];
  cursor: MailboxCursorState | null = null;
  /** Thrown instead of recording; called for each try. */
  fail: (message: InboundMessage) => Error | null = () => null;
  tries = 0;

  async record(message: InboundMessage, position?: MailboxPosition): Promise<IntakeResult> {
    this.tries++;
    const error = this.fail(message);
    if (error !== null) throw error;
    this.recorded.push({ message, position });
    if (this.cursor && position) this.cursor = { ...this.cursor, lastUid: position.uid };
    const outcome = message.channel === "unreadable" ? "parked" : "ticket";
    return { outcome, reason: "", ticket: null, messageId: null, alreadyRecorded: false };
  }

  get uids(): (number | undefined)[] {
    return this.recorded.map(({ position }) => position?.uid);
  }

  get subjects(): string[] {
    return this.recorded.map(({ message }) =>
      message.channel === "email" ? message.subject : message.channel,
    );
  }
}

const FAST: Partial<WatchTimings> = {
  pollMs: 20,
  checkMs: 5_000,
  commandMs: 1_000,
  retryDelayMs: 5,
  backoffBaseMs: 10,
  backoffMaxMs: 50,
  loginRetryMs: 20,
};
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const AWAY = new AppError("unavailable", "The database cannot be reached.");

let server: TestMailbox;
let intake: MemoryIntake;
let alerts: MailboxAlert[];
const watches: MailboxWatch[] = [];

beforeEach(async () => {
  await startServer();
  intake = new MemoryIntake();
  alerts = [];
});

afterEach(async () => {
  await Promise.all(watches.splice(0).map((watch) => watch.stop()));
  await server.stop();
});

async function startServer(options: TestMailboxOptions = {}): Promise<void> {
  await server?.stop();
  server = await TestMailbox.start(options);
}

function watch(change: Partial<WatchOptions> = {}): MailboxWatch {
  const started = watchMailbox({
    settings: server.settings,
    recordInbound: (message, position) => intake.record(message, position),
    loadPosition: async () => intake.cursor,
    savePosition: async (_mailbox, cursor) => {
      intake.cursor = cursor;
    },
    since: "all",
    log: SILENT,
    onAlert: (alert) => alerts.push(alert),
    ...change,
    timings: { ...FAST, ...change.timings },
  });
  watches.push(started);
  return started;
}

const mail = (subject: string, body = "words") =>
  `From: ada@customer.example\r\nMessage-ID: <${subject}@customer.example>\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;

function appendMany(count: number, prefix = "mail"): number[] {
  return Array.from({ length: count }, (_none, index) => server.append(mail(`${prefix}-${index + 1}`)));
}

const recordedCount = (count: number) =>
  until(() => intake.recorded.length >= count, `${count} mails recorded`);
const watching = (one: MailboxWatch) =>
  until(() => one.status().state === "watching", "the watcher is watching");

describe("reading", () => {
  it("records every mail once, in the order of UIDs, each with its position", async () => {
    const uids = appendMany(250);
    const one = watch();
    await recordedCount(250);
    expect(intake.uids).toEqual(uids);
    expect(intake.subjects[249]).toBe("mail-250");
    expect(intake.recorded[7]).toMatchObject({
      position: { mailbox: "support@desk.example/INBOX", uidValidity: 11, uid: 8 },
      message: { account: "support@desk.example/INBOX", externalId: "11:8", subject: "mail-8" },
    });
    await watching(one);
    expect(one.status()).toMatchObject({ recorded: 250, lastUid: 250, backlog: 0, problem: null });
  });

  it("is told of new mail by IDLE", async () => {
    const one = watch();
    await watching(one);
    const appendedAt = performance.now();
    server.append(mail("pushed"));
    await recordedCount(1);
    expect(performance.now() - appendedAt).toBeLessThan(500);
    expect(server.commands).toContain("IDLE");
  });

  it("asks a server that has no IDLE", async () => {
    await startServer({ hasIdle: false });
    await watching(watch());
    server.append(mail("polled"));
    await recordedCount(1);
    expect(server.commands).not.toContain("IDLE");
  });

  it("notices mail that was never announced, at the next check", async () => {
    const one = watch({ timings: { checkMs: 50 } });
    await watching(one);
    server.append(mail("announced"));
    await recordedCount(1);
    server.muteNotifications();
    server.append(mail("never announced"));
    await recordedCount(2);
  });

  it("sets no flag and fetches no mail in a way that would", async () => {
    appendMany(3);
    watch();
    await recordedCount(3);
    expect(server.flags).toEqual([]);
    expect(server.commands.filter((command) => /STORE|SELECT|BODY\[/.test(command))).toEqual([]);
    expect(server.commands.some((command) => command.startsWith("EXAMINE"))).toBe(true);
  });

  it("skips nothing and reads nothing twice where UIDs have gaps and differ from sequence numbers", async () => {
    const uids = appendMany(10);
    server.expunge(1, 2, 3, 7);
    server.skipUids(1_000);
    const later = appendMany(3, "later");
    const one = watch();
    await recordedCount(9);
    expect(intake.uids).toEqual([...uids.filter((uid) => ![1, 2, 3, 7].includes(uid)), ...later]);
    server.expunge(4, 5, later[0] ?? 0);
    server.append(mail("after the expunge"));
    await recordedCount(10);
    await watching(one);
    expect(intake.subjects.at(-1)).toBe("after the expunge");
  });

  it("leaves out what is expunged while it reads", async () => {
    const large = "x".repeat(1_500_000);
    server.append(mail("first"));
    server.append(mail("large", large));
    server.append(mail("expunged", large));
    server.append(mail("last"));
    intake.fail = () => {
      server.expunge(3);
      return null;
    };
    const one = watch();
    await recordedCount(3);
    await watching(one);
    expect(intake.subjects).toEqual(["first", "large", "last"]);
    expect(one.status()).toMatchObject({ lastUid: 4, backlog: 0 });
  });

  it("fetches a large mail whole, in pieces", async () => {
    const body = Array.from({ length: 60_000 }, (_none, index) => `line ${index} of a long mail`).join(
      "\r\n",
    );
    server.append(mail("small"));
    server.append(mail("large", body));
    server.append(mail("last"));
    watch();
    await recordedCount(3);
    expect(intake.subjects).toEqual(["small", "large", "last"]);
    const large = intake.recorded[1]?.message;
    expect(large?.channel === "email" && large.raw.length).toBe(mail("large", body).length);
    expect(large?.channel === "email" && large.text.endsWith("line 59999 of a long mail")).toBe(true);
  });

  it("parks a mail over the size limit with its beginning, and goes on", async () => {
    server.append(mail("too large", "x".repeat(3_000_000)));
    server.append(mail("next"));
    watch({ sizeBytesMax: 2 * 1024 * 1024 });
    await recordedCount(2);
    expect(intake.recorded[0]?.message).toMatchObject({
      channel: "unreadable",
      reason: "It is larger than 2 MB, the most that is read.",
    });
    expect(
      intake.recorded[0]?.message.channel === "unreadable" && intake.recorded[0].message.raw.length,
    ).toBe(1024 * 1024);
    expect(intake.subjects[1]).toBe("next");
  });
});

describe("a first start", () => {
  it("with `now` leaves alone what is there, and misses nothing after", async () => {
    appendMany(5, "old");
    const one = watch({ since: "now" });
    await watching(one);
    expect(intake.cursor).toMatchObject({ uidValidity: 11, firstUid: 6, lastUid: 5 });
    server.append(mail("new"));
    await recordedCount(1);
    expect(intake.subjects).toEqual(["new"]);
  });

  it("with a date begins at the first mail that arrived on it or later", async () => {
    server.append(mail("old"), new Date("2026-10-01T12:00:00Z"));
    server.append(mail("just before"), new Date("2026-10-31T23:00:00Z"));
    server.append(mail("on the day"), new Date("2026-11-01T01:00:00Z"));
    server.append(mail("after"), new Date("2026-11-02T12:00:00Z"));
    watch({ since: new Date("2026-11-01T00:00:00Z") });
    await recordedCount(2);
    expect(intake.subjects).toEqual(["on the day", "after"]);
  });
});

describe("a later start", () => {
  it("goes on where the stored position is", async () => {
    appendMany(5);
    intake.cursor = { uidValidity: 11, firstUid: 1, lastUid: 3, since: new Date(0) };
    watch();
    await recordedCount(2);
    expect(intake.uids).toEqual([4, 5]);
  });

  it("reads again from the first start where UIDVALIDITY changed, and no older mail", async () => {
    const begun = new Date("2026-11-02T12:00:00Z");
    server.append(mail("before we began"), new Date("2026-11-01T12:00:00Z"));
    server.append(mail("known"), new Date("2026-11-03T12:00:00Z"));
    server.append(mail("came while we were away"), new Date("2026-11-04T12:00:00Z"));
    intake.cursor = { uidValidity: 10, firstUid: 70, lastUid: 71, since: begun };
    watch({ since: "now" });
    await recordedCount(2);
    expect(intake.subjects).toEqual(["known", "came while we were away"]);
    expect(intake.cursor).toEqual({ uidValidity: 11, firstUid: 2, lastUid: 3, since: begun });
  });

  it("notices a UIDVALIDITY that changes while it watches", async () => {
    appendMany(3);
    const one = watch();
    await recordedCount(3);
    await watching(one);
    server.expunge(1);
    server.renumber();
    server.append(mail("new"));
    await until(() => intake.subjects.includes("new"), "the new mail is recorded");
    expect(intake.recorded.at(-1)?.position).toEqual({ mailbox: one.mailbox, uidValidity: 12, uid: 3 });
    expect(intake.recorded.map(({ message }) => message.externalId)).toEqual([
      "11:1",
      "11:2",
      "11:3",
      "12:1",
      "12:2",
      "12:3",
    ]);
  });
});

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
    await until(() => alerts.length > 0, "an alert");
    expect(one.status()).toMatchObject({ state: "waiting", connectedAt: null });
    expect(one.status().problem).toMatch(/^Nothing accepts connections at 127\.0\.0\.1:\d+\.$/);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await server.resume();
    server.append(mail("after the outage"));
    await recordedCount(1);
    expect(alerts.map(({ kind }) => kind)).toEqual(["unreachable", "recovered"]);
  });

  it("says that the password is wrong, tells somebody once, and tries again slowly", async () => {
    const settings = { ...server.settings, password: "wrong" };
    const one = watch({ settings, timings: { loginRetryMs: 30 } });
    await until(() => server.connectionCount >= 3, "three tries");
    expect(one.status()).toMatchObject({ lastUid: null });
    expect(one.status().problem ?? "").toMatch(/refused the user name or password of support@desk\.example/);
    expect(JSON.stringify([alerts, one.status()])).not.toContain('wrong"');
    expect(alerts.map(({ kind }) => kind)).toEqual(["bad-login"]);
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
    await until(() => alerts.length > 0, "an alert");
    expect(alerts[0]?.kind).toBe("intake-refuses");
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
    expect(intake.recorded[3]?.message).toMatchObject({ channel: "unreadable", externalId: "11:4", reason });
    expect(intake.subjects).toEqual(["mail-1", "mail-2", "mail-3", "unreadable", "mail-5", "mail-6"]);
  });

  it("is parked where the parser cannot read it", async () => {
    server.append(mail("fine"));
    server.append(`Content-Type: multipart/mixed; boundary=b\r\n\r\n${"--b\r\n\r\nx\r\n".repeat(2_000)}`);
    server.append(mail("also fine"));
    watch();
    await recordedCount(3);
    expect(intake.recorded[1]?.message).toMatchObject({
      channel: "unreadable",
      reason: "It has too many parts.",
    });
  });
});

describe("stopping", () => {
  it("ends at once while it idles, and leaves no connection", async () => {
    const one = watch();
    await watching(one);
    const startedAt = performance.now();
    await one.stop();
    expect(performance.now() - startedAt).toBeLessThan(500);
    await one.stop();
    server.append(mail("too late"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(intake.recorded).toEqual([]);
  });
});
