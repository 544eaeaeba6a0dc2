/**
 * A hundred acknowledgements through a mail server that refuses some at first, takes some without living to say so, and
 * refuses some for good: over real sockets, on the real engine, and once more while the process is killed.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SMTPServerDataStream, SMTPServerOptions, SMTPServerSession } from "smtp-server";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SqlPool } from "../../src/db/client.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { mail, SETTINGS } from "../helpers/inbound.ts";
import { type SmtpSink, smtpError, startSmtpSink } from "../helpers/smtp-sink.ts";
import { startMailWorkflows } from "./mail-workflows.ts";

const PROCESS = fileURLToPath(new URL("./delivery-process.ts", import.meta.url));
const ACKNOWLEDGEMENTS = 100;

/** What the server does with the mail of each requester, by their number. */
const FATES = [
  "taken",
  "taken",
  "greylisted", // 450 at RCPT, twice
  "busy", // 451 after DATA, once
  "lost-answer", // taken, then the connection breaks before the answer
  "taken",
  "unknown", // 550 5.1.1 at RCPT
  "taken",
  "spam", // 554 5.7.1 after DATA
  "cut-off", // the connection breaks at RCPT, once
] as const;
type Fate = (typeof FATES)[number];
const fateOf = (address: string): Fate =>
  FATES[Number(/^r(\d+)@/.exec(address)?.[1] ?? 0) % FATES.length] ?? "taken";
const REFUSED: readonly Fate[] = ["unknown", "spam"];

interface Taken {
  to: string;
  messageId: string;
}

let database: TestDatabase;
let sql: SqlPool;
let sink: SmtpSink;
let taken: Taken[];
const children = new Set<ChildProcess>();

beforeEach(async () => {
  database = await createTestDatabase();
  sql = database.sql;
  taken = [];
  sink = await startHostileServer();
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  await sink.stop();
  await database.drop();
});

async function startHostileServer(): Promise<SmtpSink> {
  const tries = new Map<string, number>();
  const tryNumber = (key: string): number => {
    tries.set(key, (tries.get(key) ?? 0) + 1);
    return tries.get(key) ?? 0;
  };
  let connections = 0;
  const options: SMTPServerOptions = {
    onConnect(_session, callback) {
      // The first connections are refused at the greeting.
      if (++connections <= 4) callback(smtpError(421, "4.3.2 Too many connections, come back later"));
      else callback();
    },
    onRcptTo({ address }, session, callback) {
      const fate = fateOf(address);
      if (fate === "unknown") return callback(smtpError(550, "5.1.1 No such user here"));
      if (fate === "greylisted" && tryNumber(address) <= 2)
        return callback(smtpError(450, "4.7.1 Greylisted, try again"));
      if (fate === "cut-off" && tryNumber(address) === 1) {
        server.drop(session);
        return;
      }
      callback();
    },
    onData(stream: SMTPServerDataStream, session: SMTPServerSession, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map(({ address }) => address);
        const address = to[0] ?? "";
        const fate = fateOf(address);
        if (fate === "spam") return callback(smtpError(554, "5.7.1 Rejected as spam"));
        if (fate === "busy" && tryNumber(address) === 1)
          return callback(smtpError(451, "4.3.0 Local error, try again"));
        const raw = Buffer.concat(chunks).toString();
        const messageId = /^Message-ID: (\S+)/im.exec(raw)?.[1] ?? "";
        for (const one of to) taken.push({ to: one, messageId });
        if (fate === "lost-answer" && tryNumber(address) <= 2) return server.drop(session);
        callback();
      });
    },
  };
  const server = await startSmtpSink(options);
  return server;
}

/** Requesters whom no machine may answer: nobody of them may hear from us. */
const UNANSWERED = [
  mail({ fromAddress: "noreply@shop.example" }),
  mail({ fromAddress: "away@customer.example", headers: { "auto-submitted": ["auto-replied"] } }),
  mail({ fromAddress: "news@list.example", headers: { "list-id": ["<news.list.example>"] } }),
  mail({ fromAddress: "mailer-daemon@customer.example", headers: { "return-path": ["<>"] } }),
  mail({ fromAddress: "quiet@customer.example", headers: { "x-auto-response-suppress": ["All"] } }),
];

async function receiveEverything(): Promise<void> {
  for (let n = 0; n < ACKNOWLEDGEMENTS; n++) {
    const cc = [{ address: "bystander@customer.example", name: "" }];
    await recordInbound(
      sql,
      SETTINGS,
      mail({ fromAddress: `r${n}@customer.example`, cc, text: `Question ${n}` }),
    );
  }
  for (const unanswered of UNANSWERED) await recordInbound(sql, SETTINGS, unanswered);
}

