/** A try that brought no triage, with what it used up all the same. */
import { AppError, type AppErrorOptions, type ErrorCode } from "./errors.ts";
import type { TriageUsage } from "./triage.ts";

export type FailureKind =
  /** No answer: quota, outage, time-out, wrong key. Another ticket would fare no better. */
  | "away"
  /** An answer that cannot be used: cut off, blocked, not of the agreed shape. Another ticket may fare better. */
  | "answer"
  /** The answer gave away its instructions or another ticket: the message is not shown to the model again. */
  | "leak"
  /** Nothing of the message was left to show. */
  | "unread";

export interface FailedCall extends TriageUsage {
  model: string;
  promptVersion: string;
  latencyMs: number;
}

export class TriageFailure extends AppError {
  readonly kind: FailureKind;
  readonly call: FailedCall;

  constructor(
    kind: FailureKind,
    code: ErrorCode,
    message: string,
    call: FailedCall,
    options: AppErrorOptions = {},
  ) {
    super(code, message, options);
    this.name = "TriageFailure";
    this.kind = kind;
    this.call = call;
  }
}
