/** Is Slack set up as the desk needs it? For the doctor and the start. */
import { readSlackError, toAppError } from "./slack-error.ts";
import type { WebClient } from "./web-client.ts";

/** The same as in slack-manifest.yaml. */
export const REQUIRED_SCOPES = [
  "app_mentions:read",
  "channels:history",
  "channels:read",
  "chat:write",
  "commands",
  "files:read",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "im:write",
  "reactions:read",
  "users:read",
  "users:read.email",
] as const;

/** `refused`: the token; `incomplete`: permissions or channels; `unreachable`: nothing can be said. */
export type SlackCheck =
  | { ok: true; team: string }
  | { ok: false; kind: "refused" | "incomplete" | "unreachable"; problem: string; fix: string };

const TOKEN_ERRORS = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
]);

/** Asks for the token, its permissions, and the bot's place in each channel; stops at the first problem. Never rejects. */
export async function checkSlack(web: WebClient, channels: string[]): Promise<SlackCheck> {
  let team = "";
  try {
    const answer = await web.auth.test();
    team = answer.team ?? answer.team_id ?? "";
    const missing = missingScopes(answer.response_metadata?.scopes);
    if (missing.length > 0) {
      return {
        ok: false,
        kind: "incomplete",
        problem: `The Slack app lacks permissions: ${missing.join(", ")}.`,
        fix: "Update the app from slack-manifest.yaml and install it again.",
      };
    }
  } catch (error) {
    return describeProblem(error, "sign in with SLACK_BOT_TOKEN");
  }
  for (const channel of channels) {
    const problem = await checkChannel(web, channel);
    if (problem !== null) return problem;
  }
  return { ok: true, team };
}

async function checkChannel(web: WebClient, channel: string): Promise<SlackCheck | null> {
  try {
    const { channel: info } = await web.conversations.info({ channel });
    if (info?.is_archived === true) {
      return {
        ok: false,
        kind: "incomplete",
        problem: `The Slack channel #${info.name} (${channel}) is archived.`,
        fix: "Unarchive it, or configure another one.",
      };
    }
    if (info?.is_member === true) return null;
    return {
      ok: false,
      kind: "incomplete",
      problem: `The bot is not in the Slack channel #${info?.name ?? channel} (${channel}).`,
      fix: "Write /invite @Deskhand in that channel.",
    };
  } catch (error) {
    return describeProblem(error, `look at channel ${channel}`);
  }
}

/** Slack names a token's scopes in a header of each answer; where there is none, nothing can be said. */
function missingScopes(granted: string[] | undefined): string[] {
  if (granted === undefined) return [];
  return REQUIRED_SCOPES.filter((scope) => !granted.includes(scope));
}

function describeProblem(error: unknown, doing: string): SlackCheck {
  const { message, retryable } = toAppError(error, doing);
  const cut = message.indexOf(". ");
  const [problem, fix] = cut < 0 ? [message, ""] : [message.slice(0, cut + 1), message.slice(cut + 2)];
  if (retryable) {
    const way = "Check the network and SLACK_API_URL, then try again.";
    return { ok: false, kind: "unreachable", problem: `${problem} ${fix}`, fix: way };
  }
  const reason = readSlackError(error);
  const kind = TOKEN_ERRORS.has(reason ?? "") ? "refused" : "incomplete";
  return { ok: false, kind, problem: reason === null ? problem : `${problem} Slack says ${reason}.`, fix };
}
