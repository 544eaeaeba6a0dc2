/** The Web API methods of the stand-in: what the desk uses of Slack, with Slack's own answers and errors. */
import { findBlockProblems, findViewProblems } from "./block-limits.ts";
import { type ShowContext, showChannel, showFile, showMessage, showUser } from "./shown.ts";
import type { StoredMessage } from "./state.ts";
import type { OpenViews } from "./views.ts";
import type { Workspace } from "./workspace.ts";

type Json = Record<string, unknown>;

/** Arguments as they came: strings from a form, values from JSON. */
export interface Args {
  text(name: string): string;
  has(name: string): boolean;
  json(name: string): unknown;
  flag(name: string): boolean;
  number(name: string, otherwise: number): number;
}

export interface MethodContext extends ShowContext {
  views: OpenViews;
  /** Slack may give fewer items than asked for. */
  pageSizeMax: number;
  /** Where the app connects to in Socket Mode; absent where it is called over HTTP. */
  newSocketAddress?: () => string;
}

type Method = (context: MethodContext, args: Args) => Json;

/** Slack's documented most for the text of a message that is to stay one message. */
const TEXT_LENGTH_MAX = 4000;

const fail = (error: string, more: Json = {}): Json => ({ ok: false, error, ...more });

export const METHODS: Record<string, Method> = {
  "auth.test": ({ workspace }) => ({
    ok: true,
    team: workspace.teamName,
    team_id: workspace.teamId,
    user: "deskhand",
    user_id: workspace.botUserId,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  }),
  "chat.postMessage": postMessage,
  "chat.update": updateMessage,
  "chat.postEphemeral": postEphemeral,
  "conversations.replies": listReplies,
  "conversations.history": listHistory,
  "conversations.info": (context, args) => {
    const channel = context.workspace.channel(args.text("channel"));
    return channel === undefined ? fail("channel_not_found") : { ok: true, channel: showChannel(channel) };
  },
  "conversations.list": ({ workspace, state }, args) => {
    const wantsDirect = args.text("types").split(",").includes("im");
    const direct = workspace.users
      .map((user) => workspace.channel(user.id))
      .filter((channel) => channel !== undefined && state.messages(channel.id).length > 0);
    const channels = wantsDirect ? direct : workspace.channels.map(({ id }) => workspace.channel(id));
    return {
      ok: true,
      channels: channels.flatMap((channel) => (channel === undefined ? [] : [showChannel(channel)])),
      response_metadata: { next_cursor: "" },
    };
  },
  /** What the bot itself is in. */
  "users.conversations": ({ workspace, state }, args) => {
    const types = args.text("types").split(",");
    const channels = workspace.channels
      .filter((one) => one.isMember !== false && one.isArchived !== true)
      .filter((one) => types.includes(one.isPrivate === true ? "private_channel" : "public_channel"))
      .map(({ id }) => workspace.channel(id));
    const direct = workspace.users
      .map((user) => workspace.channel(user.id))
      .filter((one) => types.includes("im") && one !== undefined && state.messages(one.id).length > 0);
    return {
      ok: true,
      channels: [...channels, ...direct].flatMap((one) => (one === undefined ? [] : [showChannel(one)])),
      response_metadata: { next_cursor: "" },
    };
  },
  "conversations.open": ({ workspace }, args) => {
    const channel = workspace.channel(args.text("users"));
    return channel === undefined ? fail("user_not_found") : { ok: true, channel: showChannel(channel) };
  },
  "files.info": ({ state, origin }, args) => {
    const [file] = showFile(state, args.text("file"), origin());
    return file === undefined ? fail("file_not_found") : { ok: true, file };
  },
  "apps.connections.open": ({ newSocketAddress }) =>
    newSocketAddress === undefined ? fail("not_allowed_token_type") : { ok: true, url: newSocketAddress() },
  "users.info": ({ workspace }, args) => {
    const user = workspace.user(args.text("user"));
    return user === undefined ? fail("user_not_found") : { ok: true, user: showUser(workspace, user.id) };
  },
  "users.lookupByEmail": ({ workspace }, args) => {
    const user = workspace.users.find(
      ({ email }) => email !== null && email === args.text("email").toLowerCase(),
    );
    return user === undefined ? fail("users_not_found") : { ok: true, user: showUser(workspace, user.id) };
  },
  "views.open": ({ views }, args) => {
    const view = args.json("view");
    const problems = findViewProblems(view);
    if (problems.length > 0) return refuse("invalid_arguments", problems);
    return views.open(args.text("trigger_id"), view as Json);
  },
  "views.publish": ({ views, workspace }, args) => {
    const view = args.json("view");
    const problems = findViewProblems(view);
    if (problems.length > 0) return refuse("invalid_arguments", problems);
    if (workspace.user(args.text("user_id")) === undefined) return fail("user_not_found");
    return views.publish(args.text("user_id"), view as Json);
  },
};

function refuse(error: string, problems: string[]): Json {
  return fail(error, {
    errors: problems,
    response_metadata: { messages: problems.map((problem) => `[ERROR] ${problem}`) },
  });
}

