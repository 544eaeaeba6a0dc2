/** Bounces find the delivery that they are about, and change no more than they prove. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BounceReport, InboundEmail } from "../../src/core/inbound.ts";
import { addPlusToken } from "../../src/core/mail-tokens.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import type { DeskSettings } from "../../src/desk/desk-settings.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordRecipientOutcomes } from "../../src/desk/record-delivery-failure.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";

const DESK: DeskSettings = { ...SETTINGS, bounceAddress: "bounces@desk.example" };
const BOSS = { address: "boss@customer.example", name: "" };

let db: TestDatabase;
let sql: SqlPool;
let mina: { kind: "moderator"; userId: string; name: string; via: "slack" };
let people = 0;

beforeAll(async () => {
  db = await createTestDatabase();
  sql = db.sql;
  const [user] = await sql<{ id: string }[]>`
    insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
  mina = { kind: "moderator", userId: user?.id ?? "", name: "Mina", via: "slack" };
});
afterAll(() => db.drop());

interface Sent {
  address: string;
  ticketId: string;
  deliveryId: string;
  messageId: string;
}

/** A ticket of somebody new, whose acknowledgement has been taken by the mail server. */
async function sendAcknowledgement(providerMessageId: string | null = null): Promise<Sent> {
  const address = `person${++people}@customer.example`;
  const { ticket } = await recordInbound(sql, DESK, mail({ fromAddress: address }));
  const ticketId = ticket?.id ?? "";
  const queued = await acknowledgeTicket(sql, DESK, ticketId);
  const deliveryId = queued.state === "queued" ? (queued.deliveryId ?? "") : "";
  return {
    address,
    ticketId,
    deliveryId,
    messageId: await markSent(deliveryId, [address], providerMessageId),
  };
}

async function markSent(deliveryId: string, addresses: string[], providerMessageId: string | null = null) {
  const [row] = await sql<{ id: string }[]>`
    select m.email_message_id as id from deliveries d join messages m on m.id = d.message_id where d.id = ${deliveryId}`;
  const outcomes = addresses.map((address) => ({
    address,
    state: "sent" as const,
    error: null,
    errorClass: null,
    status: null,
  }));
  await recordRecipientOutcomes(sql, deliveryId, outcomes, { externalId: row?.id ?? "", providerMessageId });
  return row?.id ?? "";
}

function bounceOf(report: Partial<BounceReport>, fields: Partial<InboundEmail> = {}): InboundEmail {
  const bounce = {
    status: "5.1.1",
    recipient: null,
    originalMessageId: null,
    kind: "hard",
    ...report,
  } as const;
  return mail({
    fromAddress: "mailer-daemon@mx.customer.example",
    subject: "Undelivered Mail Returned to Sender",
    headers: { "return-path": ["<>"], "content-type": ["multipart/report; report-type=delivery-status"] },
    text: `It could not be delivered. ${Math.random()}`,
    ...fields,
    bounce,
  });
}

const stateOf = async (deliveryId: string): Promise<string> =>
  (await sql<{ state: string }[]>`select state from deliveries where id = ${deliveryId}`)[0]?.state ?? "";
const mailStateOf = async (address: string): Promise<string | undefined> =>
  (await sql<{ s: string }[]>`select mail_state as s from requesters where address = ${address}`)[0]?.s;
const eventsOf = async (ticketId: string, name: string): Promise<number> =>
  (await sql`select 1 from outbox where name = ${name} and data ->> 'ticketId' = ${ticketId}`).length;

