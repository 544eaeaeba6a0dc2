/** Clicks and forms in the stand-in's workspace: what people do with messages, App Home and modals of the app. */
import type { Deliveries } from "./deliveries.ts";
import type { MethodContext } from "./methods.ts";
import { showFile, showMessage } from "./shown.ts";

/** `value` of a text field, or of the option chosen in a select; `files` that somebody uploads in the form. */
export type FormValues = Record<string, Record<string, FormValue>>;
export type FormValue =
  | { value: string }
  | { files: { name: string; mimetype: string; content: Uint8Array }[] };

type Answered = Promise<{ status: number; body: string }>;

export interface SlackInteractions {
  /** Rejects where no such button stands in the message. `value` must be the button's, if given. */
  clickButton(click: {
    user: string;
    channel: string;
    ts: string;
    actionId: string;
    value?: string;
  }): Promise<{ status: number; body: string }>;
  /** Chooses in a select of a message, by the option's value. Rejects where no such option stands there. */
  choose(choice: { user: string; channel: string; ts: string; actionId: string; option: string }): Answered;
  /** Clicks the button that comes with an ephemeral message. */
  clickEphemeral(click: { user: string; ts: string; actionId: string }): Answered;
  /** Clicks a button of the person's own App Home. */
  clickHome(click: { user: string; actionId: string; value: string }): Answered;
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

export function createInteractions(context: MethodContext, deliveries: Deliveries): SlackInteractions {
  const { state, workspace, views } = context;

  const clickButton: SlackInteractions["clickButton"] = async ({ user, channel, ts, actionId, value }) => {
    const message = state.find(channel, ts);
    const button = message === undefined ? undefined : findElement(message.blocks, actionId);
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

  const choose: SlackInteractions["choose"] = async ({ user, channel, ts, actionId, option: value }) => {
    const message = state.find(channel, ts);
    const found = message === undefined ? undefined : findElement(message.blocks, actionId);
    const options = (found?.options as { value: string }[] | undefined) ?? [];
    const option = options.find((one) => one.value === value);
    if (message === undefined || found === undefined || option === undefined) {
      throw new Error(`No option ${value} of ${actionId} stands in message ${ts} of ${channel}.`);
    }
    const { options: _all, initial_option: _initial, placeholder: _hint, ...element } = found;
    return deliveries.postForm({
      type: "block_actions",
      ...who(context, user),
      container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
      channel: { id: channel, name: workspace.channel(channel)?.name ?? "" },
      trigger_id: views.newTrigger(user),
      message: showMessage(context, message, false),
      state: { values: {} },
      actions: [{ ...element, selected_option: option, action_ts: state.nextTs() }],
    });
  };

  const clickEphemeral: SlackInteractions["clickEphemeral"] = async ({ user, ts, actionId }) => {
    const shown = state.ephemerals().find((one) => one.ts === ts && one.user === user);
    const button = shown === undefined ? undefined : findElement(shown.blocks ?? [], actionId);
    if (shown === undefined || button === undefined)
      throw new Error(`No button ${actionId} is shown to ${user}.`);
    return deliveries.postForm({
      type: "block_actions",
      ...who(context, user),
      container: { type: "message", message_ts: ts, channel_id: shown.channel, is_ephemeral: true },
      channel: { id: shown.channel, name: workspace.channel(shown.channel)?.name ?? "" },
      trigger_id: views.newTrigger(user),
      state: { values: {} },
      actions: [{ ...button, action_ts: state.nextTs() }],
    });
  };

  const clickHome: SlackInteractions["clickHome"] = async ({ user, actionId, value }) => {
    const view = views.home(user);
    const button = findElement((view?.blocks as unknown[] | undefined) ?? [], actionId, value);
    if (view === null || button === undefined)
      throw new Error(`No button ${actionId} stands in ${user}'s home.`);
    return deliveries.postForm({
      type: "block_actions",
      ...who(context, user),
      container: { type: "view", view_id: view.id },
      trigger_id: views.newTrigger(user),
      view: { ...view, team_id: workspace.teamId, state: { values: {} } },
      actions: [{ ...button, action_ts: state.nextTs() }],
    });
  };

  const submitView: SlackInteractions["submitView"] = async ({ user, viewId, values }) => {
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
        state: { values: readForm(context, open.view, values) },
      },
      response_urls: [],
    });
    applyAnswer(context, viewId, answer);
    return answer;
  };

  return { clickButton, choose, clickEphemeral, clickHome, submitView };
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

/** A button or select by its action, and by its value where several have the same. */
function findElement(
  blocks: unknown[],
  actionId: string,
  value?: string,
): Record<string, unknown> | undefined {
  type Element = Record<string, unknown>;
  const all = blocks as { block_id?: string; elements?: Element[]; accessory?: Element }[];
  for (const [index, block] of all.entries()) {
    const elements = [...(block.elements ?? []), ...(block.accessory === undefined ? [] : [block.accessory])];
    const found = elements.find(
      (element) => element.action_id === actionId && (value === undefined || element.value === value),
    );
    if (found !== undefined) return { block_id: block.block_id ?? `b${index}`, ...found };
  }
  return undefined;
}

/** The state of a form: what was typed, else what stood there. Rejects an empty required field, as Slack's clients do. */
function readForm(
  context: MethodContext,
  view: Record<string, unknown>,
  values: FormValues,
): Record<string, unknown> {
  const state: Record<string, Record<string, unknown>> = {};
  type Input = {
    type: string;
    block_id?: string;
    optional?: boolean;
    element: {
      action_id: string;
      type: string;
      initial_value?: string;
      options?: { value: string }[];
      initial_option?: { value: string };
    };
  };
  for (const [index, block] of ((view.blocks as Input[] | undefined) ?? []).entries()) {
    if (block.type !== "input") continue;
    const {
      action_id: actionId,
      type,
      initial_value: initial,
      options,
      initial_option: chosen,
    } = block.element;
    const blockId = block.block_id ?? `b${index}`;
    const given = values[blockId]?.[actionId];
    if (type === "file_input") {
      const uploads = given !== undefined && "files" in given ? given.files : [];
      state[blockId] = { [actionId]: { type, files: uploadFiles(context, uploads) } };
      continue;
    }
    const typed = given !== undefined && "value" in given ? given.value : undefined;
    const value = typed ?? initial ?? chosen?.value ?? "";
    if (value === "" && block.optional !== true) throw new Error(`The field ${actionId} must be filled in.`);
    if (type === "static_select") {
      const option = options?.find((one) => one.value === value) ?? null;
      if (option === null && value !== "") throw new Error(`No option ${value} in the field ${actionId}.`);
      state[blockId] = { [actionId]: { type, selected_option: option } };
    } else state[blockId] = { [actionId]: { type, value: value === "" ? null : value } };
  }
  return state;
}

/** Files that were put into a form, as the submission shows them. */
function uploadFiles(
  { state, origin }: MethodContext,
  uploads: { name: string; mimetype: string; content: Uint8Array }[],
): unknown[] {
  const ts = state.nextTs();
  const files = uploads.map(({ name, mimetype, content }, index) => ({
    id: `F${ts.replace(".", "")}${index}`,
    name,
    mimetype,
    base64: Buffer.from(content).toString("base64"),
  }));
  state.commit({ op: "files", files });
  return files.flatMap(({ id }) => showFile(state, id, origin()));
}
