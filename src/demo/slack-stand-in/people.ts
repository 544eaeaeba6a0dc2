/** People in the stand-in's workspace: they write, open App Home, click buttons and fill in forms. */
import type { Deliveries } from "./deliveries.ts";
import { createInteractions, type SlackInteractions } from "./interactions.ts";
import type { MethodContext } from "./methods.ts";
import { showMessage } from "./shown.ts";
import type { PendingEvent, StoredFile, StoredMessage } from "./state.ts";
import { createWaysIn, type WaysIn } from "./ways-in.ts";

export interface UserPost {
  user: string;
  channel: string;
  /** In Slack's own encoding: `<@U1>` mentions, `&lt;` is a `<`. */
  text: string;
  threadTs?: string;
  /** Sends a reply to the channel too. */
  broadcast?: boolean;
  files?: { name: string; mimetype: string; content: Uint8Array }[];
  /** Posting again with the same key gives the first message's ts, and delivers only what is not acknowledged. */
  key?: string;
}

/** People write, look, click and fill in forms. */
export interface SlackPeople extends SlackInteractions, WaysIn {
  /** Stores the message, delivers it with Slack's retries, and resolves with its ts, acknowledged or given up. */
  postAsUser(post: UserPost): Promise<string>;
  /** Opens App Home: the event, with Slack's retries. */
  openHome(user: string): Promise<void>;
}

export function createPeople(context: MethodContext, deliveries: Deliveries): SlackPeople {
  const { state, workspace } = context;

  async function postAsUser(post: UserPost): Promise<string> {
    const known = post.key === undefined ? undefined : state.findByKey(post.key);
    const message = known ?? storePost(context, post);
    const eventIds = new Set(eventsOf(context, message).map(({ id }) => id));
    const waiting = state.pending().filter(({ id }) => eventIds.has(id));
    await Promise.all(waiting.map((event) => deliveries.deliver(event)));
    return message.ts;
  }

  async function openHome(user: string): Promise<void> {
    const ts = state.nextTs();
    const id = `Ev${ts.replace(".", "")}H`;
    const event = {
      type: "app_home_opened",
      user,
      channel: workspace.directChannel(user),
      tab: "home",
      event_ts: ts,
    };
    const authorizations = [
      { team_id: workspace.teamId, enterprise_id: null, user_id: workspace.botUserId, is_bot: true },
    ];
    await deliveries.deliver({
      id,
      body: {
        token: "unused",
        type: "event_callback",
        team_id: workspace.teamId,
        api_app_id: workspace.appId,
        event_id: id,
        event_time: Math.floor(Number(ts)),
        authorizations,
        event,
      },
    });
  }

  return {
    postAsUser,
    openHome,
    ...createInteractions(context, deliveries),
    ...createWaysIn(context, deliveries),
  };
}

function storePost(context: MethodContext, post: UserPost): StoredMessage {
  const { state, workspace } = context;
  if (workspace.user(post.user) === undefined) throw new Error(`No user ${post.user} in the stand-in.`);
  if (workspace.channel(post.channel) === undefined)
    throw new Error(`No channel ${post.channel} in the stand-in.`);
  const ts = state.nextTs();
  const files = (post.files ?? []).map(
    ({ name, mimetype, content }, index): StoredFile => ({
      id: `F${ts.replace(".", "")}${index}`,
      name,
      mimetype,
      base64: Buffer.from(content).toString("base64"),
    }),
  );
  const message: StoredMessage = {
    channel: post.channel,
    ts,
    user: post.user,
    text: post.text,
    threadTs: post.threadTs ?? null,
    botId: null,
    subtype: post.broadcast === true ? "thread_broadcast" : files.length > 0 ? "file_share" : null,
    blocks: [],
    metadata: null,
    fileIds: files.map(({ id }) => id),
    key: post.key ?? null,
  };
  // Files first by reference: the event shows them, and must not be built before they can be found.
  const lookup: MethodContext = {
    ...context,
    state: { ...state, file: (id) => files.find((file) => file.id === id) ?? state.file(id) },
  };
  const isHeard = workspace.channel(post.channel)?.isMember !== false;
  state.commit({ op: "message", message, files, events: isHeard ? eventsOf(lookup, message) : [] });
  return message;
}

/** The `message` event, and its `app_mention` twin where the bot is mentioned outside of a direct message. */
function eventsOf(context: MethodContext, message: StoredMessage): PendingEvent[] {
  const { workspace } = context;
  const isDirect = workspace.channel(message.channel)?.directWith !== null;
  const isPrivate = workspace.channel(message.channel)?.isPrivate === true;
  const shown = {
    ...showMessage(context, message, false),
    channel: message.channel,
    event_ts: message.ts,
  };
  const envelope = (suffix: string, event: unknown): PendingEvent => {
    const id = `Ev${message.ts.replace(".", "")}${suffix}`;
    return {
      id,
      body: {
        token: "unused",
        type: "event_callback",
        team_id: workspace.teamId,
        api_app_id: workspace.appId,
        event_id: id,
        event_time: Math.floor(Number(message.ts)),
        authorizations: [
          { team_id: workspace.teamId, enterprise_id: null, user_id: workspace.botUserId, is_bot: true },
        ],
        event,
      },
    };
  };
  const channelType = isDirect ? "im" : isPrivate ? "group" : "channel";
  const events = [envelope("M", { ...shown, channel_type: channelType })];
  if (!isDirect && message.text.includes(`<@${workspace.botUserId}>`)) {
    events.push(envelope("A", { ...shown, type: "app_mention" }));
  }
  return events;
}
