import { createParsePool, type ParsePool } from "../channels/email/parse/parse-pool.ts";
import type { SqlPool } from "../db/client.ts";
import { listParked, readParked } from "../db/ledger.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { replayParked } from "../desk/replay-parked.ts";
import { createDeskSettings } from "../runtime/desk-settings.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { createEmbeddedEngine } from "../workflows/engine/engine.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

export interface ReplayOptions {
  json: boolean;
  parked: boolean;
  dead: boolean;
}

type Replayed = { id: string; kind: "parked" | "dead"; outcome: string; reason: string };

const LIMIT = 10_000;

/** `deskhand replay`: parked mails through the parser and rules of today, dead workflow runs from where they died. */
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
    await replayParkedMails(database.sql, createDeskSettings(config), ids, options, tell);
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
  context.say(ids.length > 0 ? "None of these ids is parked or dead." : "Nothing is parked or dead.");
  return ids.length > 0 ? EXIT.failed : EXIT.done;
}

async function replayParkedMails(
  sql: SqlPool,
  settings: DeskSettings,
  ids: string[],
  options: ReplayOptions,
  tell: (one: Replayed) => void,
): Promise<void> {
  const pool = createParsePool();
  try {
    for (const ledgerId of await listParked(sql, LIMIT)) {
      if (!options.parked && !ids.includes(ledgerId)) continue;
      tell({ id: ledgerId, kind: "parked", ...(await replayOne(sql, settings, pool, ledgerId)) });
    }
  } finally {
    await pool.close();
  }
}

async function replayOne(
  sql: SqlPool,
  settings: DeskSettings,
  pool: ParsePool,
  ledgerId: string,
): Promise<{ outcome: string; reason: string }> {
  const parked = await readParked(sql, ledgerId);
  if (parked === null) return { outcome: "not parked any more", reason: "Somebody was faster." };
  if (parked.channel !== "email") return { outcome: "parked", reason: "Only mails can be replayed." };
  if (parked.source === null) return { outcome: "parked", reason: "Its original has been deleted by age." };
  const { account, externalId, recordedAt, source } = parked;
  const mail = await pool.parse(source, { account, externalId, receivedAt: recordedAt });
  const result = await replayParked(sql, settings, ledgerId, mail);
  return result ?? { outcome: "not parked any more", reason: "Somebody was faster." };
}
