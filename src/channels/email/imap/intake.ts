/** The watcher's side of intake: what fails there is tried again, and the mailbox stands still meanwhile. */
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../../core/errors.ts";
import type { InboundMessage } from "../../../core/inbound.ts";
import type { Log } from "../../../core/log.ts";
import { unreadable } from "../parse/parse-mail.ts";
import { createBackoff } from "./backoff.ts";

const TRIES_MAX = 3;

export interface IntakeGateOptions {
  mailbox: string;
  baseMs: number;
  maxMs: number;
  signal: AbortSignal;
  log: Log;
  onAway(): void;
  onBack(): void;
  /** Intake refuses even to park a mail: told once for each such mail. */
  onStuck(): void;
}

export class IntakeGate {
  readonly #options: IntakeGateOptions;

  constructor(options: IntakeGateOptions) {
    this.#options = options;
  }

  /** Reads or stores a cursor: every failure is an absence. Rejects only when stopped. */
  passCursor<T>(work: () => Promise<T>): Promise<T> {
    return this.#pass(work, () => true);
  }

  /**
   * Tries to record with back-off until it works. `refusals` holds the failures that were no absence (a retryable
   * AppError is one): after three, `parkAfter` changes what is tried. Rejects only when stopped, and where `before`,
   * the recording of the mails before these, does.
   */
  passMail<T>(
    work: (refusals: readonly unknown[]) => Promise<T>,
    before: Promise<void> = Promise.resolve(),
  ): Promise<T> {
    return this.#pass(work, (error) => error instanceof AppError && error.retryable, before);
  }

  async #pass<T>(
    work: (refusals: readonly unknown[]) => Promise<T>,
    isAbsence: (error: unknown) => boolean,
    before: Promise<void> = Promise.resolve(),
  ): Promise<T> {
    const { baseMs, maxMs, signal } = this.#options;
    const backoff = createBackoff({ baseMs, maxMs, stableAfterMs: Number.POSITIVE_INFINITY });
    const refusals: unknown[] = [];
    for (;;) {
      signal.throwIfAborted();
      try {
        const result = await work(refusals);
        if (backoff.failures > 0) this.#options.onBack();
        return result;
      } catch (error) {
        signal.throwIfAborted();
        await before;
        const waitMs = backoff.nextMs();
        const isAway = isAbsence(error);
        if (!isAway) refusals.push(error);
        this.#onFailure(error, isAway, refusals.length, waitMs);
        await delay(waitMs, undefined, { signal }).catch(() => {});
      }
    }
  }

  #onFailure(error: unknown, isAway: boolean, refusalCount: number, waitMs: number): void {
    const { mailbox, log, onAway, onStuck } = this.#options;
    onAway();
    const what = isAway ? "Intake is away: nothing is read until it is back." : "Intake failed.";
    log.warn({ mailbox, waitMs, err: error }, what);
    if (!isAway && refusalCount === TRIES_MAX + 1) onStuck();
  }
}

/** A mail that intake refused three times for its own sake is parked, so that the mailbox goes on. */
export function parkAfter(message: InboundMessage, refusals: readonly unknown[]): InboundMessage {
  if (refusals.length < TRIES_MAX || message.channel !== "email") return message;
  const last = refusals.at(-1);
  const why = last instanceof Error ? last.message : String(last);
  const { account, externalId, receivedAt, raw } = message;
  return unreadable(
    raw,
    { account, externalId, receivedAt },
    `It could not be recorded: ${why.slice(0, 200)}`,
  );
}