describe("a hard bounce", () => {
  it("finds its delivery by the Message-ID that we signed, marks the address, and has the assignee told once", async () => {
    const sent = await sendAcknowledgement();
    const report = { originalMessageId: sent.messageId, recipient: sent.address };
    const recorded = await recordInbound(sql, DESK, bounceOf(report));
    expect(recorded).toMatchObject({ outcome: "bounce", ticket: { id: sent.ticketId } });
    expect(await stateOf(sent.deliveryId)).toBe("bounced");
    expect(await mailStateOf(sent.address)).toBe("bouncing");
    await recordInbound(sql, DESK, bounceOf(report));
    expect(await eventsOf(sent.ticketId, "delivery/troubled")).toBe(1);
  });

  it("finds it by the Message-ID that the provider put in place of ours", async () => {
    const id = "<0102018b5c3c0a4f-aaaa-bbbb-000000@eu-west-1.amazonses.com>";
    const sent = await sendAcknowledgement(id);
    await recordInbound(sql, DESK, bounceOf({ originalMessageId: id, recipient: sent.address }));
    expect(await stateOf(sent.deliveryId)).toBe("bounced");
  });

  it.each(["to", "delivered-to", "x-original-to"])(
    "that says nothing but came to the delivery's own bounce address finds it (%s)",
    async (header) => {
      const sent = await sendAcknowledgement();
      const token = await DESK.mailTokens.signBounceToken(sent.deliveryId);
      const address = addPlusToken("bounces@desk.example", token);
      const fields =
        header === "to"
          ? { to: [{ address, name: "" }] }
          : { to: [], headers: { "return-path": ["<>"], [header]: [address] } };
      const recorded = await recordInbound(sql, DESK, bounceOf({ status: null }, fields));
      expect(recorded).toMatchObject({ outcome: "bounce", ticket: { id: sent.ticketId } });
      expect(await stateOf(sent.deliveryId)).toBe("bounced");
      expect(await mailStateOf(sent.address)).toBe("bouncing");
    },
  );

  it("that names the recipient alone finds the only recent mail there, and marks no address: it proves nothing", async () => {
    const sent = await sendAcknowledgement();
    await recordInbound(sql, DESK, bounceOf({ recipient: sent.address }));
    expect(await stateOf(sent.deliveryId)).toBe("bounced");
    expect(await mailStateOf(sent.address)).toBe("ok");
  });

  it("that names the recipient alone changes nothing where two mails went there, or an old one", async () => {
    const sent = await sendAcknowledgement();
    const { deliveryId } = await queueReply(sql, DESK, mina, sent.ticketId, "We are on it.");
    await markSent(deliveryId ?? "", [sent.address]);
    await recordInbound(sql, DESK, bounceOf({ recipient: sent.address }));
    expect([await stateOf(sent.deliveryId), await stateOf(deliveryId ?? "")]).toEqual(["sent", "sent"]);
    const old = await sendAcknowledgement();
    await sql`
      update delivery_recipients set changed_at = now() - interval '30 days' where delivery_id = ${old.deliveryId}`;
    await recordInbound(sql, DESK, bounceOf({ recipient: old.address }));
    expect(await stateOf(old.deliveryId)).toBe("sent");
  });

  it("of one of several recipients is told of that one", async () => {
    const address = `person${++people}@customer.example`;
    const { ticket } = await recordInbound(sql, DESK, mail({ fromAddress: address, cc: [BOSS] }));
    const { deliveryId } = await queueReply(sql, DESK, mina, ticket?.id ?? "", "We are on it.");
    const originalMessageId = await markSent(deliveryId ?? "", [address, BOSS.address]);
    await recordInbound(sql, DESK, bounceOf({ originalMessageId, recipient: null }));
    expect(await stateOf(deliveryId ?? "")).toBe("sent");
    await recordInbound(sql, DESK, bounceOf({ originalMessageId, recipient: BOSS.address }));
    const rows = await sql<{ address: string; state: string }[]>`
      select address, state from delivery_recipients where delivery_id = ${deliveryId} order by address`;
    expect(rows.map((row) => [row.address, row.state])).toEqual([
      [BOSS.address, "bounced"],
      [address, "sent"],
    ]);
    expect(await mailStateOf(address)).toBe("ok");
  });
});

