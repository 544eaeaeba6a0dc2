/** The mailboxes of the configuration: watched, and as sources of the comparison with the ledger. */
import type { Logger } from "pino";
import { createByteBudget } from "../channels/email/imap/byte-budget.ts";
import { openMailbox } from "../channels/email/imap/client.ts";
import { explainImapFailure } from "../channels/email/imap/failure.ts";
import type { MailboxSettings } from "../channels/email/imap/mailbox-url.ts";
import { createMailboxSource } from "../channels/email/imap/reader.ts";
import { type MailboxWatch, type WatchTimings, watchMailbox } from "../channels/email/imap/watch-mailbox.ts";
import { createParsePool, type ParsePool } from "../channels/email/parse/parse-pool.ts";
import type { MailAuthenticationConfig } from "../config/mail-authentication.ts";
import type { MailInConfig } from "../config/mail-in.ts";
import type { Config } from "../config.ts";
import { AppError } from "../core/errors.ts";
import type { RecordInbound, RecordInboundBatch } from "../core/inbound.ts";
import type { SqlPool } from "../db/client.ts";
import { readMailboxCursor, startMailboxCursor } from "../db/mailbox-cursors.ts";
import type { MessageSource, SourceOpener } from "../workflows/reconcile.ts";
import { withAuthentication } from "./authenticated-parse.ts";
import { createMailAlerts } from "./mail-alerts.ts";
import type { MailboxState } from "./mailbox-state.ts";
import { StartupError } from "./startup-error.ts";

export interface MailIntake {
  start(): void;
  /** Resolves when no mail is being read any more. */
  stop(): Promise<void>;
  /** For mails that come by another door. */
  parse: ParsePool["parse"];
  mailboxes(): MailboxState[];
  /** For the comparison with the ledger; each rejects where its mailbox cannot be opened. */
  sources(): SourceOpener[];
}

interface MailIntakeDeps {
  sql: SqlPool;
  recordInbound: RecordInbound;
  /** Only where mailboxes are watched. */
  recordInboundBatch?: RecordInboundBatch;
  /** Without it the DNS is never asked whether a mail comes from where it says. */
  authentication?: MailAuthenticationConfig;
  /** Closed by whoever gives it. Default: one of its own. */
  pool?: ParsePool;
  log: Logger;
}

/**
 * Refuses to start on what only the operator can cure (password, token, folder, TLS) of a mailbox that was never read
 * yet. One that was read before may fail by itself, at any time: then operators are told, and the others are read.
 */
export async function openMailIntake(
  config: Pick<Config, "mailIn">,
  deps: MailIntakeDeps,
): Promise<MailIntake> {
  const mailboxes = config.mailIn?.mailboxes ?? [];
  const failures = await Promise.all(mailboxes.map(tryMailbox));
  for (const [index, settings] of mailboxes.entries()) {
    const failure = failures[index] ?? null;
    if (failure === null) continue;
    const isAway = failure.kind === "unreachable" || failure.kind === "protocol";
    if (!isAway && (await readMailboxCursor(deps.sql, settings.mailbox)) === null)
      throw new StartupError(settings.name, failure.problem, failure.fix);
    const { problem, fix } = failure;
    deps.log.warn({ mailbox: settings.mailbox, problem, fix }, "The mailbox cannot be opened: tried again.");
  }
  return createMailIntake(config, deps);
}

async function tryMailbox(settings: MailboxSettings) {
  try {
    const { client } = await openMailbox(settings, {
      connectMs: 10_000,
      greetingMs: 10_000,
      socketMs: 10_000,
    });
    await client.logout().catch(() => client.close());
    return null;
  } catch (error) {
    return explainImapFailure(error, settings);
  }
}

function readTimings(watch: MailInConfig["watch"]): Partial<WatchTimings> {
  if (watch === undefined) return {};
  const checkMs = watch.checkSeconds * 1000;
  const commandMs = watch.timeoutSeconds * 1000;
  // The connection is quiet for a whole check at most, and then an answer is due.
  return { checkMs, commandMs, socketMs: checkMs + commandMs, alertAfterMs: watch.alertMinutes * 60_000 };
}

/** Of mails in hand, over all mailboxes, 1 MB being 2^20 bytes; memory takes some times as much. A larger mail goes alone. */
const IN_HAND_BYTES_MAX = 32 * 1024 * 1024;

export function createMailIntake({ mailIn }: Pick<Config, "mailIn">, deps: MailIntakeDeps): MailIntake {
  const { sql, recordInbound, recordInboundBatch, log } = deps;
  const pool = deps.pool ?? createParsePool();
  const budget = createByteBudget(IN_HAND_BYTES_MAX);
  const parse = withAuthentication(pool.parse.bind(pool), deps.authentication);
  const mailboxes = mailIn?.mailboxes ?? [];
  const since = mailIn?.since ?? "now";
  const alerts = createMailAlerts(
    sql,
    mailboxes.map(({ mailbox }) => mailbox),
    log,
  );
  let watches: MailboxWatch[] = [];
  return {
    start() {
      watches = mailboxes.map((settings) =>
        watchMailbox({
          settings,
          recordInbound,
          recordInboundBatch,
          since,
          log,
          parse,
          budget,
          loadPosition: (mailbox) => readMailboxCursor(sql, mailbox),
          savePosition: (mailbox, cursor) => startMailboxCursor(sql, mailbox, cursor),
          onAlert: alerts.tell,
          timings: readTimings(mailIn?.watch),
        }),
      );
    },
    async stop() {
      await Promise.all(watches.map((watch) => watch.stop()));
      await alerts.stop();
      if (deps.pool === undefined) await pool.close();
    },
    parse,
    mailboxes: () =>
      watches.map((watch) => {
        const { state, problem } = watch.status();
        const connected = state === "watching" || state === "reading";
        return { mailbox: watch.mailbox, connected, problem };
      }),
    sources: () => mailboxes.map((settings) => createOpener(settings)),
  };

  function createOpener(settings: MailboxSettings): SourceOpener {
    const { mailbox } = settings;
    const open = async (): Promise<MessageSource[]> => {
      const cursor = await readMailboxCursor(sql, mailbox);
      // What is above the cursor is on its way where a watcher runs: two would do the work twice.
      const onlyBelowCursor = watches.length > 0;
      try {
        return [await createMailboxSource({ settings, cursor, since, parse, onlyBelowCursor, budget })];
      } catch (error) {
        const { problem, fix } = explainImapFailure(error, settings);
        throw new AppError("unavailable", `${problem} ${fix}`, { cause: error });
      }
    };
    return { name: mailbox, open };
  }
}
