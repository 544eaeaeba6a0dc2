/** What people do with messages besides writing them: edit, delete, react, use the app's menu entry and its command. */
import type { Deliveries } from "./deliveries.ts";
import type { MethodContext } from "./methods.ts";
import { showMessage } from "./shown.ts";
import type { PendingEvent, StoredMessage } from "./state.ts";
import type { Answer } from "./transport.ts";

interface Place {
  user: string;
  channel: string;
  ts: string;
}

export interface WaysIn {
  /** Each resolves when the event is acknowledged or given up. */
  editMessage(edit: Place & { text: string }): Promise<void>;
  deleteMessage(place: Place): Promise<void>;
  react(place: Place & { reaction: string }): Promise<void>;
  /** The app's entry in the menu of a message. */
  useShortcut(use: Place & { callbackId: string }): Promise<Answer>;
  useCommand(use: { user: string; channel: string; command: string; text: string }): Promise<Answer>;
  /** The last click, form, shortcut or command once more, byte for byte. */
  repeatLast(): Promise<Answer>;
  /** What Slack tells of itself, such as `channel_left`. */
  tellEvent(event: Record<string, unknown>): Promise<void>;
}

export function createWaysIn(context: MethodContext, deliveries: Deliveries): WaysIn {
  const { state, workspace, views } = context;

  function find({ channel, ts }: Place): StoredMessage {
    const message = state.find(channel, ts);
    if (message === undefined) throw new Error(`No message ${ts} stands in ${channel}.`);
    return message;
  }

  function toEvent(event: Record<string, unknown>): PendingEvent {
    const ts = state.nextTs();
    const id = `Ev${ts.replace(".", "")}X`;
    const body = {
      token: "unused",
      type: "event_callback",
      team_id: workspace.teamId,
      api_app_id: workspace.appId,
      event_id: id,
      event_time: Math.floor(Number(ts)),
      authorizations: [
        { team_id: workspace.teamId, enterprise_id: null, user_id: workspace.botUserId, is_bot: true },
      ],
      event: { ...event, event_ts: ts },
    };
    return { id, body };
  }

  const changeOf = (message: StoredMessage, change: Record<string, unknown>): PendingEvent =>
    toEvent({
      type: "message",
      channel: message.channel,
      channel_type: workspace.channel(message.channel)?.directWith === null ? "channel" : "im",
      hidden: true,
      ts: state.nextTs(),
      ...change,
    });

  async function deliver(event: PendingEvent): Promise<void> {
    await deliveries.deliver(event);
  }

  const person = (id: string) => ({
    user: { id, name: workspace.user(id)?.name ?? "", team_id: workspace.teamId },
    team: { id: workspace.teamId, domain: "stand-in" },
    api_app_id: workspace.appId,
    token: "unused",
  });

  return {
    editMessage: async ({ text, ...place }) => {
      const message = find(place);
      const previous = showMessage(context, message, false);
      const editedTs = state.nextTs();
      const edited = { ...message, text, editedTs };
      const event = changeOf(message, {
        subtype: "message_changed",
        message: showMessage(context, edited, false),
        previous_message: previous,
      });
      state.commit({ op: "edit", channel: place.channel, ts: place.ts, text, editedTs, events: [event] });
      await deliver(event);
    },
    deleteMessage: async (place) => {
      const previous = showMessage(context, find(place), false);
      const change = { subtype: "message_deleted", deleted_ts: place.ts, previous_message: previous };
      const event = changeOf(find(place), change);
      state.commit({ op: "delete", channel: place.channel, ts: place.ts, events: [event] });
      await deliver(event);
    },
    react: async ({ user, channel, ts, reaction }) => {
      const { user: author } = find({ user, channel, ts });
      const item = { type: "message", channel, ts };
      await deliver(toEvent({ type: "reaction_added", user, reaction, item, item_user: author }));
    },
    useShortcut: async ({ user, channel, ts, callbackId }) => {
      const message = showMessage(context, find({ user, channel, ts }), false);
      const payload = {
        type: "message_action",
        callback_id: callbackId,
        ...person(user),
        trigger_id: views.newTrigger(user),
        response_url: "https://hooks.slack.com/app/unused",
        message_ts: ts,
        channel: { id: channel, name: workspace.channel(channel)?.name ?? "" },
        message,
      };
      return deliveries.postForm(payload);
    },
    useCommand: async ({ user, channel, command, text }) => {
      const fields = {
        token: "unused",
        team_id: workspace.teamId,
        team_domain: "stand-in",
        channel_id: channel,
        channel_name: workspace.channel(channel)?.name ?? "",
        user_id: user,
        user_name: workspace.user(user)?.name ?? "",
        command,
        text,
        api_app_id: workspace.appId,
        is_enterprise_install: "false",
        response_url: "https://hooks.slack.com/commands/unused",
        trigger_id: views.newTrigger(user),
      };
      return deliveries.postCommand(fields);
    },
    repeatLast: deliveries.repeatLast,
    tellEvent: (event) => deliver(toEvent(event)),
  };
}
