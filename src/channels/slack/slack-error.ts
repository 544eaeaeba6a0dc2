/** Failures of Slack's Web API as the one error of the application. */
import { AppError, type AppErrorOptions, type ErrorCode } from "../../core/errors.ts";

const INVITE = "Invite the bot to the channel (/invite @Deskhand) and try again.";
const NEW_TOKEN =
  "Copy the Bot User OAuth Token from the app's page (OAuth & Permissions) to SLACK_BOT_TOKEN and restart.";

/** What to do about the errors that an operator can cause. https://docs.slack.dev/reference/methods/chat.postMessage */
const KNOWN: Record<string, { code: ErrorCode; fix: string }> = {
  channel_not_found: {
    code: "invalid",
    fix: `The channel does not exist, or is private and the bot is not in it. Check SLACK_SUPPORT_CHANNELS and SLACK_TRIAGE_CHANNEL (ids such as C0123456789). ${INVITE}`,
  },
  not_in_channel: { code: "forbidden", fix: `The bot is not in the channel. ${INVITE}` },
  is_archived: { code: "invalid", fix: "The channel is archived. Unarchive it, or configure another one." },
  invalid_auth: { code: "forbidden", fix: `Slack does not accept the token. ${NEW_TOKEN}` },
  not_authed: { code: "forbidden", fix: `No token was sent. ${NEW_TOKEN}` },
  account_inactive: { code: "forbidden", fix: `The app was removed from the workspace. ${NEW_TOKEN}` },
  token_revoked: { code: "forbidden", fix: `The token was revoked. ${NEW_TOKEN}` },
  token_expired: { code: "forbidden", fix: `The token has expired. ${NEW_TOKEN}` },
  missing_scope: {
    code: "forbidden",
    fix: "The app lacks a permission. Update it from slack-manifest.yaml and install it again.",
  },
  restricted_action: { code: "forbidden", fix: "A workspace setting keeps the bot from posting there." },
  thread_not_found: { code: "not_found", fix: "The thread was deleted in Slack." },
  message_not_found: { code: "not_found", fix: "The message was deleted in Slack." },
  user_not_found: { code: "not_found", fix: "Slack does not know this user." },
  users_not_found: { code: "not_found", fix: "Slack does not know this user." },
  expired_trigger_id: { code: "conflict", fix: "It took too long to open the form. Please click again." },
  trigger_expired: { code: "conflict", fix: "It took too long to open the form. Please click again." },
};

const PASSING = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
  "accesslimited",
]);

/**
 * Rate limits become `rate_limited` with Slack's own wait, network failures and 5xx `unavailable`; both can be retried.
 * The rest cannot: the message says what an operator should do. Errors of the application pass through.
 * @param doing what was being tried, for the message, e.g. `post in the thread`
 */
export function toAppError(error: unknown, doing: string): AppError {
  if (error instanceof AppError) return error;
  const { code, retryAfter, statusCode, data } = readFields(error);
  switch (code) {
    case "slack_webapi_rate_limited_error":
      return rateLimited(doing, retryAfter, error);
    case "slack_webapi_platform_error":
      return fromPlatform(readSlackError(error) ?? "", data, doing, error);
    case "slack_webapi_http_error":
      if (statusCode >= 500) break;
      return fail("invalid", doing, `Slack's address answered HTTP ${statusCode}. Check SLACK_API_URL.`, {
        cause: error,
      });
    case "slack_webapi_request_error":
      break;
    default:
      if (isBare429(error)) return rateLimited(doing, undefined, error);
      return fail("internal", doing, "Unexpected failure.", { cause: error });
  }
  return fail("unavailable", doing, "Slack cannot be reached.", { cause: error });
}

/** Slack's own word for what is wrong, such as `message_not_found`; null where Slack gave none. */
export function readSlackError(error: unknown): string | null {
  const { data } = readFields(error);
  return typeof data?.error === "string" ? data.error : null;
}

function fromPlatform(
  name: string,
  data: Record<string, unknown> | null,
  doing: string,
  cause: unknown,
): AppError {
  if (name === "ratelimited" || name === "rate_limited") return rateLimited(doing, undefined, cause);
  // A proxy's error page arrives as the "error" of a body that is no JSON.
  if (PASSING.has(name) || !/^[a-z0-9_:-]{1,80}$/.test(name)) {
    return fail("unavailable", doing, "Slack did not answer as it should.", { cause });
  }
  const known = KNOWN[name];
  if (known === undefined) return fail("internal", doing, `Slack answered ${name}.`, { cause });
  const needed =
    name === "missing_scope" && typeof data?.needed === "string" ? ` Missing: ${data.needed}.` : "";
  return fail(known.code, doing, `${known.fix}${needed} (${name})`, { cause });
}

function rateLimited(doing: string, retryAfterS: number | undefined, cause: unknown): AppError {
  return fail("rate_limited", doing, "Slack asks to wait.", {
    retryAfterMs: (retryAfterS ?? 30) * 1000,
    cause,
  });
}

function fail(code: ErrorCode, doing: string, what: string, options: AppErrorOptions): AppError {
  return new AppError(code, `Slack: could not ${doing}. ${what}`, options);
}

/** The client throws a plain Error for a 429 without Retry-After. */
function isBare429(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Retry header did not contain a valid timeout");
}

function readFields(error: unknown): {
  code: string | undefined;
  retryAfter: number | undefined;
  statusCode: number;
  data: Record<string, unknown> | null;
} {
  const fields = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  return {
    code: typeof fields.code === "string" ? fields.code : undefined,
    retryAfter: typeof fields.retryAfter === "number" ? fields.retryAfter : undefined,
    statusCode: typeof fields.statusCode === "number" ? fields.statusCode : 500,
    data:
      typeof fields.data === "object" && fields.data !== null
        ? (fields.data as Record<string, unknown>)
        : null,
  };
}
