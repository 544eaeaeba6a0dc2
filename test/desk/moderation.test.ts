/** The moderators' verbs where two things happen at once, and what the card and App Home are drawn from. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { StaffActor } from "../../src/core/actor.ts";
import { fingerprintWarning } from "../../src/core/audience.ts";
import type { SlackDesk } from "../../src/core/delivery.ts";
import { significantWords } from "../../src/core/significant-words.ts";
import type { ReplyForm, ReplyShown } from "../../src/core/slack-actions.ts";
import type { TicketCardView } from "../../src/core/slack-views.ts";
import { readCardView } from "../../src/db/card-view.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { markDeadline, putDeadline } from "../../src/db/deadlines.ts";
import { beginDelivery } from "../../src/db/deliveries.ts";
import { findSimilarSolved } from "../../src/db/similar-tickets.ts";
import { openHomeRow, outdateHomesOfTicket, setHomeShown } from "../../src/db/slack-homes.ts";
import { assignTicket } from "../../src/desk/assign-ticket.ts";
import { assignTicketByHand } from "../../src/desk/assign-ticket-by-hand.ts";
import { changePriority } from "../../src/desk/correct-labels.ts";
import { declineAssignment } from "../../src/desk/decline-assignment.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { readHome } from "../../src/desk/read-home.ts";
import { readReplyForm } from "../../src/desk/read-reply-form.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { sendReply } from "../../src/desk/send-reply.ts";
import { undoReply } from "../../src/desk/undo-reply.ts";
import { putCard } from "../../src/workflows/refresh-card.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS, slackMessage } from "../helpers/inbound.ts";

const DESK = { ...SETTINGS, undoSeconds: 20 };

let db: TestDatabase;
let sql: SqlPool;
let ada: StaffActor;
let bea: StaffActor;
let ticketId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  ada = await addModerator("ada@desk.example", "Ada Byron", "UADAB");
  bea = await addModerator("bea@desk.example", "Bea Lindt", "UBEAL");
});
afterAll(() => db.drop());
beforeEach(async () => {
  ticketId = await open();
});

async function addModerator(email: string, name: string, slackUserId: string): Promise<StaffActor> {
  const [row] = await sql<{ id: string }[]>`
    insert into users (email, name, role, slack_user_id) values (${email}, ${name}, 'moderator', ${slackUserId})
    returning id`;
  const userId = row?.id ?? "";
  await sql`insert into user_skills (user_id, skill_id) select ${userId}, id from skills where normalised = 'vpn'`;
  return { kind: "moderator", userId, name, via: "slack" };
}

async function open(fields: Parameters<typeof mail>[0] = {}): Promise<string> {
  const { ticket } = await recordInbound(sql, DESK, mail(fields));
  const id = ticket?.id ?? "";
  await sql`update tickets set related_skills = '{VPN}' where id = ${id}`;
  return id;
}

const seen = (form: ReplyForm): ReplyShown => ({
  audienceKey: form.audience.key,
  latestMessageId: form.latest?.messageId ?? null,
  warnings: form.warnings.map(fingerprintWarning),
});
let forms = 0;
const send = async (text: string, shown?: ReplyShown) => {
  forms += 1;
  const form = await readReplyForm(sql, DESK, ada, ticketId);
  return sendReply(sql, DESK, ada, ticketId, { text, shown: shown ?? seen(form), key: `form:${forms}` });
};
const assignee = async () => {
  const [row] = await sql<
    { id: string | null }[]
  >`select assignee_id as id from tickets where id = ${ticketId}`;
  return row?.id ?? null;
};

/** A port that keeps what the card shows last; each call waits for its gate. */
function createCardPort(gates: (() => Promise<void>)[] = []) {
  const calls: TicketCardView[] = [];
  const port = {
    shows: null as TicketCardView | null,
    calls,
    async putCard(card: TicketCardView) {
      calls.push(card);
      await gates[calls.length - 1]?.();
      port.shows = card;
      return { channel: "CTRIAGE", ts: `${card.number}.1` };
    },
  };
  return port;
}
const asDesk = (port: ReturnType<typeof createCardPort>) => port as unknown as SlackDesk;

