/** Is Slack set up as the desk needs it? For the doctor and the start. */
import { readSlackError, toAppError } from "./slack-error.ts";
import type { WebClient } from "./web-client.ts";

/** The same as in slack-manifest.yaml. */
export const REQUIRED_SCOPES = [
  "app_mentions:read",
  "channels:history",
  "channels:read",
  "chat:write",
  "files:read",
  "groups:history",
  "groups:read",
  "im:history",
  "im:read",
  "users:read",
  "users:read.email",
] as const;

export type SlackCheck = { ok: true; team: string } | { ok: false; problem: string; fix: string };

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
        problem: `The Slack channel #${info.name} (${channel}) is archived.`,
        fix: "Unarchive it, or configure another one.",
      };
    }
    if (info?.is_member === true) return null;
    return {
      ok: false,
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
  const { code, message } = toAppError(error, doing);
  const cut = message.indexOf(". ");
  const [problem, fix] = cut < 0 ? [message, ""] : [message.slice(0, cut + 1), message.slice(cut + 2)];
  if (code === "unavailable") {
    return {
      ok: false,
      problem: `${problem} ${fix}`,
      fix: "Check the network and SLACK_API_URL, then try again.",
    };
  }
  const reason = readSlackError(error);
  return { ok: false, problem: reason === null ? problem : `${problem} Slack says ${reason}.`, fix };
}
