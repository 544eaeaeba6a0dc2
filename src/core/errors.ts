/** The one error of the application. Mapped once to HTTP (api/errors.ts) and once to Inngest (workflows/errors.ts). */

export type ErrorCode =
  | "invalid" // the input is wrong; the message says what to change
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "conflict" // somebody else was first, or the state does not allow it
  | "too_large"
  | "rate_limited"
  | "unavailable" // a far end is away: try again
  | "internal";

export interface AppErrorOptions {
  /** What a caller may read; `message` is for the log. Defaults to `message` for the codes that a caller causes. */
  publicMessage?: string;
  retryable?: boolean;
  /** Wait at least this long before the next try. */
  retryAfterMs?: number;
  cause?: unknown;
}

export class AppError extends Error {
  readonly code: ErrorCode;
  readonly publicMessage: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryable = options.retryable ?? (code === "unavailable" || code === "rate_limited");
    this.retryAfterMs = options.retryAfterMs;
    this.publicMessage =
      options.publicMessage ?? (code === "internal" ? "Something went wrong on our side." : message);
  }
}