describe("drawings of one card", () => {
  it("leave the newest content, also where an older one arrives in Slack after it", async () => {
    let release = () => {};
    let reached = () => {};
    const atSlack = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const port = createCardPort([
      async () => {
        reached();
        await gate;
      },
    ]);
    const older = putCard({ sql, slack: asDesk(port) }, ticketId);
    await atSlack;
    await changePriority(sql, ada, ticketId, "high");
    await putCard({ sql, slack: asDesk(port) }, ticketId);
    expect(port.shows?.priority).toBe("high");
    release();
    await older;
    expect(port.calls.map(({ priority }) => priority)).toEqual(["medium", "high", "high"]);
    expect(port.shows?.priority).toBe("high");
  });

  it("cost no call to Slack where nothing that the card shows has changed", async () => {
    const port = createCardPort();
    expect(await putCard({ sql, slack: asDesk(port) }, ticketId)).toEqual({ state: "posted" });
    expect(await putCard({ sql, slack: asDesk(port) }, ticketId)).toEqual({ state: "unchanged" });
    await changePriority(sql, ada, ticketId, "low");
    expect(await putCard({ sql, slack: asDesk(port) }, ticketId)).toEqual({ state: "updated" });
    expect(port.calls).toHaveLength(2);
  });

  it("draw again after one that died on its way, since nobody knows what it left", async () => {
    const port = createCardPort();
    await changePriority(sql, ada, ticketId, "low");
    await putCard({ sql, slack: asDesk(port) }, ticketId);
    const dies = createCardPort([() => Promise.reject(new Error("killed"))]);
    await changePriority(sql, ada, ticketId, "high");
    await expect(putCard({ sql, slack: asDesk(dies) }, ticketId)).rejects.toThrow("killed");
    // The same as is known to have been shown, and yet the dead one may have shown another.
    await changePriority(sql, ada, ticketId, "low");
    expect(await putCard({ sql, slack: asDesk(port) }, ticketId)).toEqual({ state: "updated" });
    await putCard({ sql, slack: asDesk(port) }, ticketId);
    expect(await putCard({ sql, slack: asDesk(port) }, ticketId)).toEqual({ state: "unchanged" });
  });
});

describe("the card", () => {
  it("names a sender that failed DMARC, an answer that bounced, and a reply inside its window", async () => {
    const authentication = { server: "mx", spf: "fail", dkim: "none", dmarc: "fail" } as const;
    ticketId = await open({ authentication });
    const { deliveryId } = await queueReply(sql, DESK, ada, ticketId, "Hello");
    const card = await readCardView(sql, ticketId, null);
    expect(card?.alarms).toEqual([expect.stringContaining("DMARC failed")]);
    expect(card?.pendingReply).toMatchObject({ deliveryId, authorName: "Ada Byron" });
    await sql`update deliveries set state = 'bounced', last_error = '5.1.1 unknown' where id = ${deliveryId ?? ""}`;
    const after = await readCardView(sql, ticketId, null);
    expect(after?.alarms).toContain("The last answer came back. 5.1.1 unknown");
    expect(after?.pendingReply).toBeNull();
  });
});

describe("similar solved tickets", () => {
  it("are those with the same words, the best first, with how they were answered", async () => {
    const solved = await open({
      subject: "Badge reader rejects fingerprint",
      text: "The turnstile stays shut.",
    });
    await queueReply(sql, { ...DESK, undoSeconds: 0 }, ada, solved, "Enrol the fingerprint again.");
    await sql`update deliveries set state = 'sent' where ticket_id = ${solved}`;
    const weaker = await open({ subject: "Fingerprint of the badge", text: "Where?" });
    const unsolved = await open({ subject: "Badge reader rejects fingerprint", text: "Me too." });
    await sql`update tickets set status = 'resolved' where id in (${solved}, ${weaker})`;
    const words = significantWords("The badge reader rejects my fingerprint at the turnstile");
    const found = await findSimilarSolved(sql, ticketId, words, 3);
    expect(found.map(({ title, answer }) => [title, answer])).toEqual([
      ["Badge reader rejects fingerprint", "Enrol the fingerprint again."],
      ["Fingerprint of the badge", ""],
    ]);
    expect(await findSimilarSolved(sql, solved, words, 3)).toHaveLength(1);
    expect(unsolved).not.toBe(solved);
  });

  it("are none where a single word is shared, or there are no words", async () => {
    const other = await open({ subject: "Turnstile", text: "Squeaks." });
    await sql`update tickets set status = 'closed' where id = ${other}`;
    expect(await findSimilarSolved(sql, ticketId, ["turnstile", "invoice", "printer"], 3)).toEqual([]);
    expect(await findSimilarSolved(sql, ticketId, [], 3)).toEqual([]);
    expect(await findSimilarSolved(sql, ticketId, ["it's", "a\\b", "''"], 3)).toEqual([]);
  });
});

