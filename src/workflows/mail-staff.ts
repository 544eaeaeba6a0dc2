/** A mail of the desk to one of its own people. */
import type { Notice } from "../core/notices.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/**
 * `noticeId` names what the mail tells and to whom it is: a step that runs twice sends the same Message-ID, and so the
 * same mail, not another.
 */
export async function mailStaff(
  deps: Pick<WorkflowDeps, "mail" | "settings">,
  noticeId: string,
  person: { email: string; name: string },
  notice: Notice,
): Promise<{ state: string }> {
  if (deps.mail === null) return { state: "mail-off" };
  const result = await deps.mail.sender.send({
    messageId: `<${noticeId}@${deps.settings.messageIdDomain}>`,
    from: deps.mail.from,
    to: [{ address: person.email, name: person.name }],
    cc: [],
    replyTo: null,
    subject: notice.subject,
    text: notice.text,
    inReplyTo: null,
    references: [],
    automatic: true,
  });
  return { state: result.state };
}
