/** What completes a recorded message, behind the port that the workflows call. */
import type { SlackPosition } from "../../core/delivery.ts";
import type { InboundSlackMessage } from "../../core/inbound-slack.ts";
import type { Log } from "../../core/log.ts";
import type { SlackIntake } from "../../core/slack-intake.ts";
import type { SlackFiles } from "./files.ts";
import { cutForSlack, escapeMrkdwn, mentionedUserIds, SLACK_LIMITS, toPlainText } from "./mrkdwn.ts";
import { findOwnMessages } from "./own-messages.ts";
import type { WatchedPlaces } from "./places.ts";
import { tellPrivately } from "./private-word.ts";
import { toAppError } from "./slack-error.ts";
import { readSlackMessage, type SlackSelf } from "./slack-message.ts";
import { showThreadStatus } from "./thread-status.ts";
import { toInbound } from "./to-inbound.ts";
import type { SlackUsers } from "./users.ts";
import type { WebClient } from "./web-client.ts";

/** More names than this are left as ids: each costs a call. */
const MENTIONS_MAX = 20;
const PAGE_SIZE = 200;
const ROOT_EVENT = "deskhand_ticket";

export interface SlackIntakeDeps {
  web: WebClient;
  users: SlackUsers;
  files: SlackFiles;
  places: WatchedPlaces;
  log: Log;
}

export function createSlackIntake(deps: SlackIntakeDeps): SlackIntake {
  const { web, users } = deps;
  return {
    lookUp: (slackUserId) =>
      users.ask(slackUserId).catch((error: unknown) => {
        throw toAppError(error, "look up a user");
      }),
    nameText: async (mrkdwn) => {
      const ids = mentionedUserIds(mrkdwn).slice(0, MENTIONS_MAX);
      const people = await Promise.all(ids.map((id) => users.ask(id).catch(() => null)));
      const names = new Map(people.map((person) => [person?.slackUserId, person?.name]));
      return toPlainText(mrkdwn, (id) => names.get(id) || null);
    },
    fetchFile: (file, sizeBytesMax) => deps.files.fetchFile(file, sizeBytesMax),
    readMessage: async (channel, ts) => {
      const found = await readThread(deps, channel, ts, (one) => one.ts === ts).catch((error: unknown) => {
        const refused = toAppError(error, "read a message");
        if (refused.retryable) throw refused;
        return [];
      });
      return found[0] ?? null;
    },
    readThreadBefore: async ({ channel, threadTs }, beforeTs, limit) => {
      const isEarlier = (one: { ts: string }) => Number(one.ts) < Number(beforeTs);
      const earlier = await readThread(deps, channel, threadTs, isEarlier).catch((error: unknown) => {
        throw toAppError(error, "read a thread");
      });
      const [root, ...replies] = earlier;
      return root === undefined ? [] : [root, ...replies.slice(-(limit - 1))];
    },
    isMember: (channel) => isMember(web, channel),
    openDirectThread: (thread) =>
      openDirectThread(web, thread).catch((error: unknown) => {
        throw toAppError(error, "write to a person directly");
      }),
    tellPrivately: (to, text) => tellPrivately({ web, log: deps.log }, to, text),
    showStatus: (at, shown) =>
      showThreadStatus(web, at, shown).catch((error: unknown) => {
        throw toAppError(error, "show the state of a ticket");
      }),
  };
}

/** The people's messages of a thread that fit, oldest first, each named. `ts` is the root's, or any message's in it. */
async function readThread(
  { web, users, places }: SlackIntakeDeps,
  channel: string,
  ts: string,
  fits: (one: { ts: string }) => boolean,
): Promise<InboundSlackMessage[]> {
  const { teamId, botUserId, botId } = await users.workspace();
  const self: SlackSelf = { botUserId, botId, appId: null };
  const found: InboundSlackMessage[] = [];
  for await (const page of web.paginate("conversations.replies", { channel, ts, limit: PAGE_SIZE })) {
    const { messages = [] } = page as { messages?: { ts: string }[] };
    for (const one of messages.filter(fits)) {
      // Asked for by somebody: wherever it stands, and whoever wrote it but us.
      const read = await readSlackMessage({ ...one, channel, type: "app_mention" }, places, self);
      if (read.kind !== "message") continue;
      if (read.bot === null) await users.ask(read.message.user ?? "").catch(() => null);
      const bot = read.bot === null ? null : "accepted";
      found.push(toInbound(read.message, { account: teamId, way: "earlier", bot }, users));
    }
  }
  return found.sort((a, b) => Number(a.ts) - Number(b.ts));
}

async function isMember(web: WebClient, channel: string): Promise<boolean> {
  try {
    const { channel: info } = await web.conversations.info({ channel });
    return info?.is_member === true || info?.is_im === true;
  } catch (error) {
    const refused = toAppError(error, `look at channel ${channel}`);
    if (refused.retryable) throw refused;
    return false;
  }
}

async function openDirectThread(
  web: WebClient,
  { slackUserId, text, key }: { slackUserId: string; text: string; key: string },
): Promise<SlackPosition> {
  const { channel } = await web.conversations.open({ users: slackUserId });
  const direct = channel?.id ?? slackUserId;
  const posted = await findRoot(web, direct, key);
  if (posted !== null) return { channel: direct, ts: posted };
  const { ts } = await web.chat.postMessage({
    channel: direct,
    text: escapeMrkdwn(cutForSlack(text, SLACK_LIMITS.messageText)),
    mrkdwn: false,
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: ROOT_EVENT, event_payload: { key } },
  });
  return { channel: direct, ts: ts ?? "" };
}

/** A try whose answer was lost has left it among the newest messages. */
async function findRoot(web: WebClient, channel: string, key: string): Promise<string | null> {
  const answer = await web.conversations.history({ channel, include_all_metadata: true, limit: 50 });
  return findOwnMessages(answer, ROOT_EVENT).find(({ payload }) => payload.key === key)?.ts ?? null;
}