describe("the audience lock", () => {
  it("lets pass what the moderator has seen, and fixes the recipients", async () => {
    expect(await send("Please restart it.")).toMatchObject({ state: "queued", undoSeconds: 20 });
    await recordInbound(sql, DESK, mail({ subject: "Re", cc: [{ address: "eve@x.example", name: "" }] }));
    const [row] = await sql<{ recipients: { to: { address: string }[]; cc: unknown[] } }[]>`
      select recipients from deliveries where ticket_id = ${ticketId}`;
    expect(row?.recipients.to.map(({ address }) => address)).toEqual(["ada@customer.example"]);
  });

  it("holds back what was written before the customer's newest message, until that has been seen", async () => {
    const form = await readReplyForm(sql, DESK, ada, ticketId);
    const [first] = await sql<
      { id: string }[]
    >`select email_message_id as id from messages where ticket_id = ${ticketId}`;
    await recordInbound(
      sql,
      DESK,
      mail({ inReplyTo: first?.id ?? "", references: [first?.id ?? ""], text: "Solved!" }),
    );
    const held = await send("Please restart it.", seen(form));
    if (held.state !== "confirm") throw new Error(held.state);
    expect(held.form.warnings[0]).toContain("A new message has arrived");
    expect(held.form.latest?.text).toBe("Solved!");
    expect(await sql`select 1 from deliveries where ticket_id = ${ticketId}`).toHaveLength(0);
    expect(await send("Please restart it.", seen(held.form))).toMatchObject({ state: "queued" });
  });

  it("holds back what would go to others than were shown", async () => {
    const form = await readReplyForm(sql, DESK, ada, ticketId);
    const held = await send("Please restart it.", { ...seen(form), audienceKey: "of others" });
    if (held.state !== "confirm") throw new Error(held.state);
    expect(held.form.warnings).toEqual([
      "The recipients have changed since you opened this form: they stand below as they are now.",
    ]);
    expect(await sql`select 1 from deliveries where ticket_id = ${ticketId}`).toHaveLength(0);
  });

  it("names a Reply-To that is not who wrote", async () => {
    ticketId = await open({ replyTo: [{ address: "billing@elsewhere.example", name: "" }] });
    const form = await readReplyForm(sql, DESK, ada, ticketId);
    expect(form.audience.to).toEqual(["billing@elsewhere.example"]);
    expect(form.warnings).toEqual([
      "New since the customer's last message: billing@elsewhere.example.",
      "Left out since the customer's last message: ada@customer.example.",
    ]);
  });

  it("does not take the author's own name, or the customer's, for a colleague's", async () => {
    const form = await readReplyForm(sql, DESK, ada, ticketId, "Hi Ada,\nplease restart it.\n\nAda Byron");
    expect(form.warnings).toEqual([]);
    const other = await readReplyForm(sql, DESK, bea, ticketId, "Bea Lindt here: Ada Byron will call you.");
    expect(other.warnings).toEqual(["It names Ada Byron of the desk."]);
  });

  it("has another key for another audience", async () => {
    const one = await readReplyForm(sql, DESK, ada, ticketId);
    const { ticket } = await recordInbound(sql, DESK, slackMessage());
    const other = await readReplyForm(sql, DESK, ada, ticket?.id ?? "");
    expect(other.audience).toMatchObject({ to: [], cc: [], slackChannel: "CHELP" });
    expect(other.audience.key).not.toBe(one.audience.key);
    expect((await readReplyForm(sql, DESK, bea, ticketId)).audience.key).toBe(one.audience.key);
  });
});

