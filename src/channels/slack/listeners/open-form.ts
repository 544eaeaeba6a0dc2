import type { types } from "@slack/bolt";
import { fingerprintWarning } from "../../../core/audience.ts";
import type { ReplyForm } from "../../../core/slack-actions.ts";
import { buildReplyModal } from "../blocks/reply-modal.ts";
import { toAppError } from "../slack-error.ts";
import type { Click } from "./click.ts";
import type { ListenerDeps } from "./deps.ts";
import { writeReplyOrigin } from "./form-origin.ts";

/** Shows a form to whoever clicked. Rejects with an AppError that says what to do. */
export async function openForm(
  { web }: Pick<ListenerDeps, "web">,
  { triggerId }: Pick<Click, "triggerId">,
  view: types.ModalView,
): Promise<void> {
  await web.views.open({ trigger_id: triggerId, view }).catch((error: unknown) => {
    throw toAppError(error, "open the form");
  });
}

/** The reply form, which carries what it shows: what is new at Send, or looks wrong only then, is noticed. */
export async function openReplyForm(deps: ListenerDeps, click: Click, form: ReplyForm): Promise<void> {
  const shown = form.warnings.map(fingerprintWarning);
  const origin = { ticketId: form.ticketId, channel: click.channel };
  await openForm(deps, click, buildReplyModal(form, writeReplyOrigin(origin, form, shown), false));
}
