/** What the outer part of an event or interaction tells: whose workspace, and who we are in it. */
import type { SlackSelf } from "./slack-message.ts";

interface Outer {
  api_app_id?: string;
  team_id?: string;
  team?: { id?: string } | null;
  user?: { id?: string; team_id?: string };
  view?: { app_installed_team_id?: string };
  authorizations?: { team_id?: string | null; user_id?: string | null }[];
}

/** The workspace that installed the app; in a channel shared with another company, `team_id` can be theirs. */
export function installationTeam(body: unknown): string {
  const { authorizations, team_id: teamId, view, team, user } = body as Outer;
  return (
    authorizations?.[0]?.team_id ??
    view?.app_installed_team_id ??
    teamId ??
    team?.id ??
    user?.team_id ??
    "unknown"
  );
}

export function readSelf(body: unknown): SlackSelf {
  const { authorizations, api_app_id: appId } = body as Outer;
  return { botUserId: authorizations?.[0]?.user_id ?? null, botId: null, appId: appId ?? null };
}