describe("Undo", () => {
  it("and the sending exclude each other: in the same instant one of them wins", async () => {
    let undone = 0;
    for (let round = 1; round <= 15; round += 1) {
      ticketId = await open();
      const { deliveryId } = await queueReply(sql, DESK, ada, ticketId, `Round ${round}`);
      const [answer, was] = await Promise.all([
        undoReply(sql, ada, deliveryId ?? ""),
        beginDelivery(sql, deliveryId ?? ""),
      ]);
      expect(answer.state === "undone").toBe(was === null);
      if (answer.state === "undone") undone += 1;
      const [row] = await sql<
        { state: string }[]
      >`select state from deliveries where id = ${deliveryId ?? ""}`;
      expect(row?.state).toBe(answer.state === "undone" ? "cancelled" : "sending");
    }
    expect(undone).toBeGreaterThanOrEqual(0);
  });

  it("gives status and text back, and leaves what has moved since", async () => {
    const { deliveryId } = await queueReply(sql, DESK, ada, ticketId, "Take me back");
    const answer = await undoReply(sql, bea, deliveryId ?? "");
    expect(answer).toMatchObject({ state: "undone", text: "Take me back" });
    expect((await readReplyForm(sql, DESK, ada, ticketId)).draft).toBe("Take me back");
    expect((await readReplyForm(sql, DESK, bea, ticketId)).draftFrom).not.toBe("taken-back");
    const [row] = await sql<{ status: string }[]>`select status from tickets where id = ${ticketId}`;
    expect(row?.status).toBe("open");
    const second = await queueReply(sql, DESK, ada, ticketId, "Again");
    await sql`update tickets set status = 'resolved' where id = ${ticketId}`;
    await undoReply(sql, ada, second.deliveryId ?? "");
    const [after] = await sql<{ status: string }[]>`select status from tickets where id = ${ticketId}`;
    expect(after?.status).toBe("resolved");
  });

  it("takes nothing back that is no reply", async () => {
    await expect(undoReply(sql, ada, "00000000-0000-4000-8000-000000000000")).rejects.toMatchObject({
      code: "not_found",
    });
  });
});

describe("Not mine…", () => {
  it("never gives the ticket back to who declined, and leaves it to nobody rather", async () => {
    await assignTicketByHand(sql, ada, ticketId, ada.userId);
    const why = { reason: "time", note: "" } as const;
    expect(await declineAssignment(sql, ada, ticketId, why)).toMatchObject({
      next: "Bea Lindt",
      proposed: [],
    });
    expect(await assignee()).toBe(bea.userId);
    expect(await declineAssignment(sql, bea, ticketId, why)).toMatchObject({ next: null });
    expect(await assignee()).toBeNull();
    expect(await assignTicket(sql, ticketId)).toMatchObject({ state: "nobody" });
    // By hand it can be given again, and then assignment may find the way back.
    await assignTicketByHand(sql, ada, ticketId, bea.userId);
    expect(await assignee()).toBe(bea.userId);
  });

  it("is for the assignee alone", async () => {
    await assignTicketByHand(sql, ada, ticketId, ada.userId);
    await expect(declineAssignment(sql, bea, ticketId, { reason: "other", note: "" })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Ada Byron's, not yours"),
    });
    expect(await assignee()).toBe(ada.userId);
  });

  it("asks about a skill once while the question is open", async () => {
    await assignTicketByHand(sql, ada, ticketId, ada.userId);
    const why = { reason: "skill", note: "" } as const;
    expect(await declineAssignment(sql, ada, ticketId, why)).toMatchObject({ proposed: ["VPN"] });
    const second = await open();
    await assignTicketByHand(sql, ada, second, ada.userId);
    expect(await declineAssignment(sql, ada, second, why)).toMatchObject({ proposed: [] });
  });
});

