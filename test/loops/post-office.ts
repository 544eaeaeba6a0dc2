/**
 * A small world of mail over real SMTP sockets: desks with their own databases, robots that answer by themselves, and one
 * server that takes every mail and hands it on. Nothing in it stops a loop but the desks.
 */
import { createHash, randomUUID } from "node:crypto";
import { createTransport } from "nodemailer";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { createMailSender, type SmtpMailSender } from "../../src/channels/email/send/send-mail.ts";
import { acknowledgeTicket } from "../../src/desk/acknowledge-ticket.ts";
import type { DeskSettings } from "../../src/desk/desk-settings.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { sendDelivery } from "../../src/workflows/deliver-message.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { SETTINGS } from "../helpers/inbound.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";

export interface ReceivedMail {
  from: string;
  subject: string;
  messageId: string | null;
}

export interface WrittenMail {
  to: string;
  cc?: string;
  subject: string;
  text: string;
  inReplyTo?: string | null;
  headers?: Record<string, string>;
}

type Robot = (mail: ReceivedMail) => WrittenMail | null;

export interface Desk {
  address: string;
  /** What intake made of each mail, in order. */
  outcomes: string[];
  /** A moderator answers the first ticket. */
  answer(text: string): Promise<void>;
  statuses(): Promise<string[]>;
  /** The ticket number of each ledger row, in order. */
  ledgerTickets(): Promise<(number | null)[]>;
  eventTypes(): Promise<string[]>;
}

export interface PostOffice {
  openDesk(address: string): Promise<Desk>;
  openRobot(address: string, robot: Robot): { address: string };
  post(mail: WrittenMail & { from: string }): Promise<void>;
  deliverRaw(to: string, raw: string): Promise<void>;
  /** Until nothing is on its way; a loop of others is ended after 24 mails. */
  settle(): Promise<void>;
  sentBy(desk: Desk): string[];
  /** The reports that the server wrote for unknown recipients. */
  bounces: string[];
  close(): Promise<void>;
}

export interface PostOfficeOptions {
  /** What the way makes of every mail. */
  rewrite?: (raw: string) => string;
  /** Recipients whose server takes the mail and then returns it. */
  unknown?: string[];
}

const MAILS_MAX = 24;

export async function createPostOffice(options: PostOfficeOptions = {}): Promise<PostOffice> {
  const sink = await startSmtpSink();
  const transport = createTransport(sink.url, { pool: true } as never);
  const doors = new Map<string, (raw: string) => Promise<void>>();
  const closers: (() => Promise<unknown>)[] = [];
  const bounces: string[] = [];
  let delivered = 0;

  const post = async (mail: WrittenMail & { from: string }) => {
    await transport.sendMail({
      from: mail.from,
      to: mail.to,
      cc: mail.cc,
      subject: mail.subject,
      text: mail.text,
      ...(mail.inReplyTo ? { inReplyTo: mail.inReplyTo, references: mail.inReplyTo } : {}),
      headers: mail.headers ?? {},
    });
  };

  const deliver = async () => {
    const mail = sink.mails[delivered++];
    if (mail === undefined) return;
    const raw = `Return-Path: <${mail.from}>\r\n${options.rewrite?.(mail.raw) ?? mail.raw}`;
    for (const to of mail.to) {
      if (options.unknown?.includes(to) && mail.from !== "") {
        bounces.push(writeBounce(to, mail.from, raw));
        await doors.get(mail.from)?.(bounces.at(-1) ?? "");
      } else await doors.get(to)?.(raw);
    }
  };

  return {
    bounces,
    post,
    deliverRaw: async (to, raw) => doors.get(to)?.(raw),
    async settle() {
      while (delivered < sink.mails.length && delivered < MAILS_MAX) await deliver();
    },
    sentBy: (desk) =>
      sink.mails
        .filter(({ from }) => from === desk.address)
        .map(({ raw }) => raw)
        .filter(isAutomatic),
    openRobot(address, robot) {
      doors.set(address, async (raw) => {
        const mail = await read(raw, address);
        const answer =
          mail.channel === "email" && mail.from !== null
            ? robot({ from: mail.from.address, subject: mail.subject, messageId: mail.messageId })
            : null;
        if (answer !== null) await post({ from: address, ...answer });
      });
      return { address };
    },
    async openDesk(address) {
      const desk = await openDesk(address, sink);
      doors.set(address, desk.take);
      closers.push(desk.close);
      return desk.desk;
    },
    async close() {
      transport.close();
      for (const close of closers) await close();
      await sink.stop();
    },
  };
}