/** Until each of the hundred is sent or failed. */
async function untilSettled(): Promise<void> {
  for (let waited = 0; waited < 110_000; waited += 50) {
    const [row] = await sql<{ settled: number }[]>`
      select count(*) as settled from deliveries where state in ('sent', 'failed', 'bounced')`;
    if ((row?.settled ?? 0) >= ACKNOWLEDGEMENTS) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const rows =
    await sql`select state, error_class, last_error, attempts from deliveries where state not in ('sent', 'failed')`;
  throw new Error(`Still on their way: ${JSON.stringify(rows.slice(0, 5))} of ${rows.length}`);
}

async function expectTheRightEnd(mayRepeat: (fate: Fate) => boolean): Promise<void> {
  const rows = await sql<
    { address: string; state: string; recipient: string; errorClass: string | null; messageId: string }[]
  >`
    select r.address, d.state, r.state as recipient, r.error_class as "errorClass", m.email_message_id as "messageId"
    from deliveries d join messages m on m.id = d.message_id join delivery_recipients r on r.delivery_id = d.id`;
  expect(rows).toHaveLength(ACKNOWLEDGEMENTS);
  for (const { address, state, recipient, errorClass, messageId } of rows) {
    const fate = fateOf(address);
    const copies = taken.filter(({ to }) => to === address);
    const refused = REFUSED.includes(fate);
    expect([address, fate, state, recipient]).toEqual([
      address,
      fate,
      ...(refused ? ["failed", "failed"] : ["sent", "sent"]),
    ]);
    if (refused) {
      expect([fate, copies.length, errorClass]).toEqual([fate, 0, fate === "spam" ? "policy" : "address"]);
      continue;
    }
    expect(copies.length, `${address}, ${fate}`).toBeGreaterThanOrEqual(1);
    expect(new Set(copies.map((copy) => copy.messageId)), address).toEqual(new Set([messageId]));
    if (!mayRepeat(fate)) expect([address, fate, copies.length]).toEqual([address, fate, 1]);
  }
  const asked = new Set(rows.map(({ address }) => address));
  expect(taken.filter(({ to }) => !asked.has(to))).toEqual([]);
  expect(new Set(taken.map(({ messageId }) => messageId)).size).toBe(new Set(taken.map(({ to }) => to)).size);
}

describe("a hundred acknowledgements", () => {
  it("each arrives once, or again under its own Message-ID; the refused ones are failed; nobody else is mailed", {
    timeout: 120_000,
  }, async () => {
    await receiveEverything();
    const workflows = await startMailWorkflows(sql, sink.url);
    await untilSettled();
    await workflows.stop();
    await expectTheRightEnd((fate) => fate === "lost-answer");
    const lost = taken.filter(({ to }) => fateOf(to) === "lost-answer");
    expect(lost.length).toBe(3 * 10);
    const [marked] = await sql`select count(*)::int as n from requesters where mail_state = 'bouncing'`;
    expect(marked?.n).toBe(10);
  });

  it("and so it is while the process is killed again and again", { timeout: 240_000 }, async () => {
    await receiveEverything();
    let killedAmidWork = 0;
    for (let kill = 0; kill < 3; kill++) {
      const child = await startChild();
      const before = taken.length;
      for (let waited = 0; taken.length < before + 5 && waited < 10_000; waited += 2)
        await new Promise((resolve) => setTimeout(resolve, 2));
      child.kill("SIGKILL");
      await once(child, "exit");
      const [row] = await sql<{ open: number }[]>`
        select ${ACKNOWLEDGEMENTS} - count(*)::int as open from deliveries where state in ('sent', 'failed')`;
      if ((row?.open ?? 0) > 0) killedAmidWork++;
    }
    expect(killedAmidWork).toBeGreaterThan(1);
    const last = await startChild();
    await untilSettled();
    last.kill("SIGKILL");
    await once(last, "exit");
    // What was being sent when the process died may be sent again: under the same Message-ID, as all of it.
    await expectTheRightEnd(() => true);
    const repeated = taken.length - new Set(taken.map(({ to }) => to)).size;
    expect(repeated).toBeLessThanOrEqual(2 * 10 + 3 * 8);
  });
});

async function startChild(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", PROCESS, database.url, sink.url], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.add(child);
  child.once("exit", () => children.delete(child));
  if (child.stdout) await once(child.stdout, "data");
  return child;
}
