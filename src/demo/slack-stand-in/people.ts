/** People in the stand-in's workspace: they write, click buttons and fill in forms. */
import type { Deliveries } from "./deliveries.ts";
import type { MethodContext } from "./methods.ts";
import { showMessage } from "./shown.ts";
import type { PendingEvent, StoredFile, StoredMessage } from "./state.ts";

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

export type FormValues = Record<string, Record<string, { value: string }>>;

export interface SlackPeople {
  /** Stores the message, delivers it with Slack's retries, and resolves with its ts, acknowledged or given up. */
  postAsUser(post: UserPost): Promise<string>;
  /** Rejects where no such button stands in the message. `value` must be the button's, if given. */
  clickButton(click: {
    user: string;
    channel: string;
    ts: string;
    actionId: string;
    value?: string;
  }): Promise<{ status: number; body: string }>;
  /**
   * `values` in Slack's shape, by block and action id; fields left out keep what stood in them.
   * Closes, keeps or replaces the view as the app answers.
   */
  submitView(submission: {
    user: string;
    viewId: string;
    values: FormValues;
  }): Promise<{ status: number; body: string }>;
}

export function createPeople(context: MethodContext, deliveries: Deliveries): SlackPeople {
  const { state, workspace, views } = context;

  async function postAsUser(post: UserPost): Promise<string> {
    const known = post.key === undefined ? undefined : state.findByKey(post.key);
    const message = known ?? storePost(context, post);
    const eventIds = new Set(eventsOf(context, message).map(({ id }) => id));
    const waiting = state.pending().filter(({ id }) => eventIds.has(id));
    await Promise.all(waiting.map((event) => deliveries.deliver(event)));
    return message.ts;
  }

  const clickButton: SlackPeople["clickButton"] = async ({ user, channel, ts, actionId, value }) => {
    const message = state.find(channel, ts);
    const button = message === undefined ? undefined : findButton(message.blocks, actionId);
    if (message === undefined || button === undefined || (value !== undefined && value !== button.value)) {
      throw new Error(`No button ${actionId} with that value stands in message ${ts} of ${channel}.`);
    }
    return deliveries.postForm({
      type: "block_actions",
      ...who(context, user),
      container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: workspace.channel(channel)?.name ?? "" },
      trigger_id: views.newTrigger(user),
      message: showMessage(context, message, false),
      state: { values: {} },
      actions: [{ type: "button", ...button, action_ts: state.nextTs() }],
    });
  };

  const submitView: SlackPeople["submitView"] = async ({ user, viewId, values }) => {
    const open = views.list().find(({ id, user: owner }) => id === viewId && owner === user);
    if (open === undefined) throw new Error(`No view ${viewId} is open for ${user}.`);
    const answer = await deliveries.postForm({
      type: "view_submission",
      ...who(context, user),
      trigger_id: views.newTrigger(user),
      view: {
        ...open.view,
        id: viewId,
        team_id: workspace.teamId,
        app_installed_team_id: workspace.teamId,
        state: { values: readForm(open.view, values) },
      },
      response_urls: [],
    });
    applyAnswer(context, viewId, answer);
    return answer;
  };

  return { postAsUser, clickButton, submitView };
}

function applyAnswer(
  { views }: MethodContext,
  viewId: string,
  answer: { status: number; body: string },
): void {
  if (answer.status !== 200) return;
  if (answer.body === "") {
    views.close(viewId);
    return;
  }
  const { response_action: action, view } = JSON.parse(answer.body) as Record<string, unknown>;
  if (action === "update") views.replace(viewId, view as Record<string, unknown>);
  if (action === "clear") for (const { id } of views.list()) views.close(id);
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

function who({ workspace }: MethodContext, userId: string): Record<string, unknown> {
  const user = workspace.user(userId);
  if (user === undefined) throw new Error(`No user ${userId} in the stand-in.`);
  return {
    user: { id: user.id, name: user.name, username: user.name, team_id: workspace.teamId },
    team: { id: workspace.teamId, domain: "stand-in" },
    api_app_id: workspace.appId,
    token: "unused",
    enterprise: null,
    is_enterprise_install: false,
  };
}

function findButton(blocks: unknown[], actionId: string): Record<string, unknown> | undefined {
  const all = blocks as { block_id?: string; elements?: Record<string, unknown>[] }[];
  for (const [index, block] of all.entries()) {
    const button = block.elements?.find((element) => element.action_id === actionId);
    if (button !== undefined) return { block_id: block.block_id ?? `b${index}`, ...button };
  }
  return undefined;
}

/** The state of a form: what was typed, else what stood there. Rejects an empty required field, as Slack's clients do. */
function readForm(view: Record<string, unknown>, values: FormValues): Record<string, unknown> {
  const state: Record<string, Record<string, unknown>> = {};
  type Input = {
    type: string;
    block_id?: string;
    optional?: boolean;
    element: { action_id: string; type: string; initial_value?: string };
  };
  for (const [index, block] of ((view.blocks as Input[] | undefined) ?? []).entries()) {
    if (block.type !== "input") continue;
    const { action_id: actionId, type, initial_value: initial } = block.element;
    const blockId = block.block_id ?? `b${index}`;
    const value = values[blockId]?.[actionId]?.value ?? initial ?? "";
    if (value === "" && block.optional !== true) throw new Error(`The field ${actionId} must be filled in.`);
    state[blockId] = { [actionId]: { type, value: value === "" ? null : value } };
  }
  return state;
}
