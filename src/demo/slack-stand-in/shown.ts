/** People, places and messages as Slack shows them in answers and events. */
import type { SlackState, StoredMessage } from "./state.ts";
import type { Workspace } from "./workspace.ts";

type Json = Record<string, unknown>;

export interface ShowContext {
  state: SlackState;
  workspace: Workspace;
  /** Where files are downloaded, e.g. `http://127.0.0.1:1234`. */
  origin(): string;
}

export interface ShownMessage {
  type: "message";
  subtype?: string;
  user: string;
  team: string;
  ts: string;
  text: string;
  bot_id?: string;
  app_id?: string;
  thread_ts?: string;
  reply_count?: number;
  latest_reply?: string;
  blocks?: unknown[];
  metadata?: unknown;
  files?: Json[];
  edited?: { user: string; ts: string };
}

export function showMessage(
  context: ShowContext,
  message: StoredMessage,
  withMetadata: boolean,
): ShownMessage {
  const { state, workspace, origin } = context;
  const replies = state.messages(message.channel).filter(({ threadTs }) => threadTs === message.ts);
  const threadTs = message.threadTs ?? (replies.length > 0 ? message.ts : null);
  return {
    type: "message",
    ...(message.subtype === null ? {} : { subtype: message.subtype }),
    user: message.user,
    team: workspace.teamId,
    ts: message.ts,
    text: message.text,
    ...(message.botId === null ? {} : { bot_id: message.botId, app_id: workspace.appId }),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
    ...(threadTs === null ? {} : { thread_ts: threadTs }),
    ...(replies.length === 0
      ? {}
      : { reply_count: replies.length, latest_reply: replies.at(-1)?.ts ?? message.ts }),
    ...(message.blocks.length === 0 ? {} : { blocks: message.blocks }),
    ...(withMetadata && message.metadata !== null ? { metadata: message.metadata } : {}),
    ...(message.fileIds.length === 0
      ? {}
      : { files: message.fileIds.flatMap((id) => showFile(state, id, origin())) }),
  };
}

export function showFile(state: SlackState, id: string, origin: string): Json[] {
  const file = state.file(id);
  if (file === undefined) return [];
  const url = `${origin}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const size = Buffer.from(file.base64, "base64").byteLength;
  const { name, mimetype } = file;
  return [
    { id, name, title: name, mimetype, size, mode: "hosted", url_private: url, url_private_download: url },
  ];
}

export function showChannel(channel: NonNullable<ReturnType<Workspace["channel"]>>): Json {
  if (channel.directWith !== null) return { id: channel.id, is_im: true, user: channel.directWith };
  return {
    id: channel.id,
    name: channel.name,
    is_channel: channel.isPrivate !== true,
    is_private: channel.isPrivate === true,
    is_archived: channel.isArchived === true,
    is_member: channel.isMember !== false,
  };
}

export function showUser(workspace: Workspace, id: string): Json {
  const user = workspace.user(id);
  if (user === undefined) return {};
  return {
    id: user.id,
    team_id: user.teamId ?? workspace.teamId,
    name: user.name,
    real_name: user.name,
    is_bot: user.id === workspace.botUserId,
    is_email_confirmed: user.isEmailConfirmed ?? true,
    profile: {
      display_name: user.name,
      real_name: user.name,
      ...(user.email === null ? {} : { email: user.email }),
    },
  };
}
