/** A watcher on a test mailbox, with an intake that keeps what it is given in memory. */
import type { MailboxAlert } from "../../src/channels/email/imap/alerts.ts";
import type { MailboxCursorState } from "../../src/channels/email/imap/start.ts";
import {
  type MailboxWatch,
  type WatchOptions,
  type WatchTimings,
  watchMailbox,
} from "../../src/channels/email/imap/watch-mailbox.ts";
import { AppError } from "../../src/core/errors.ts";
import type { InboundMessage, IntakeResult, MailboxPosition } from "../../src/core/inbound.ts";
import { TestMailbox, type TestMailboxOptions, until } from "./mailbox.ts";

/** Stands at the far side of the port: what a database keeps of messages and cursor, in one step each. */
export class MemoryIntake {
  readonly recorded: { message: InboundMessage; position: MailboxPosition | undefined }[] = [];
  cursor: MailboxCursorState | null = null;
  /** Thrown instead of recording; called for each try. */
  fail: (message: InboundMessage) => Error | null = () => null;
  tries = 0;

  async record(message: InboundMessage, position?: MailboxPosition): Promise<IntakeResult> {
    this.tries++;
    const error = this.fail(message);
    if (error !== null) throw error;
    this.recorded.push({ message, position });
    if (this.cursor && position) this.cursor = { ...this.cursor, lastUid: position.uid };
    const outcome = message.channel === "unreadable" ? "parked" : "ticket";
    return { outcome, reason: "", ticket: null, messageId: null, alreadyRecorded: false };
  }

  get uids(): (number | undefined)[] {
    return this.recorded.map(({ position }) => position?.uid);
  }

  get subjects(): string[] {
    return this.recorded.map(({ message }) =>
      message.channel === "email" ? message.subject : message.channel,
    );
  }
}

const FAST: Partial<WatchTimings> = {
  pollMs: 20,
  checkMs: 5_000,
  commandMs: 1_000,
  retryDelayMs: 5,
  backoffBaseMs: 10,
  backoffMaxMs: 50,
  loginRetryMs: 20,
};
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
export const AWAY = new AppError("unavailable", "The database cannot be reached.");

export const mail = (subject: string, body = "words") =>
  `From: ada@customer.example\r\nMessage-ID: <${subject}@customer.example>\r\nSubject: ${subject}\r\n\r\n${body}\r\n`;

/** One server, one intake and the watchers between them. */
export class WatchBench {
  readonly intake = new MemoryIntake();
  readonly alerts: MailboxAlert[] = [];
  readonly #watches: MailboxWatch[] = [];

  readonly server: TestMailbox;

  private constructor(server: TestMailbox) {
    this.server = server;
  }

  static async start(options: TestMailboxOptions = {}): Promise<WatchBench> {
    return new WatchBench(await TestMailbox.start(options));
  }

  watch(change: Partial<WatchOptions> = {}): MailboxWatch {
    const { intake, server } = this;
    const started = watchMailbox({
      settings: server.settings,
      recordInbound: (message, position) => intake.record(message, position),
      loadPosition: async () => intake.cursor,
      savePosition: async (_mailbox, cursor) => {
        intake.cursor = cursor;
      },
      since: "all",
      log: SILENT,
      onAlert: (alert) => {
        // That all is well is told at first as well: only what follows a trouble is of interest here.
        const isNews =
          alert.kind === "intake-works"
            ? this.alerts.some(({ kind }) => kind === "intake-refuses")
            : alert.kind !== "recovered" || this.alerts.some(({ kind }) => kind !== "intake-refuses");
        if (isNews) this.alerts.push(alert);
      },
      ...change,
      timings: { ...FAST, ...change.timings },
    });
    this.#watches.push(started);
    return started;
  }

  appendMany(count: number, prefix = "mail"): number[] {
    return Array.from({ length: count }, (_none, index) =>
      this.server.append(mail(`${prefix}-${index + 1}`)),
    );
  }

  recorded(count: number): Promise<void> {
    return until(() => this.intake.recorded.length >= count, `${count} mails recorded`);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#watches.map((watch) => watch.stop()));
    await this.server.stop();
  }
}

export const watching = (watch: MailboxWatch) =>
  until(() => watch.status().state === "watching", "the watcher is watching");