/** What the sink has of a desk: its confirmations, not what a person wrote in its name. */
function isAutomatic(raw: string): boolean {
  return /^This confirmation was sent automatically/m.test(raw) || /^auto-submitted:/im.test(raw);
}

async function read(raw: string, account: string) {
  const bytes = new TextEncoder().encode(raw);
  const externalId = `sha256:${createHash("sha256").update(bytes).update(randomUUID()).digest("hex")}`;
  return parseMail(bytes, { account, externalId, receivedAt: new Date() });
}

async function openDesk(address: string, sink: SmtpSink) {
  const db: TestDatabase = await createTestDatabase();
  const { sql } = db;
  const sender: SmtpMailSender = createMailSender({ smtpUrl: sink.url });
  const domain = address.slice(address.indexOf("@") + 1);
  const settings: DeskSettings = { ...SETTINGS, ownAddresses: [address], messageIdDomain: domain };
  const deps = { sql, settings, slack: null, mail: { sender, from: { address, name: "Support" } } };
  const outcomes: string[] = [];
  const send = async (deliveryId: string | null) => {
    if (deliveryId !== null) await sendDelivery(deps, deliveryId);
  };
  const take = async (raw: string) => {
    const { outcome, ticket } = await recordInbound(sql, settings, await read(raw, address));
    outcomes.push(outcome);
    if (outcome !== "ticket" || ticket === null) return;
    const answer = await acknowledgeTicket(sql, settings, ticket.id);
    if (answer.state === "queued") await send(answer.deliveryId);
  };
  const desk: Desk = {
    address,
    outcomes,
    async answer(text) {
      const [user] = await sql<{ id: string }[]>`
        insert into users (email, name, role) values ('mina@desk.example', 'Mina', 'moderator') returning id`;
      const [ticket] = await sql<{ id: string }[]>`select id from tickets order by number limit 1`;
      const actor = { kind: "moderator", userId: user?.id ?? "", name: "Mina", via: "api" } as const;
      const { deliveryId } = await queueReply(sql, settings, actor, ticket?.id ?? "", text);
      await send(deliveryId);
    },
    statuses: async () =>
      (await sql<{ status: string }[]>`select status from tickets order by number`).map(
        ({ status }) => status,
      ),
    ledgerTickets: async () => {
      const rows = await sql<{ number: number | null }[]>`
        select t.number - (select min(number) from tickets) + 1 as number
        from intake_ledger l left join tickets t on t.id = l.ticket_id order by l.recorded_at, l.id`;
      return rows.map(({ number }) => number);
    },
    eventTypes: async () =>
      (await sql<{ type: string }[]>`select type from ticket_events order by id`).map(({ type }) => type),
  };
  const close = async () => {
    await sender.close();
    await db.drop();
  };
  return { desk, take, close };
}

function writeBounce(recipient: string, to: string, returned: string): string {
  const boundary = "=_returned";
  const headers = returned.slice(0, returned.indexOf("\r\n\r\n"));
  return [
    "Return-Path: <>",
    "From: Mail Delivery System <mailer-daemon@far.example>",
    `To: ${to}`,
    "Subject: Undelivered Mail Returned to Sender",
    `Message-ID: <${randomUUID()}@far.example>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status; boundary="${boundary}"`,
    "",
    `--${boundary}`,
    "Content-Type: text/plain",
    "",
    `Your message could not be delivered to <${recipient}>: user unknown.`,
    "",
    `--${boundary}`,
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; far.example",
    "",
    `Final-Recipient: rfc822; ${recipient}`,
    "Action: failed",
    "Status: 5.1.1",
    "",
    `--${boundary}`,
    "Content-Type: text/rfc822-headers",
    "",
    headers,
    "",
    `--${boundary}--`,
    "",
  ].join("\r\n");
}
