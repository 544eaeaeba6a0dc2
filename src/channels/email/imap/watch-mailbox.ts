/** Watches a mailbox for as long as the service runs, and hands every mail to intake once, in the order of UIDs. */
import { setTimeout as delay } from "node:timers/promises";
import type { InboundMail, IntakeResult, RecordInbound, RecordInboundBatch } from "../../../core/inbound.ts";
import type { Log } from "../../../core/log.ts";
import { PARSE_LIMITS, parseMail } from "../parse/parse-mail.ts";
import { type MailboxAlert, WatchAlerts } from "./alerts.ts";
import { type Backoff, createBackoff } from "./backoff.ts";
import { type ByteBudget, UNLIMITED_BYTES } from "./byte-budget.ts";
import { CONNECTION_TIMINGS, type ConnectionTimings, openMailbox } from "./client.ts";
import { explainImapFailure } from "./failure.ts";
import { IntakeGate, parkAfter } from "./intake.ts";
import type { MailboxSettings } from "./mailbox-url.ts";
import type { ParseMail } from "./reader.ts";
import { FetchTroubles, runSession, type SessionTimings } from "./session.ts";
import { decideStart, type IntakeSince, type MailboxCursorState } from "./start.ts";

export interface WatchTimings extends ConnectionTimings, SessionTimings {
  /** The first wait after a failure; it doubles up to `backoffMaxMs`. */
  backoffBaseMs: number;
  backoffMaxMs: number;
  /** A connection that held for so long was good: the next wait starts from the beginning. */
  stableAfterMs: number;
  /** After a refused password: a mail server locks out who tries often. */
  loginRetryMs: number;
  /** Not connected for so long: somebody is told. */
  alertAfterMs: number;
}

export const WATCH_TIMINGS: WatchTimings = {
  ...CONNECTION_TIMINGS,
  pollMs: 30_000,
  checkMs: 120_000,
  commandMs: 60_000,
  retryDelayMs: 1_000,
  backoffBaseMs: 1_000,
  backoffMaxMs: 60_000,
  stableAfterMs: 120_000,
  loginRetryMs: 300_000,
  alertAfterMs: 300_000,
};

export type WatchState =
  | "connecting"
  | "reading"
  | "watching"
  /** Not connected; tried again at `retryAt`. */
  | "waiting"
  /** The sign-in is refused, by the server or by who gives the access tokens; tried again at `retryAt`. */
  | "bad-login"
  /** Intake cannot record at the moment: nothing is read, nothing is lost. */
  | "intake-away"
  | "stopped";

export interface WatchStatus {
  mailbox: string;
  state: WatchState;
  lastUid: number | null;
  /** Mails that the server has and that are not recorded yet, as last seen. */
  backlog: number;
  recorded: number;
  lastRecordedAt: Date | null;
  connectedAt: Date | null;
  retryAt: Date | null;
  /** One plain sentence on the last failure; null while all is well. */
  problem: string | null;
  fix: string | null;
}

export interface WatchOptions {
  settings: MailboxSettings;
  recordInbound: RecordInbound;
  /** For several mails at once; without it they are recorded one by one. */
  recordInboundBatch?: RecordInboundBatch | undefined;
  /** The stored cursor, or null before the first start. */
  loadPosition(mailbox: string): Promise<MailboxCursorState | null>;
  /** Stores a cursor at a first start, and after the server gave the mailbox a new UIDVALIDITY. */
  savePosition(mailbox: string, cursor: MailboxCursorState): Promise<void>;
  since: IntakeSince;
  log: Log;
  /** Default: parses in this thread; `createParsePool().parse` is the safer choice. */
  parse?: ParseMail;
  /** Told once for each trouble, and once when it is over: the far side keeps what an earlier process has said. */
  onAlert?(alert: MailboxAlert): void;
  /** Shared with whoever else holds mails. */
  budget?: ByteBudget;
  sizeBytesMax?: number;
  timings?: Partial<WatchTimings>;
}

