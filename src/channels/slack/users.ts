/** Who stands behind a Slack user id. Kept for ten minutes inside the channel object. */

import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import { withDeadline } from "./deadline.ts";
import type { WebClient } from "./web-client.ts";

const ENTRIES_MAX = 500;
const KEEP_MS = 600_000;
/** Half of the time that Slack leaves us to record a message. */
const LOOKUP_WITHIN_MS = 1_200;

export interface SlackPerson {
  slackUserId: string;
  /** Empty where Slack could not be asked: a later message fills it in. */
  name: string;
  /** Null where Slack hides it, has not confirmed it, or another company vouches for it (Slack Connect). */
  email: string | null;
}

export interface SlackWorkspace {
  teamId: string;
  teamName: string;
  botUserId: string;
}

export interface SlackUsers {
  /** Never rejects, and answers within 1.2 s: a message is recorded without a name rather than lost. */
  lookUp(slackUserId: string): Promise<SlackPerson>;
  /** The workspace that the token belongs to. Rejects as the Web API does. */
  workspace(): Promise<SlackWorkspace>;
}

export function createSlackUsers(web: WebClient, log: Log, now: () => number = Date.now): SlackUsers {
  const known = new Map<string, { person: SlackPerson; until: number }>();
  let home: SlackWorkspace | undefined;

  async function workspace(): Promise<SlackWorkspace> {
    if (home !== undefined) return home;
    const answer = await web.auth.test();
    home = {
      teamId: answer.team_id ?? "",
      teamName: answer.team ?? "",
      botUserId: answer.user_id ?? "",
    };
    return home;
  }

  async function ask(slackUserId: string): Promise<SlackPerson> {
    const [{ user }, { teamId }] = await Promise.all([web.users.info({ user: slackUserId }), workspace()]);
    const profile = user?.profile;
    const name = firstFilled(profile?.display_name, profile?.real_name, user?.real_name, user?.name);
    const isOurs = user?.team_id === teamId && user.is_bot !== true && user.is_email_confirmed !== false;
    const email = isOurs ? firstFilled(profile?.email).toLowerCase() : "";
    return { slackUserId, name, email: email === "" ? null : email };
  }

  function keep(person: SlackPerson): SlackPerson {
    known.delete(person.slackUserId);
    known.set(person.slackUserId, { person, until: now() + KEEP_MS });
    const [oldest] = known.keys();
    if (known.size > ENTRIES_MAX && oldest !== undefined) known.delete(oldest);
    return person;
  }

  async function lookUp(slackUserId: string): Promise<SlackPerson> {
    const entry = known.get(slackUserId);
    if (entry !== undefined && entry.until > now()) return entry.person;
    const stranger: SlackPerson = { slackUserId, name: "", email: null };
    const asked = ask(slackUserId).then(keep, (error: unknown) => {
      log.warn({ component: "slack", slackUserId, error: describe(error) }, "could not look up a Slack user");
      return stranger;
    });
    const result = await withDeadline(asked, LOOKUP_WITHIN_MS);
    return result.inTime ? result.value : stranger;
  }

  return { lookUp, workspace };
}

function firstFilled(...values: (string | undefined)[]): string {
  return values.find((value) => value !== undefined && value.trim() !== "")?.trim() ?? "";
}
