/** The mailboxes of the configuration: watched, and as sources of the comparison with the ledger. */
import type { Logger } from "pino";
import { explainImapFailure, openMailbox } from "../channels/email/imap/client.ts";
import type { MailboxSettings } from "../channels/email/imap/mailbox-url.ts";
import { createMailboxSource } from "../channels/email/imap/reader.ts";
import { type MailboxWatch, watchMailbox } from "../channels/email/imap/watch-mailbox.ts";
import { createParsePool, type ParsePool } from "../channels/email/parse/parse-pool.ts";
import type { Config } from "../config.ts";
import { AppError } from "../core/errors.ts";
import type { RecordInbound } from "../core/inbound.ts";
import type { SqlPool } from "../db/client.ts";
import { readMailboxCursor, startMailboxCursor } from "../db/mailbox-cursors.ts";
import type { MessageSource } from "../workflows/reconcile.ts";
import type { MailboxState } from "./mailbox-state.ts";
import { StartupError } from "./startup-error.ts";

export interface MailIntake {
  start(): void;
  /** Resolves when no mail is being read any more. */
  stop(): Promise<void>;
  /** For mails that come by another door. */
  parse: ParsePool["parse"];
  mailboxes(): MailboxState[];
  /** Rejects where a mailbox cannot be opened: silence proves nothing. */
  openSources(): Promise<MessageSource[]>;
}

interface MailIntakeDeps {
  sql: SqlPool;
  recordInbound: RecordInbound;
  log: Logger;
}

/** Refuses to start on what only the operator can cure (password, folder, TLS); a server that is away is waited for. */
export async function openMailIntake(
  config: Pick<Config, "mailIn">,
  deps: MailIntakeDeps,
): Promise<MailIntake> {
  for (const settings of config.mailIn?.mailboxes ?? []) {
    const failure = await tryMailbox(settings);
    if (failure === null) continue;
    const curable = failure.kind === "login" || failure.kind === "mailbox" || failure.kind === "tls";
    if (curable) throw new StartupError(settings.name, failure.problem, failure.fix);
    deps.log.warn(
      { mailbox: settings.mailbox, problem: failure.problem },
      "The mailbox is away: tried again.",
    );
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

export function createMailIntake({ mailIn }: Pick<Config, "mailIn">, deps: MailIntakeDeps): MailIntake {
  const { sql, recordInbound, log } = deps;
  const pool = createParsePool();
  const parse = pool.parse.bind(pool);
  const mailboxes = mailIn?.mailboxes ?? [];
  const since = mailIn?.since ?? "now";
  let watches: MailboxWatch[] = [];
  return {
    start() {
      watches = mailboxes.map((settings) =>
        watchMailbox({
          settings,
          recordInbound,
          since,
          log,
          parse,
          loadPosition: (mailbox) => readMailboxCursor(sql, mailbox),
          savePosition: (mailbox, cursor) => startMailboxCursor(sql, mailbox, cursor),
          onAlert: (alert) =>
            alert.kind === "recovered" ? log.info(alert, alert.message) : log.error(alert, alert.message),
        }),
      );
    },
    async stop() {
      await Promise.all(watches.map((watch) => watch.stop()));
      await pool.close();
    },
    parse,
    mailboxes: () =>
      watches.map((watch) => {
        const { state, problem } = watch.status();
        const connected = state === "watching" || state === "reading";
        return { mailbox: watch.mailbox, connected, problem };
      }),
    openSources: () =>
      Promise.all(
        mailboxes.map(async (settings) => {
          const cursor = await readMailboxCursor(sql, settings.mailbox);
          return createMailboxSource({ settings, cursor, since, parse }).catch((error: unknown) => {
            const { problem, fix } = explainImapFailure(error, settings);
            throw new AppError("unavailable", `${problem} ${fix}`, { cause: error });
          });
        }),
      ),
  };
}
