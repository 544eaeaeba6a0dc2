import type { ParseMail } from "../channels/email/imap/reader.ts";
import { createParsePool } from "../channels/email/parse/parse-pool.ts";
import type { Config } from "../config.ts";
import type { Log } from "../core/log.ts";
import { isConnectionFailure, type SqlPool } from "../db/client.ts";
import { takeBackDismissal } from "../db/intake-entries.ts";
import { listParked, listParkedOf, type ParkedMessage, readParked } from "../db/ledger.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { replayParked } from "../desk/replay-parked.ts";
import { createDeskSettings } from "../runtime/desk-settings.ts";
import { openMailAccess } from "../runtime/mail-access.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { createMailRefetcher, type MailRefetcher } from "../runtime/refetch-mail.ts";
import { createSlackRereader, type RereadSlack } from "../runtime/reread-slack.ts";
import { createSlack, followMoves } from "../runtime/slack.ts";
import { createEmbeddedEngine } from "../workflows/engine/engine.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

export interface ReplayOptions {
  json: boolean;
  parked: boolean;
  dead: boolean;
}

type Replayed = { id: string; kind: "parked" | "dead"; outcome: string; reason: string };

const LIMIT = 10_000;

/**
 * `deskhand replay`: parked mails and Slack messages through the parser and rules of today, dead workflow runs from where
 * they died. Dismissed messages only where they are named: that takes the dismissal back.
 */
export async function replay(
  context: CommandContext,
  ids: string[],
  options: ReplayOptions,
): Promise<number> {
  if (ids.length === 0 && !options.parked && !options.dead) {
    context.say("Name the ids to replay, or say --parked or --dead for all of that sort.");
    return EXIT.usage;
  }
  const config = readConfig(context);
  const log = createCommandLog(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: 4 });
  let found = 0;
  const tell = (one: Replayed): void => {
    found++;
    context.print(
      options.json ? JSON.stringify(one) : `${one.kind} ${one.id}: ${one.outcome} (${one.reason})`,
    );
  };
  try {
    await replayParkedMessages({ sql: database.sql, log }, config, ids, options, tell);
    const engine = createEmbeddedEngine({ sql: database.sql, log });
    for (const run of await engine.listDeadRuns(LIMIT)) {
      if (!options.dead && !ids.includes(run.id)) continue;
      const revived = await engine.replayDeadRun(run.id);
      const outcome = revived ? "queued" : "not dead any more";
      tell({ id: run.id, kind: "dead", outcome, reason: run.functionId });
    }
  } finally {
    await database.close();
  }
  if (found > 0) return EXIT.done;
  context.say(
    ids.length > 0
      ? "None of these ids is parked or dead. GET /api/admin/intake and GET /api/admin/runs list those that are."
      : "Nothing is parked or dead. What was dismissed is left alone: name its id to have it replayed all the same.",
  );
  return ids.length > 0 ? EXIT.failed : EXIT.done;
}

async function replayParkedMessages(
  { sql, log }: { sql: SqlPool; log: Log },
  config: Config,
  ids: string[],
  options: ReplayOptions,
  tell: (one: Replayed) => void,
): Promise<void> {
  const pool = createParsePool();
  const parse: ParseMail = (raw, origin) => pool.parse(raw, origin);
  const { mailIn } = await openMailAccess(config, sql);
  const refetcher = createMailRefetcher(mailIn?.mailboxes ?? [], parse);
  const settings = createDeskSettings(config);
  const recordInbound = () => Promise.reject(new Error("Nothing is listened to here."));
  const slack = createSlack(config, { sql, settings, recordInbound, log });
  if (slack) await followMoves(slack, sql);
  const rereadSlack = createSlackRereader(slack);
  try {
    const all = options.parked ? await listParked(sql, LIMIT) : [];
    for (const ledgerId of new Set([...(await listParkedOf(sql, ids)), ...all])) {
      // Whoever names it wants it looked at, whatever was thought of it before.
      const wasDismissed = await takeBackDismissal(sql, ledgerId);
      const replayed = await replayOne({ sql, settings, parse, refetcher, rereadSlack }, ledgerId);
      const reason = `${wasDismissed ? "It had been dismissed, which is taken back. " : ""}${replayed.reason}`;
      tell({ id: ledgerId, kind: "parked", outcome: replayed.outcome, reason });
    }
  } finally {
    await refetcher.close();
    await pool.close();
  }
}

interface ReplayParts {
  sql: SqlPool;
  settings: DeskSettings;
  parse: ParseMail;
  refetcher: MailRefetcher;
  rereadSlack: RereadSlack;
}

const TAKEN = { outcome: "not parked any more", reason: "Somebody was faster." };

/** One message that fails keeps no other from its chance. */
async function replayOne(parts: ReplayParts, ledgerId: string): Promise<{ outcome: string; reason: string }> {
  const { sql, settings } = parts;
  const parked = await readParked(sql, ledgerId);
  if (parked === null) return TAKEN;
  try {
    const found = await findMessage(parts, parked);
    if (found.message === null) return { outcome: "parked", reason: found.reason };
    return (await replayParked(sql, settings, ledgerId, found.message)) ?? TAKEN;
  } catch (error) {
    if (isConnectionFailure(error)) throw error;
    return {
      outcome: "parked",
      reason: `It could not be recorded: ${(error as Error).message.slice(0, 300)}`,
    };
  }
}

async function findMessage(parts: ReplayParts, parked: ParkedMessage) {
  switch (parked.channel) {
    case "email": {
      const found = await findMail(parts, parked);
      return found.mail === null ? { message: null, reason: found.reason } : { message: found.mail };
    }
    case "slack":
      return parts.rereadSlack(parked);
    case "api":
      return { message: null, reason: "A ticket of the API is never parked." };
  }
}

/** From its original, or, where that is not here or not whole, from its mailbox. */
async function findMail({ parse, refetcher }: ReplayParts, parked: ParkedMessage) {
  const { account, externalId, recordedAt, source, complete } = parked;
  if (source !== null && complete)
    return { mail: await parse(source, { account, externalId, receivedAt: recordedAt }) };
  return refetcher.fetch(account, externalId);
}
