/** Submitted forms: the answer stands in the form itself while Slack waits, and comes as a private word after that. */
import type { types } from "@slack/bolt";
import type { StaffActor } from "../../../../core/actor.ts";
import { FORM_CHOICE, FORM_TEXT } from "../../blocks/ids.ts";
import { describe } from "../../bolt-logger.ts";
import { waitInTime } from "../../in-time.ts";
import { sentenceFor, tellPrivately } from "../../private-word.ts";
import { requireStaff } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";
import { type FormOrigin, readOrigin } from "../form-origin.ts";

/** Below the receiver's own bound, so that the form can still be answered. */
const FORM_WAITS_MS = 2_000;

interface FieldState {
  value?: string | null;
  selected_option?: { value: string } | null;
}

/** The parts of a view_submission that we use. */
export interface Submission {
  user: { id: string };
  view: {
    id: string;
    private_metadata: string;
    state: { values: Record<string, Record<string, FieldState>> };
  };
}

export interface SubmittedForm {
  origin: FormOrigin;
  metadata: string;
  /** What stands in the form's one text field. */
  text: string;
  /** What is chosen in the form's one select, or null. */
  choice: string | null;
  /** The same for every delivery of this form: what is done under it is done once. */
  key: string;
}

export type FormAnswer =
  | { ok: true; text?: string; blocks?: types.KnownBlock[] }
  /** `text` stands at the field, or, after Slack's patience, in a private word. */
  | { ok: false; text: string }
  /** The form stays open and shows this instead. */
  | { ok: false; view: types.ModalView; text: string };

export type AckForm = (
  response?:
    | { response_action: "errors"; errors: Record<string, string> }
    | { response_action: "update"; view: types.ModalView },
) => Promise<void>;

export type FormWork = (actor: StaffActor, form: SubmittedForm) => Promise<FormAnswer>;

/** A refused or failed submission leaves the form open with the reason and the text in it: nothing typed is lost. */
export async function answerForm(
  deps: ListenerDeps,
  { user, view }: Submission,
  ack: AckForm,
  work: FormWork,
): Promise<void> {
  const text = view.state.values[FORM_TEXT.block]?.[FORM_TEXT.action]?.value ?? "";
  const outcome = runForm(deps, { user, view }, text, work);
  const waited = await waitInTime(outcome, FORM_WAITS_MS);
  if (waited.inTime && !waited.value.ok) {
    await ack(refuse(waited.value, view));
    return;
  }
  await ack();
  const answer = waited.inTime ? waited.value : await outcome;
  const listener = { slackUserId: user.id, channel: channelOf(view.private_metadata) ?? user.id };
  if (!answer.ok) return tellPrivately(deps, listener, `${answer.text}\nYou wrote:\n${text}`);
  if (answer.text !== undefined) await tellPrivately(deps, listener, answer.text, answer.blocks);
}

/** At the field that can be changed: the text where the form has one. */
function refuse(
  answer: Extract<FormAnswer, { ok: false }>,
  view: Submission["view"],
): Parameters<AckForm>[0] {
  if ("view" in answer) return { response_action: "update", view: answer.view };
  const block = FORM_TEXT.block in view.state.values ? FORM_TEXT.block : FORM_CHOICE.block;
  return { response_action: "errors", errors: { [block]: answer.text } };
}

async function runForm(
  deps: ListenerDeps,
  { user, view }: Submission,
  text: string,
  work: FormWork,
): Promise<FormAnswer> {
  try {
    const origin = readOrigin(view.private_metadata);
    const actor = await requireStaff(deps, user.id);
    const choice = view.state.values[FORM_CHOICE.block]?.[FORM_CHOICE.action]?.selected_option?.value ?? null;
    const metadata = view.private_metadata;
    return await work(actor, { origin, metadata, text, choice, key: `form:${view.id}` });
  } catch (error) {
    deps.log.warn({ component: "slack", error: describe(error) }, "a form failed");
    return { ok: false, text: sentenceFor(error) };
  }
}

/** Where the form was opened, or null. */
function channelOf(metadata: string): string | null {
  try {
    return readOrigin(metadata).channel;
  } catch {
    return null;
  }
}