/** The problem with what a message would hold, or null. */
function findContentProblem(args: Args): Json | null {
  const blocks = args.json("blocks");
  const text = args.text("text");
  if (text.trim() === "" && blocks === undefined) return fail("no_text");
  if (text.length > TEXT_LENGTH_MAX) return fail("msg_too_long");
  if (blocks !== undefined) {
    const problems = findBlockProblems(blocks, "message");
    if (problems.length > 0) return refuse("invalid_blocks", problems);
  }
  const metadata = args.json("metadata") as Json | undefined;
  if (metadata === undefined) return null;
  const isWhole = typeof metadata.event_type === "string" && typeof metadata.event_payload === "object";
  return isWhole ? null : fail("invalid_metadata_format");
}

function findPlaceProblem(channel: ReturnType<Workspace["channel"]>): Json | null {
  if (channel === undefined) return fail("channel_not_found");
  if (channel.isArchived === true) return fail("is_archived");
  if (channel.isMember === false) return fail("not_in_channel");
  return null;
}

function postMessage(context: MethodContext, args: Args): Json {
  const { state, workspace } = context;
  const place = workspace.channel(args.text("channel"));
  const problem = findPlaceProblem(place) ?? findContentProblem(args);
  if (problem !== null || place === undefined) return problem ?? fail("channel_not_found");
  const threadTs = args.has("thread_ts") ? args.text("thread_ts") : null;
  if (threadTs !== null && state.find(place.id, threadTs) === undefined) return fail("thread_not_found");
  const message: StoredMessage = {
    channel: place.id,
    ts: state.nextTs(),
    user: workspace.botUserId,
    botId: workspace.botId,
    text: args.text("text"),
    threadTs,
    subtype: null,
    blocks: (args.json("blocks") as unknown[] | undefined) ?? [],
    metadata: args.json("metadata") ?? null,
    fileIds: [],
    key: null,
  };
  state.commit({ op: "message", message, files: [], events: [] });
  return { ok: true, channel: place.id, ts: message.ts, message: showMessage(context, message, true) };
}

function updateMessage(context: MethodContext, args: Args): Json {
  const { state, workspace } = context;
  const place = workspace.channel(args.text("channel"));
  const problem = findPlaceProblem(place);
  if (problem !== null || place === undefined) return problem ?? fail("channel_not_found");
  const message = state.find(place.id, args.text("ts"));
  if (message === undefined) return fail("message_not_found");
  if (message.botId !== workspace.botId) return fail("cant_update_message");
  const content = findContentProblem(args);
  if (content !== null) return content;
  const blocks = (args.json("blocks") as unknown[] | undefined) ?? [];
  const metadata = args.json("metadata") ?? message.metadata;
  state.commit({
    op: "update",
    channel: place.id,
    ts: message.ts,
    text: args.text("text"),
    blocks,
    metadata,
  });
  return { ok: true, channel: place.id, ts: message.ts, text: args.text("text") };
}

function postEphemeral(context: MethodContext, args: Args): Json {
  const { state, workspace } = context;
  const place = workspace.channel(args.text("channel"));
  const problem = findPlaceProblem(place) ?? findContentProblem(args);
  if (problem !== null || place === undefined) return problem ?? fail("channel_not_found");
  if (workspace.user(args.text("user")) === undefined) return fail("user_not_in_channel");
  const ephemeral = {
    channel: place.id,
    user: args.text("user"),
    ts: state.nextTs(),
    text: args.text("text"),
    blocks: (args.json("blocks") as unknown[] | undefined) ?? [],
  };
  state.commit({ op: "ephemeral", ephemeral });
  return { ok: true, message_ts: ephemeral.ts };
}

function listReplies(context: MethodContext, args: Args): Json {
  const place = context.workspace.channel(args.text("channel"));
  const problem = findPlaceProblem(place);
  if (problem !== null || place === undefined) return problem ?? fail("channel_not_found");
  const named = context.state.find(place.id, args.text("ts"));
  if (named === undefined) return fail("thread_not_found");
  const rootTs = named.threadTs ?? named.ts;
  const oldest = Number(args.text("oldest") || 0);
  const thread = context.state
    .messages(place.id)
    .filter(
      (message) => message.ts === rootTs || (message.threadTs === rootTs && Number(message.ts) > oldest),
    )
    .sort((a, b) => Number(a.ts) - Number(b.ts));
  return page(context, args, thread);
}

function listHistory(context: MethodContext, args: Args): Json {
  const place = context.workspace.channel(args.text("channel"));
  const problem = findPlaceProblem(place);
  if (problem !== null || place === undefined) return problem ?? fail("channel_not_found");
  const oldest = Number(args.text("oldest") || 0);
  const isNew = (ts: string) => (args.flag("inclusive") ? Number(ts) >= oldest : Number(ts) > oldest);
  const roots = context.state
    .messages(place.id)
    .filter((message) => message.threadTs === null || message.subtype === "thread_broadcast")
    .filter((message) => isNew(message.ts))
    .sort((a, b) => Number(b.ts) - Number(a.ts));
  return page(context, args, roots);
}

function page(context: MethodContext, args: Args, messages: StoredMessage[]): Json {
  const start = Number(args.text("cursor").replace("after:", "") || 0);
  if (!Number.isInteger(start)) return fail("invalid_cursor");
  const end = start + Math.min(context.pageSizeMax, Math.max(1, args.number("limit", 100)));
  const more = end < messages.length;
  return {
    ok: true,
    messages: messages
      .slice(start, end)
      .map((message) => showMessage(context, message, args.flag("include_all_metadata"))),
    has_more: more,
    response_metadata: { next_cursor: more ? `after:${end}` : "" },
  };
}
