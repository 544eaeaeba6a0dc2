/** The two sides of the intake benchmark, each run in a process of its own. */
import { ImapFlow } from "imapflow";
import { simpleParser } from "mailparser";
import type { Logger } from "pino";
import { parseMailboxUrl } from "../../src/channels/email/imap/mailbox-url.ts";
import { createParsePool, type ParsePool } from "../../src/channels/email/parse/parse-pool.ts";
import { loadConfig } from "../../src/config.ts";
import type { InboundMessage, MailboxPosition, RecordInboundBatch } from "../../src/core/inbound.ts";
import { connectDatabase, type SqlPool } from "../../src/db/client.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createBatchRecorder } from "../../src/desk/record-inbound-batch.ts";
import { createDeskSettings } from "../../src/runtime/desk-settings.ts";
import { createMailIntake } from "../../src/runtime/mail-intake.ts";

export interface Recorded {
  uid: number;
  /** Milliseconds since the epoch, with fractions: after the commit. */
  at: number;
}

export interface DeskReader {
  stop(): Promise<void>;
}

const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as unknown as Logger;

/** Runs the service's own mail intake on one mailbox, everything included; the database is migrated. */
export function startDesk(
  sql: SqlPool,
  imapUrl: string,
  onRecorded: (mail: Recorded) => void,
  pool?: ParsePool,
): DeskReader {
  const config = loadConfig({
    IMAP_URL: imapUrl,
    IMAP_SINCE: "all",
    SMTP_URL: "smtp://127.0.0.1:25",
    MAIL_FROM: '"Support" <support@desk.example>',
    JWT_SECRET: "the benchmark's own secret, of more than 32 bytes",
  });
  const settings = createDeskSettings(config);
  const record = async (message: InboundMessage, position?: MailboxPosition) => {
    const result = await recordInbound(sql, settings, message, position);
    onRecorded({ uid: position?.uid ?? 0, at: performance.timeOrigin + performance.now() });
    return result;
  };
  const recordTogether = createBatchRecorder(sql, settings);
  const recordBatch: RecordInboundBatch = async (mails, before) => {
    const results = await recordTogether(mails, before);
    const at = performance.timeOrigin + performance.now();
    for (const { position } of mails) onRecorded({ uid: position.uid, at });
    return results;
  };
  const intake = createMailIntake(config, {
    sql,
    recordInbound: record,
    recordInboundBatch: recordBatch,
    ...(pool === undefined ? {} : { pool }),
    log: SILENT,
  });
  intake.start();
  return { stop: () => intake.stop() };
}

/** The thread that parses is the same from the first mailbox to the last, as in a service that runs. */
const parsing = createParsePool();

/** Resolves once `count` mails are committed by the desk; rejects where they do not come. */
export async function readByDesk(databaseUrl: string, imapUrl: string, count: number): Promise<void> {
  const sql = connectDatabase(databaseUrl);
  try {
    let recorded = 0;
    let finish = (): void => {};
    const done = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const onRecorded = () => {
      recorded++;
      if (recorded === count) finish();
    };
    const desk = startDesk(sql, imapUrl, onRecorded, parsing);
    await done;
    await desk.stop();
  } finally {
    await sql.end();
  }
}

const INSERTS_AT_ONCE = 8;

/** The limit: bulk fetch, parse, and one committed row for each mail, 8 at a time. */
export async function readByLimit(databaseUrl: string, imapUrl: string, count: number): Promise<void> {
  const sql = connectDatabase(databaseUrl, { max: 2 * INSERTS_AT_ONCE });
  const { host, port, user, password } = parseMailboxUrl(imapUrl, "IMAP_URL");
  const client = new ImapFlow({ host, port, secure: false, auth: { user, pass: password }, logger: false });
  await client.connect();
  await client.mailboxOpen("INBOX", { readOnly: true });
  const running = new Set<Promise<void>>();
  let stored = 0;
  for await (const { source } of client.fetch("1:*", { uid: true, source: true }, { uid: true })) {
    if (source === undefined) continue;
    const one = storeParsed(sql, source).then(() => {
      running.delete(one);
      stored++;
    });
    running.add(one);
    if (running.size >= INSERTS_AT_ONCE) await Promise.race(running);
  }
  await Promise.all(running);
  await client.logout();
  await sql.end();
  if (stored !== count) throw new Error(`The limit stored ${stored} of ${count} mails.`);
}

async function storeParsed(sql: SqlPool, source: Buffer): Promise<void> {
  const mail = await simpleParser(source);
  const text = (mail.text ?? "").replaceAll("\0", "");
  await sql`
    insert into bare_mails (message_id, sender, subject, body)
    values (${mail.messageId ?? ""}, ${mail.from?.text ?? ""}, ${mail.subject ?? ""}, ${text})`;
}

export async function createLimitTable(databaseUrl: string): Promise<void> {
  const sql = connectDatabase(databaseUrl, { max: 2 });
  await sql`
    create table if not exists bare_mails (
      id bigint generated always as identity primary key, message_id text, sender text, subject text, body text
    )`;
  await sql.end();
}