describe("a forged bounce", () => {
  it("with a Message-ID or a bounce address that we did not sign changes nothing", async () => {
    const sent = await sendAcknowledgement();
    await queueReply(sql, DESK, mina, sent.ticketId, "So that the recipient alone is ambiguous.").then(
      ({ deliveryId }) => markSent(deliveryId ?? "", [sent.address]),
    );
    const forgedId = sent.messageId.replace(/\.[a-z2-7]{20}@/, `.${"a".repeat(20)}@`);
    const token = (await DESK.mailTokens.signBounceToken(sent.deliveryId)).replace(/.{20}$/, "b".repeat(20));
    const to = [{ address: addPlusToken("bounces@desk.example", token), name: "" }];
    const recorded = await recordInbound(
      sql,
      DESK,
      bounceOf({ originalMessageId: forgedId, recipient: sent.address }, { to }),
    );
    expect(recorded).toMatchObject({ outcome: "bounce", ticket: null });
    expect(await stateOf(sent.deliveryId)).toBe("sent");
    expect(await mailStateOf(sent.address)).toBe("ok");
  });

  it("by somebody who had one of our mails cannot mark the address of somebody else", async () => {
    const eves = await sendAcknowledgement();
    const adas = await sendAcknowledgement();
    await recordInbound(sql, DESK, bounceOf({ originalMessageId: eves.messageId, recipient: adas.address }));
    expect(await mailStateOf(adas.address)).toBe("ok");
    expect(await stateOf(adas.deliveryId)).toBe("sent");
  });
});

describe("a soft bounce", () => {
  it("is recorded on the ticket and changes neither the delivery nor the address", async () => {
    const sent = await sendAcknowledgement();
    const report = {
      kind: "soft",
      status: "4.4.1",
      originalMessageId: sent.messageId,
      recipient: sent.address,
    } as const;
    const recorded = await recordInbound(sql, DESK, bounceOf(report));
    expect(recorded).toMatchObject({ outcome: "bounce", ticket: { id: sent.ticketId } });
    expect([await stateOf(sent.deliveryId), await mailStateOf(sent.address)]).toEqual(["sent", "ok"]);
    const events =
      await sql`select data from ticket_events where ticket_id = ${sent.ticketId} and type = 'bounced'`;
    expect(events[0]?.data).toMatchObject({ kind: "soft", status: "4.4.1" });
    expect(await eventsOf(sent.ticketId, "delivery/troubled")).toBe(0);
  });
});

describe("an address that bounced", () => {
  it("gets no acknowledgement, until its owner writes again", async () => {
    const sent = await sendAcknowledgement();
    await recordInbound(sql, DESK, bounceOf({ originalMessageId: sent.messageId, recipient: sent.address }));
    const dmarc = (verdict: "pass" | "fail") =>
      ({ server: "mx", spf: "none", dkim: "none", dmarc: verdict }) as const;
    const forged = mail({ fromAddress: sent.address, authentication: dmarc("fail") });
    const { ticket } = await recordInbound(sql, DESK, forged);
    expect(await mailStateOf(sent.address)).toBe("bouncing");
    expect(await acknowledgeTicket(sql, DESK, ticket?.id ?? "")).toMatchObject({ state: "withheld" });
    await recordInbound(sql, DESK, mail({ fromAddress: sent.address, authentication: dmarc("pass") }));
    expect(await mailStateOf(sent.address)).toBe("ok");
  });

  it("is good again when the server takes a mail for it", async () => {
    const sent = await sendAcknowledgement();
    await recordInbound(sql, DESK, bounceOf({ originalMessageId: sent.messageId, recipient: sent.address }));
    const { deliveryId } = await queueReply(sql, DESK, mina, sent.ticketId, "Does this reach you?");
    await markSent(deliveryId ?? "", [sent.address]);
    expect(await mailStateOf(sent.address)).toBe("ok");
  });
});

it("a bounce that came before the server's answer was stored ends the delivery: nothing is sent again", async () => {
  const address = `person${++people}@customer.example`;
  const { ticket } = await recordInbound(sql, DESK, mail({ fromAddress: address }));
  const queued = await acknowledgeTicket(sql, DESK, ticket?.id ?? "");
  const deliveryId = queued.state === "queued" ? (queued.deliveryId ?? "") : "";
  await sql`update deliveries set state = 'sending' where id = ${deliveryId}`;
  const [row] = await sql<{ id: string }[]>`
    select m.email_message_id as id from deliveries d join messages m on m.id = d.message_id where d.id = ${deliveryId}`;
  await recordInbound(sql, DESK, bounceOf({ originalMessageId: row?.id ?? "", recipient: address }));
  expect(await stateOf(deliveryId)).toBe("bounced");
});
