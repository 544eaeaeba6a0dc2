/** Carries what the watchers tell to the operators' alerts, also over a time without the database. */
import { setTimeout as delay } from "node:timers/promises";
import type { MailboxAlert } from "../channels/email/imap/alerts.ts";
import type { Log } from "../core/log.ts";
import type { AlertFacts } from "../db/alerts.ts";
import type { SqlPool } from "../db/client.ts";
import { clearAlert } from "../desk/clear-alert.ts";
import { clearAlertsExcept, raiseAlert } from "../desk/raise-alert.ts";

export interface MailAlerts {
  tell(alert: MailboxAlert): void;
  /** Resolves once what can be written is written; what could not is told again by the next process. */
  stop(): Promise<void>;
}

const PREFIXES = { connection: "mailbox/", intake: "intake/" };
const RETRY_MS = 5_000;
const STOP_PATIENCE_MS = 1_000;

/** Clears alerts on mailboxes that are not configured any more. */
export function createMailAlerts(
  sql: SqlPool,
  mailboxes: readonly string[],
  log: Log,
  retryMs = RETRY_MS,
): MailAlerts {
  /** The newest word on each subject that is not written yet; null: all is well. */
  const waiting = new Map<string, AlertFacts | null>();
  const abort = new AbortController();
  let isTidy = false;
  let working: Promise<void> | null = null;

  async function write(): Promise<void> {
    while (!isTidy || waiting.size > 0) {
      try {
        if (!isTidy)
          for (const prefix of Object.values(PREFIXES))
            await clearAlertsExcept(
              sql,
              prefix,
              mailboxes.map((mailbox) => `${prefix}${mailbox}`),
            );
        isTidy = true;
        for (const [subject, alert] of [...waiting]) {
          if (alert === null) await clearAlert(sql, subject);
          else await raiseAlert(sql, alert);
          // Something newer may have been said meanwhile.
          if (waiting.get(subject) === alert) waiting.delete(subject);
        }
      } catch (error) {
        if (abort.signal.aborted) return;
        log.warn({ err: error, alerts: waiting.size }, "An alert could not be stored yet.");
        await delay(retryMs, undefined, { signal: abort.signal }).catch(() => {});
      }
    }
  }

  function wake(): void {
    working ??= write().finally(() => {
      working = null;
    });
  }

  return {
    tell(alert) {
      const isGoodNews = alert.kind === "recovered" || alert.kind === "intake-works";
      log[isGoodNews ? "info" : "error"]({ ...alert }, alert.problem);
      for (const [subject, facts] of toAlerts(alert)) waiting.set(subject, facts);
      wake();
    },
    async stop() {
      abort.abort();
      await Promise.race([working ?? undefined, delay(STOP_PATIENCE_MS, undefined, { ref: false })]);
    },
  };
}

function toAlerts({ mailbox, kind, problem, fix }: MailboxAlert): [string, AlertFacts | null][] {
  const connection = `${PREFIXES.connection}${mailbox}`;
  const intake = `${PREFIXES.intake}${mailbox}`;
  if (kind === "recovered") return [[connection, null]];
  if (kind === "intake-works") return [[intake, null]];
  const subject = kind === "intake-refuses" ? intake : connection;
  return [[subject, { subject, kind, problem, fix }]];
}
