/** `ticket/assigned`: a mail to whoever got the ticket. */
import { writeAssigneeNotice } from "../core/notices.ts";
import { readTicketCard } from "../db/slack-cards.ts";
import { readTicket } from "../db/tickets.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import { mailStaff } from "./mail-staff.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createNotifyAssignee(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "notify-assignee", triggers: [{ event: "ticket/assigned" }], retries: 8 },
    async ({ event, step }) => {
      const { ticketId, userId } = parseEventData("ticket/assigned", event.data);
      return step.run("send-notice", () => withWorkflowErrors(() => sendNotice(deps, ticketId, userId)));
    },
  );
}

/** The Message-ID is made of ticket and user: a step that runs twice sends the same mail, not another. */
async function sendNotice(deps: WorkflowDeps, ticketId: string, userId: string): Promise<{ state: string }> {
  if (deps.mail === null) return { state: "mail-off" };
  const ticket = await readTicket(deps.sql, ticketId);
  const card = await readTicketCard(deps.sql, ticketId);
  if (!ticket || !card) return { state: "no-ticket" };
  if (ticket.assigneeId !== userId || ticket.assigneeEmail === null) return { state: "assigned-elsewhere" };
  const notice = writeAssigneeNotice({
    number: card.number,
    title: card.title,
    assigneeName: ticket.assigneeName ?? "",
    priority: card.priority,
    category: card.category,
    summary: card.summary,
    helpfulNotes: card.helpfulNotes,
    why: card.whyAssignee,
    requesterName: card.requester.name,
    channel: card.requester.channel,
    url: null,
  });
  const assignee = { email: ticket.assigneeEmail, name: ticket.assigneeName ?? "" };
  return mailStaff(deps, `assigned.${ticketId}.${userId}`, assignee, notice);
}
