/** A submitted `/ticket` form becomes a ticket. Its thread, in the direct messages, is begun by a workflow. */
import type { Actor } from "../core/actor.ts";
import type { InboundSlackForm } from "../core/inbound-slack.ts";
import { deriveTitle } from "../core/title.ts";
import type { SqlTransaction } from "../db/client.ts";
import { openTicket } from "./open-ticket.ts";
import type { RecordedOutcome } from "./record-inbound.ts";
import { announceOrComplete, findSlackAuthor, settled } from "./slack-recording.ts";

export async function recordSlackForm(tx: SqlTransaction, form: InboundSlackForm): Promise<RecordedOutcome> {
  const author = await findSlackAuthor(tx, form);
  const actor: Actor = { kind: "requester", requesterId: author.id, via: "slack" };
  const text = describeForm(form);
  const opened = await openTicket(
    tx,
    {
      title: form.title.trim() === "" ? deriveTitle(text) : form.title.trim(),
      description: text,
      channel: "slack",
      account: form.account,
      requesterId: author.id,
      followUpOf: null,
      noAutomaticAnswer: null,
    },
    {
      channel: "slack",
      authorUserId: null,
      authorRequesterId: author.id,
      authorName: author.name,
      subject: form.title,
      text,
      textTrimmed: text,
      html: null,
      email: null,
      slack: null,
      rawId: null,
      submissionKey: `slack:${form.account}:${form.externalId}`,
    },
    [],
    actor,
    { announced: false },
  );
  const { author: writer, files, receivedAt } = form;
  const words = { author: writer, mrkdwn: "", text, hasUnnamed: false, files, requestedBy: null, receivedAt };
  const place = { ...opened, beganInThread: false, needsThread: true };
  await announceOrComplete(tx, words, author, "ticket/created", place);
  return settled("ticket", "A submitted form.", opened, opened.messageId);
}

/** The urgency is a hint to whoever reads it, triage included; what the ticket's priority becomes is the desk's affair. */
function describeForm({ description, priority }: InboundSlackForm): string {
  const words = description.trim();
  return priority === null ? words : `${words}\n\nHow urgent it is to me: ${priority}.`.trim();
}
