/** Submitted forms: the answer stands in the form itself while Slack waits, and comes as a private word after that. */
import type { StaffActor } from "../../../../core/actor.ts";
import type { ActionAnswer } from "../../../../core/slack-actions.ts";
import { FORM_TEXT } from "../../blocks.ts";
import { describe } from "../../bolt-logger.ts";
import { withDeadline } from "../../deadline.ts";
import { sentenceFor, tellPrivately } from "../../private-word.ts";
import { type FormOrigin, readOrigin, requireStaff } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

/** Below the receiver's own bound, so that the form can still be answered. */
const FORM_WAITS_MS = 2_000;

/** The parts of a view_submission that we use. */
export interface Submission {
  user: { id: string };
  view: {
    id: string;
    private_metadata: string;
    state: { values: Record<string, Record<string, { value?: string | null }>> };
  };
}

export type AckForm = (response?: {
  response_action: "errors";
  errors: Record<string, string>;
}) => Promise<void>;

export type FormWork = (
  actor: StaffActor,
  origin: FormOrigin,
  text: string,
  submissionKey: string,
) => Promise<ActionAnswer>;

/** A refused or failed submission leaves the form open with the reason and the text in it: nothing typed is lost. */
export async function answerForm(
  deps: ListenerDeps,
  { user, view }: Submission,
  ack: AckForm,
  work: FormWork,
): Promise<void> {
  const text = view.state.values[FORM_TEXT.block]?.[FORM_TEXT.action]?.value ?? "";
  const outcome = runForm(deps, { user, view }, text, work);
  const inTime = await withDeadline(outcome, FORM_WAITS_MS);
  if (inTime.inTime && !inTime.value.ok) {
    await ack({ response_action: "errors", errors: { [FORM_TEXT.block]: inTime.value.text } });
    return;
  }
  await ack();
  const answer = inTime.inTime ? inTime.value : await outcome;
  const listener = { slackUserId: user.id, channel: channelOf(view.private_metadata) };
  if (answer.ok && answer.text !== undefined) await tellPrivately(deps, listener, answer.text);
  if (!answer.ok) await tellPrivately(deps, listener, `${answer.text}\nYou wrote:\n${text}`);
}

async function runForm(
  deps: ListenerDeps,
  { user, view }: Submission,
  text: string,
  work: FormWork,
): Promise<ActionAnswer> {
  try {
    const origin = readOrigin(view.private_metadata);
    const actor = await requireStaff(deps, user.id);
    return await work(actor, origin, text, view.id);
  } catch (error) {
    deps.log.warn({ component: "slack", error: describe(error) }, "a form failed");
    return { ok: false, text: sentenceFor(error) };
  }
}

/** Where the form was opened; the person's own direct messages where it does not say. */
function channelOf(metadata: string): string {
  try {
    return readOrigin(metadata).channel;
  } catch {
    return "";
  }
}
