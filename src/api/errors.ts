/** The one map from AppError to HTTP. Every error answer is `{error: {code, message, field?}}`. */
import type { Context, ErrorHandler, NotFoundHandler } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { ZodError } from "zod";
import { AppError, type ErrorCode } from "../core/errors.ts";
import { isConnectionFailure } from "../db/client.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { explainIssue } from "./explain-issue.ts";

const STATUS: Record<ErrorCode, ContentfulStatusCode> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  too_large: 413,
  rate_limited: 429,
  unavailable: 503,
  internal: 500,
};

/** For what is away and does not say for how long. */
const RETRY_AFTER_MS = 5000;

/** Input that is wrong in one named place. */
export class FieldError extends AppError {
  readonly field: string;
  constructor(field: string, message: string) {
    super("invalid", message);
    this.field = field;
  }
}

/** Throws where a request does not fit its schema; @hono/zod-openapi calls it for every route. */
export function refuseMisfit(result: { success: boolean; error?: unknown }): void {
  if (!result.success) throw toFieldError(result.error as ZodError);
}

/** The first thing that is wrong, by the name of its field; `body` where it is the body as a whole. */
export function toFieldError(error: ZodError): FieldError {
  const issue = error.issues[0];
  if (issue?.code === "unrecognized_keys") {
    const field = [...issue.path, issue.keys[0]].join(".");
    return new FieldError(field, `${field} cannot be set here.`);
  }
  const field = issue?.path.join(".") || "body";
  const isMissing = issue?.code === "invalid_type" && issue.message.endsWith("received undefined");
  if (issue === undefined || isMissing) return new FieldError(field, `${field} is required.`);
  return new FieldError(field, `${field}: ${explainIssue(issue)}`);
}

export function handleError(log: ApiDeps["log"]): ErrorHandler<ApiEnv> {
  return (error, c) => {
    const known = toAppError(error);
    if (known.code === "internal" || known.code === "unavailable") {
      log.error({ requestId: c.get("requestId"), err: describeError(error) }, "request failed");
    }
    return answerError(c, known);
  };
}

export const answerUnknownPath: NotFoundHandler<ApiEnv> = (c) =>
  answerError(
    c,
    new AppError("not_found", "There is nothing at this path. The API is described at /api/docs."),
  );

export function answerMethodNotAllowed(c: Context, allowed: string[]): Response {
  const message = `This path takes ${allowed.join(", ")}. The API is described at /api/docs.`;
  return c.json({ error: { code: "method_not_allowed", message } }, 405, { Allow: allowed.join(", ") });
}

export function answerTooLarge(c: Context, bytesMax: number): Response {
  return answerError(c, new AppError("too_large", `The body may have ${bytesMax / 1024} KiB at most.`));
}

export function answerError(c: Context, error: AppError): Response {
  const { code, publicMessage: message } = error;
  const retryAfterMs = error.retryAfterMs ?? (code === "unavailable" ? RETRY_AFTER_MS : undefined);
  if (code === "unauthenticated") c.header("WWW-Authenticate", challenge(c));
  if (retryAfterMs !== undefined)
    c.header("Retry-After", String(Math.max(1, Math.ceil(retryAfterMs / 1000))));
  const field = error instanceof FieldError ? { field: error.field } : {};
  return c.json({ error: { code, message, ...field } }, STATUS[code]);
}

/** RFC 6750, 3: the error is named only where a token came. */
function challenge(c: Context): string {
  const cameWithToken = /^bearer /i.test(c.req.header("authorization") ?? "");
  return `Bearer realm="deskhand"${cameWithToken ? ', error="invalid_token"' : ""}`;
}

function toAppError(error: Error): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) return fromHttpException(error);
  if (isConnectionFailure(error)) {
    return new AppError("unavailable", error.message, {
      publicMessage: "The database cannot be reached. Try again in a moment.",
      cause: error,
    });
  }
  return new AppError("internal", error.message, { cause: error });
}

/** Hono's own refusals: 400 for a body that is no JSON, 415 for one that does not say that it is. */
function fromHttpException(error: HTTPException): AppError {
  if (error.status === 415) {
    return new FieldError("body", "Send the body as JSON, with the header Content-Type: application/json.");
  }
  if (error.status === 400) return new FieldError("body", "The body is not valid JSON.");
  return new AppError("internal", error.message, { cause: error });
}

/** Without the driver's detail and query, which quote the values of rows. */
function describeError(error: Error): object {
  const code = "code" in error ? error.code : undefined;
  const cause = error.cause instanceof Error ? describeError(error.cause) : undefined;
  return { name: error.name, code, message: error.message, stack: error.stack, cause };
}