export interface MailboxWatch {
  /** What ledger and cursor know the mailbox by. */
  mailbox: string;
  status(): WatchStatus;
  /** Resolves once nothing of it runs any more; what is not recorded by then is read again after the next start. */
  stop(): Promise<void>;
}

/** Starts watching; never throws. Every failure is waited out, and shows in `status()` and `onAlert`. */
export function watchMailbox(options: WatchOptions): MailboxWatch {
  const watcher = new MailboxWatcher(options);
  const running = watcher.run();
  return {
    mailbox: options.settings.mailbox,
    status: () => watcher.status(),
    async stop() {
      watcher.abort();
      await running;
    },
  };
}

class MailboxWatcher {
  readonly #options: WatchOptions;
  readonly #timings: WatchTimings;
  readonly #abort = new AbortController();
  readonly #troubles = new FetchTroubles();
  readonly #connecting: Backoff;
  readonly #intake: IntakeGate;
  readonly #status: WatchStatus;
  readonly #alerts: WatchAlerts;
  #uidValidity: number | null = null;
  #failingSince: number | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#timings = { ...WATCH_TIMINGS, ...options.timings };
    const { backoffBaseMs: baseMs, backoffMaxMs: maxMs, stableAfterMs } = this.#timings;
    this.#connecting = createBackoff({ baseMs, maxMs, stableAfterMs });
    this.#alerts = new WatchAlerts(options.settings.mailbox, options.onAlert);
    this.#intake = this.#createGate(options, this.#timings);
    this.#status = {
      mailbox: options.settings.mailbox,
      state: "connecting",
      lastUid: null,
      backlog: 0,
      recorded: 0,
      lastRecordedAt: null,
      connectedAt: null,
      retryAt: null,
      problem: null,
      fix: null,
    };
  }

  #createGate({ settings, log }: WatchOptions, { backoffBaseMs, backoffMaxMs }: WatchTimings): IntakeGate {
    return new IntakeGate({
      mailbox: settings.mailbox,
      baseMs: backoffBaseMs / 2,
      maxMs: backoffMaxMs / 2,
      signal: this.#abort.signal,
      log,
      onAway: () => this.#show({ state: "intake-away" }),
      onBack: () => {
        this.#show({ state: this.#status.connectedAt === null ? "connecting" : "reading" });
      },
      onStuck: () =>
        this.#alerts.tell(
          "intake-refuses",
          `Intake refuses even to park a mail of ${settings.mailbox}: nothing more of it is read.`,
          "Look for the error in the log: the database may be full or read-only, or it is a defect of ours.",
        ),
    });
  }

  status(): WatchStatus {
    return { ...this.#status };
  }

  #show(change: Partial<WatchStatus>): void {
    Object.assign(this.#status, change);
  }

  abort(): void {
    this.#abort.abort(new Error("The watcher was stopped."));
  }

  async run(): Promise<void> {
    const { signal } = this.#abort;
    while (!signal.aborted) {
      try {
        await this.#connectAndRead();
      } catch (error) {
        if (!signal.aborted) await this.#waitAfter(error);
      }
    }
    this.#show({ state: "stopped", connectedAt: null, retryAt: null });
  }

  async #connectAndRead(): Promise<void> {
    const { settings, since } = this.#options;
    this.#show({ state: "connecting", connectedAt: null, retryAt: null });
    const stored = await this.#intake.passCursor(() => this.#options.loadPosition(settings.mailbox));
    const { client, mailbox } = await openMailbox(settings, this.#timings, this.#abort.signal);
    try {
      const { cursor, isNew } = await decideStart(client, mailbox, since, stored, new Date());
      if (isNew) await this.#startAnew(cursor, stored);
      this.#onConnected(cursor);
      await runSession({
        client,
        mailbox: settings.mailbox,
        cursor,
        uidNext: mailbox.uidNext,
        troubles: this.#troubles,
        parse: this.#options.parse ?? parseMail,
        record: (mails, before) => this.#recordAll(mails, before),
        onBacklog: (count) => this.#onBacklog(count),
        budget: this.#options.budget ?? UNLIMITED_BYTES,
        sizeBytesMax: this.#options.sizeBytesMax ?? PARSE_LIMITS.sizeBytesMax,
        timings: this.#timings,
      });
    } finally {
      client.close();
    }
  }

  async #startAnew(cursor: MailboxCursorState, stored: MailboxCursorState | null): Promise<void> {
    const { settings, log } = this.#options;
    await this.#intake.passCursor(() => this.#options.savePosition(settings.mailbox, cursor));
    const { uidValidity, firstUid } = cursor;
    if (stored === null)
      log.info({ mailbox: settings.mailbox, uidValidity, firstUid }, "A mailbox is read from here.");
    else
      log.warn(
        { mailbox: settings.mailbox, uidValidity, firstUid, before: stored.uidValidity },
        "The mailbox has a new UIDVALIDITY: it is read again, and what is known is recorded as duplicate.",
      );
  }

  #onConnected(cursor: MailboxCursorState): void {
    if (this.#uidValidity !== cursor.uidValidity) this.#troubles.clear();
    this.#uidValidity = cursor.uidValidity;
    this.#failingSince = null;
    const { lastUid } = cursor;
    this.#show({ state: "reading", connectedAt: new Date(), lastUid, problem: null, fix: null });
    this.#alerts.tell("recovered", "The mailbox is read again.");
  }

  #onBacklog(count: number): void {
    this.#show({ backlog: count, state: count === 0 ? "watching" : "reading" });
  }

  async #waitAfter(error: unknown): Promise<void> {
    const { settings, log } = this.#options;
    const { connectedAt } = this.#status;
    if (connectedAt !== null) {
      this.#troubles.onBroken();
      this.#connecting.heldFor(Date.now() - connectedAt.getTime());
    }
    const { kind, problem, fix, retryAfterMs = 0 } = explainImapFailure(error, settings);
    const isRefused = kind === "login" || kind === "token";
    const leastMs = isRefused ? this.#timings.loginRetryMs : retryAfterMs;
    const waitMs = Math.max(leastMs, this.#connecting.nextMs());
    const retryAt = new Date(Date.now() + waitMs);
    const state = isRefused ? "bad-login" : "waiting";
    this.#show({ state, connectedAt: null, retryAt, problem, fix });
    log.warn({ mailbox: settings.mailbox, kind, waitMs, failures: this.#connecting.failures }, problem);
    this.#failingSince ??= Date.now();
    if (isRefused) this.#alerts.tell(kind === "token" ? "dead-token" : "bad-login", problem, fix);
    else if (Date.now() + waitMs - this.#failingSince >= this.#timings.alertAfterMs)
      this.#alerts.tell("unreachable", problem, fix);
    await this.#pause(waitMs);
  }

  /** While intake is away it waits and nothing else is read; only a stop ends that. */
  async #recordAll(mails: readonly InboundMail[], before: Promise<void>): Promise<void> {
    const { recordInboundBatch } = this.#options;
    const results =
      recordInboundBatch === undefined || mails.length === 1
        ? null
        : await this.#intake.passMail(
            async (refusals) => (refusals.length === 0 ? recordInboundBatch(mails, before) : null),
            before,
          );
    await before;
    // What a batch cannot get past is told apart one by one.
    for (const [at, mail] of mails.entries())
      this.#onRecorded(mail, results?.[at] ?? (await this.#record(mail)));
  }

  #record({ message, position }: InboundMail): Promise<IntakeResult> {
    return this.#intake.passMail((refusals) =>
      this.#options.recordInbound(parkAfter(message, refusals), position),
    );
  }

  #onRecorded({ position }: InboundMail, { outcome }: IntakeResult): void {
    this.#alerts.tell("intake-works", "Mails are recorded again.");
    const recorded = this.#status.recorded + 1;
    this.#show({ recorded, lastRecordedAt: new Date(), lastUid: position.uid });
    const { mailbox, uid } = position;
    this.#options.log.info({ mailbox, uid, outcome }, "A mail was recorded.");
  }

  /** Ends at once when the watcher is stopped. */
  async #pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.#abort.signal }).catch(() => {});
  }
}