describe("App Home", () => {
  const opener = (slackUserId: string, email: string | null = null) => ({
    slackUserId,
    team: "T1",
    name: "x",
    email,
  });
  const outdated = async () => {
    const rows = await sql<{ user: string }[]>`
      select data ->> 'slackUserId' as user from outbox where name = 'home/outdated'`;
    await sql`delete from outbox where name = 'home/outdated'`;
    return rows.map(({ user }) => user).sort();
  };

  it("is drawn again only for those who see the ticket there and looked lately", async () => {
    await assignTicketByHand(sql, ada, ticketId, ada.userId);
    for (const id of ["UADAB", "UBEAL", "UEVE", "UCUSTOMER"]) await openHomeRow(sql, opener(id));
    await openHomeRow(sql, opener("UCUSTOMER", "ada@customer.example"));
    await sql`delete from outbox where name = 'home/outdated'`;
    await outdateHomesOfTicket(sql, ticketId);
    expect(await outdated()).toEqual(["UADAB", "UCUSTOMER"]);
    await setHomeShown(sql, "UBEAL", { hash: "h", ticketIds: [ticketId] });
    await sql`update slack_homes set opened_at = now() - interval '9 hours' where slack_user_id = 'UCUSTOMER'`;
    await outdateHomesOfTicket(sql, ticketId);
    expect(await outdated()).toEqual(["UADAB", "UBEAL"]);
    await sql`update tickets set assignee_id = null where id = ${ticketId}`;
    await outdateHomesOfTicket(sql, ticketId);
    expect(await outdated()).toEqual(["UADAB", "UBEAL"]);
  });

  it("puts the customer's answers before what waits for the customer", async () => {
    await sql`update tickets set assignee_id = null`;
    const waiting = await open({ subject: "Waiting" });
    await assignTicketByHand(sql, ada, ticketId, ada.userId);
    await assignTicketByHand(sql, ada, waiting, ada.userId);
    await queueReply(sql, DESK, ada, waiting, "Did it help?");
    const home = await readHome(sql, opener("UADAB"));
    if (home.kind !== "staff") throw new Error(home.kind);
    expect(home.waitsOnMe.map((one) => [one.ticketId, one.why])).toEqual([[ticketId, "Not begun"]]);
    expect(home.mine.map((one) => one.ticketId)).toEqual([waiting]);
    expect(home).toMatchObject({ load: 2, capacity: 10, away: false });
  });

  it("orders by deadline, shows the next one, and says when it was missed", async () => {
    await sql`update tickets set assignee_id = null`;
    const later = await open({ subject: "Later" });
    const none = await open({ subject: "None" });
    for (const id of [ticketId, later, none]) await assignTicketByHand(sql, ada, id, ada.userId);
    await sql`update tickets set priority = 'high' where id = ${none}`;
    const at = (minutes: number) => new Date(Date.UTC(2026, 10, 23, 9, minutes));
    const running = (dueAt: Date) => ({ state: "running", since: at(0), remindAt: at(0), dueAt }) as const;
    await putDeadline(sql, later, "resolve", running(at(50)));
    await putDeadline(sql, later, "answer", running(at(40)));
    await putDeadline(sql, ticketId, "resolve", running(at(30)));
    await putDeadline(sql, ticketId, "answer", { state: "paused", since: at(0) });
    await markDeadline(sql, ticketId, "resolve", "missed", at(31));
    const home = await readHome(sql, opener("UADAB"));
    if (home.kind !== "staff") throw new Error(home.kind);
    expect(home.waitsOnMe.map((one) => [one.ticketId, one.due])).toEqual([
      [ticketId, { kind: "resolve", at: at(30), missed: true }],
      [later, { kind: "answer", at: at(40), missed: false }],
      [none, null],
    ]);
  });

  it("shows a requester their own tickets and nobody else's", async () => {
    const { ticket } = await recordInbound(
      sql,
      DESK,
      slackMessage({ author: { slackUserId: "UZED", name: "Zed", email: null } }),
    );
    const home = await readHome(sql, opener("UZED"));
    if (home.kind !== "requester") throw new Error(home.kind);
    expect(home.tickets.map((one) => one.ticketId)).toEqual([ticket?.id]);
    expect(home.tickets[0]?.thread).toMatchObject({ channel: "CHELP" });
    const stranger = await readHome(sql, opener("UNOBODY"));
    expect(stranger).toEqual({ kind: "requester", name: "x", tickets: [] });
  });
});

describe("the mailbox that a mail came by", () => {
  it("is ours, also where only `ingest` names it: answers do not go there, and nobody is warned of that", async () => {
    const own = { address: "Help@Piped.Example", name: "Help" };
    const bob = { address: "bob@cust.example", name: "Bob" };
    const id = await open({ account: "help@piped.example", to: [own], cc: [bob] });
    const form = await readReplyForm(sql, DESK, ada, id);
    expect(form.audience.cc).toEqual(["Bob <bob@cust.example>"]);
    expect(form.warnings).toEqual([]);
  });
});
