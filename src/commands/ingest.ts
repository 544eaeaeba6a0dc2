import { readMailSources, requireMailPaths } from "../channels/email/files/sources.ts";
import { createParsePool } from "../channels/email/parse/parse-pool.ts";
import { normaliseEmail } from "../core/account.ts";
import { AppError } from "../core/errors.ts";
import type { IntakeResult } from "../core/inbound.ts";
import { isConnectionFailure } from "../db/client.ts";
import { withAuthentication } from "../runtime/authenticated-parse.ts";
import { createDeskSettings } from "../runtime/desk-settings.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { createMailReceiver } from "../runtime/receive-mail.ts";
import { StartupError } from "../runtime/startup-error.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";
import { createMailProgress, ownTerminal } from "./mail-progress.ts";
import { createSkippedFiles } from "./skipped-files.ts";

export interface IngestOptions {
  json: boolean;
  mailbox: string | null;
}

/**
 * `deskhand ingest [FILE…]`: records mails for real. A mail that was ingested before, under the same mailbox, changes
 * nothing. Exit 75 (EX_TEMPFAIL) while the database is away, so that a mail server that pipes here keeps the mail.
 */
export async function ingest(
  context: CommandContext,
  files: string[],
  options: IngestOptions,
): Promise<number> {
  try {
    return await ingestAll(context, files, options);
  } catch (error) {
    const isAway =
      (error instanceof StartupError && isConnectionFailure(error.cause)) ||
      (error instanceof AppError && error.code === "unavailable");
    if (!isAway) throw error;
    context.say(`${error.message} Nothing was lost: try again later.`);
    return EXIT.tryLater;
  }
}

async function ingestAll(context: CommandContext, files: string[], options: IngestOptions): Promise<number> {
  const config = readConfig(context);
  const settings = createDeskSettings(config);
  const log = createCommandLog(context);
  const mailbox = readMailbox(options.mailbox);
  await requireMailPaths(files);
  const skipped = createSkippedFiles(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: 4 });
  const pool = createParsePool();
  const receive = createMailReceiver(
    withAuthentication(pool.parse.bind(pool), config.mailAuthentication),
    settings,
  );
  const progress = await createMailProgress(files, ownTerminal());
  let unread = 0;
  try {
    for await (const source of readMailSources(files, process.stdin)) {
      if (skipped.passOver(source)) continue;
      const { file, raw, problem } = source;
      if (problem !== undefined) {
        unread++;
        context.say(`${file}: ${problem} Nothing of it was recorded.`);
        continue;
      }
      const { result, messageId } = await receive(database.sql, raw, mailbox);
      progress.add(raw.length, () => context.print(describe(file, result, messageId, options.json)));
    }
    skipped.end();
    return unread === 0 ? EXIT.done : EXIT.failed;
  } finally {
    progress.stop();
    await pool.close();
    await database.close();
  }
}

function readMailbox(mailbox: string | null): string | null {
  if (mailbox === null) return null;
  const address = normaliseEmail(mailbox);
  if (address !== null) return address;
  throw new StartupError(
    "--mailbox",
    `${mailbox} is not a mail address.`,
    "Example: --mailbox support@example.com",
  );
}

function describe(file: string, result: IntakeResult, messageId: string | null, asJson: boolean): string {
  const { outcome } = result;
  const reason = result.alreadyRecorded ? `Recorded before, and unchanged. ${result.reason}` : result.reason;
  const ticket = result.ticket?.number ?? null;
  if (asJson) return JSON.stringify({ file, outcome, ticket, messageId, reason });
  return `${file}: ${outcome}${ticket === null ? "" : ` #${ticket}`} (${reason})`;
}
