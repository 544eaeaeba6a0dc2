import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createByteBudget } from "../../src/channels/email/imap/byte-budget.ts";
import type { MailboxWatch, WatchOptions } from "../../src/channels/email/imap/watch-mailbox.ts";
import type { InboundMessage, MailboxPosition } from "../../src/core/inbound.ts";
import { type TestMailbox, until } from "../helpers/mailbox.ts";
import { AWAY, type MemoryIntake, mail, WatchBench, watching } from "../helpers/watch-bench.ts";

let bench: WatchBench;
let server: TestMailbox;
let intake: MemoryIntake;

beforeEach(() => startBench());
afterEach(() => bench.stop());

async function startBench(options: { hasIdle?: boolean } = {}): Promise<void> {
  bench = await WatchBench.start(options);
  ({ server, intake } = bench);
}

const watch = (change: Partial<WatchOptions> = {}): MailboxWatch => bench.watch(change);
const appendMany = (count: number, prefix?: string) => bench.appendMany(count, prefix);
const recordedCount = (count: number) => bench.recorded(count);

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
    // Far below the interval of polling: it was pushed.
    expect(performance.now() - appendedAt).toBeLessThan(10_000);
    expect(server.commands).toContain("IDLE");
  });

  it("asks a server that has no IDLE", async () => {
    await bench.stop();
    await startBench({ hasIdle: false });
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

  it("begins a batch while the one before it is recorded, and ends it after that", async () => {
    appendMany(250);
    const events: string[] = [];
    let finishFirst = (): void => {};
    const first = new Promise<void>((resolve) => {
      finishFirst = resolve;
    });
    const started = watch({
      recordInboundBatch: async (mails, before) => {
        const uid = mails[0]?.position.uid;
        events.push(`${uid} begun`);
        if (uid === 1) await first;
        await before;
        events.push(`${uid} recorded`);
        return Promise.all(mails.map(({ message, position }) => intake.record(message, position)));
      },
    });
    await until(() => events.includes("101 begun"), "the second batch is begun");
    finishFirst();
    await watching(started);
    expect(events.filter((event) => event.endsWith("recorded"))).toEqual(
      [1, 101, 201].map((uid) => `${uid} recorded`),
    );
    expect(intake.uids).toEqual(Array.from({ length: 250 }, (_none, at) => at + 1));
  });

  it("records what was begun too early only after the batch before it, however often that fails", async () => {
    appendMany(200);
    let failures = 0;
    const started = watch({
      recordInboundBatch: async (mails, before) => {
        const isFirst = mails[0]?.position.uid === 1;
        if (isFirst && failures < 3) {
          failures++;
          throw AWAY;
        }
        if (!isFirst && failures < 2) throw AWAY;
        await before;
        return Promise.all(mails.map(({ message, position }) => intake.record(message, position)));
      },
    });
    await watching(started);
    expect(failures).toBe(3);
    expect(intake.uids).toEqual(Array.from({ length: 200 }, (_none, at) => at + 1));
  });

  it("holds no more mail at once, over all its mailboxes, than there is room for", async () => {
    const other = await WatchBench.start();
    const budget = createByteBudget(3 * 1024 * 1024);
    let held = 0;
    let most = 0;
    const recordInbound = async (message: InboundMessage, position?: MailboxPosition) => {
      const size = message.channel === "email" ? message.raw.length : 0;
      held += size;
      most = Math.max(most, held);
      await new Promise((resolve) => setTimeout(resolve, 20));
      held -= size;
      return intake.record(message, position);
    };
    for (const { server } of [bench, other])
      for (let count = 0; count < 3; count++)
        server.append(mail(`large-${count}`, "x".repeat(2 * 1024 * 1024)));
    const watches = [bench, other].map((one) =>
      one.watch({ recordInbound, budget, savePosition: async () => {}, loadPosition: async () => null }),
    );
    await bench.recorded(6);
    await Promise.all(watches.map(watching));
    expect(most).toBeLessThan(3 * 1024 * 1024);
    await other.stop();
  });

  it("fetches small mails together with their sizes, and again only those of which a part is missing", async () => {
    const larger = mail("larger", "line\r\n".repeat(20_000));
    appendMany(5, "small");
    const uid = server.append(larger);
    appendMany(2, "small");
    watch();
    await recordedCount(8);
    const fetches = server.commands.filter((command) => command.includes("BODY"));
    expect(fetches.map((command) => command.split(" ")[2])).toEqual(["1,2,3,4,5,6,7,8", String(uid)]);
    expect(fetches[0]).toContain("RFC822.SIZE");
    const message = intake.recorded[5]?.message;
    expect(message?.channel === "email" && Buffer.from(message.raw).toString("latin1")).toBe(larger);
  });

  it("asks for sizes first where most mails are not small", async () => {
    for (let count = 0; count < 101; count++)
      server.append(mail(`larger ${count}`, "line\r\n".repeat(8_000)));
    watch();
    await recordedCount(101);
    const beginnings = server.commands.filter((command) => command.includes("RFC822.SIZE"));
    expect(beginnings.map((command) => command.includes("BODY"))).toEqual([true, false]);
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

  it("reads what came in an outage of weeks, also where a person has read and answered it meanwhile", async () => {
    appendMany(2, "known");
    intake.cursor = { uidValidity: 11, firstUid: 1, lastUid: 2, since: new Date("2026-10-01T00:00:00Z") };
    const days = [1, 8, 15, 22].map((day) => new Date(Date.UTC(2026, 10, day)));
    for (const [index, day] of days.entries())
      server.append(mail(`day ${index}`), day, index % 2 === 0 ? ["\\Seen", "\\Answered"] : ["\\Flagged"]);
    watch({ since: "now" });
    await recordedCount(4);
    expect(intake.subjects).toEqual(["day 0", "day 1", "day 2", "day 3"]);
  });

  it("keeps several mailboxes apart: one that is away, one that is refused, one that is read", async () => {
    const away = await WatchBench.start();
    const refused = await WatchBench.start();
    try {
      await away.server.pause();
      away.watch({ timings: { alertAfterMs: 20 } });
      refused.watch({ settings: { ...refused.server.settings, password: "wrong" } });
      const one = watch();
      await watching(one);
      await until(() => away.alerts.length + refused.alerts.length === 2, "two alerts");
      server.append(mail("still read"));
      await recordedCount(1);
      expect(bench.alerts).toEqual([]);
      await away.server.resume();
      away.server.append(mail("back"));
      await away.recorded(1);
    } finally {
      await away.stop();
      await refused.stop();
    }
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
