/** Who stands behind a Slack user id. Kept for ten minutes inside the channel object. */

import type { SlackAuthor } from "../../core/inbound-slack.ts";
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import { waitInTime } from "./in-time.ts";
import type { WebClient } from "./web-client.ts";

const ENTRIES_MAX = 2_000;
const KEEP_MS = 600_000;
/** Half of the time that Slack leaves us to answer a click. */
const LOOKUP_WITHIN_MS = 1_200;

/** `name` is empty where Slack could not be asked. `email` is null where Slack hides it, has not confirmed it, or another company vouches for it (Slack Connect). */
export type SlackPerson = SlackAuthor;

export interface SlackWorkspace {
  teamId: string;
  teamName: string;
  botUserId: string;
  botId: string;
}

export interface SlackUsers {
  /** Who it is, where Slack was asked in the last ten minutes; null else. Asks nobody. */
  known(slackUserId: string): SlackPerson | null;
  /** Never rejects, and answers within 1.2 s: better without a name than not at all. */
  lookUp(slackUserId: string): Promise<SlackPerson>;
  /** The same, for as long as it takes. Rejects as the Web API does. */
  ask(slackUserId: string): Promise<SlackPerson>;
  /** The workspace that the token belongs to. Rejects as the Web API does. */
  workspace(): Promise<SlackWorkspace>;
}

export function createSlackUsers(web: WebClient, log: Log, now: () => number = Date.now): SlackUsers {
  const people = new Map<string, { person: SlackPerson; until: number }>();
  const asking = new Map<string, Promise<SlackPerson>>();
  let home: SlackWorkspace | undefined;

  async function workspace(): Promise<SlackWorkspace> {
    if (home !== undefined) return home;
    const answer = await web.auth.test();
    home = {
      teamId: answer.team_id ?? "",
      teamName: answer.team ?? "",
      botUserId: answer.user_id ?? "",
      botId: answer.bot_id ?? "",
    };
    return home;
  }

  async function fetchPerson(slackUserId: string): Promise<SlackPerson> {
    const [{ user }, { teamId }] = await Promise.all([web.users.info({ user: slackUserId }), workspace()]);
    const profile = user?.profile;
    const name = firstFilled(profile?.display_name, profile?.real_name, user?.real_name, user?.name);
    const isOurs = user?.team_id === teamId && user.is_bot !== true && user.is_email_confirmed !== false;
    const email = isOurs ? firstFilled(profile?.email).toLowerCase() : "";
    return keep({ slackUserId, name, email: email === "" ? null : email });
  }

  function keep(person: SlackPerson): SlackPerson {
    people.delete(person.slackUserId);
    people.set(person.slackUserId, { person, until: now() + KEEP_MS });
    const [oldest] = people.keys();
    if (people.size > ENTRIES_MAX && oldest !== undefined) people.delete(oldest);
    return person;
  }

  function known(slackUserId: string): SlackPerson | null {
    const entry = people.get(slackUserId);
    return entry !== undefined && entry.until > now() ? entry.person : null;
  }

  /** A burst of messages of one person costs one call. */
  async function ask(slackUserId: string): Promise<SlackPerson> {
    const person = known(slackUserId);
    if (person !== null) return person;
    const asked =
      asking.get(slackUserId) ?? fetchPerson(slackUserId).finally(() => asking.delete(slackUserId));
    asking.set(slackUserId, asked);
    return asked;
  }

  async function lookUp(slackUserId: string): Promise<SlackPerson> {
    const stranger: SlackPerson = { slackUserId, name: "", email: null };
    const asked = ask(slackUserId).catch((error: unknown) => {
      log.warn({ component: "slack", slackUserId, error: describe(error) }, "could not look up a Slack user");
      return stranger;
    });
    const result = await waitInTime(asked, LOOKUP_WITHIN_MS);
    return result.inTime ? result.value : stranger;
  }

  return { known, lookUp, ask, workspace };
}

function firstFilled(...values: (string | undefined)[]): string {
  return values.find((value) => value !== undefined && value.trim() !== "")?.trim() ?? "";
}
