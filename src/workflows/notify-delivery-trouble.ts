/** `delivery/troubled`: a mail to whoever should know that an answer did not arrive. */
import { writeDeliveryNotice } from "../core/delivery-notice.ts";
import { readDelivery } from "../db/deliveries.ts";
import { listRecipients } from "../db/delivery-recipients.ts";
import { readTicket } from "../db/tickets.ts";
import { findUserById } from "../db/users.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import { mailStaff } from "./mail-staff.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createNotifyDeliveryTrouble(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "notify-delivery-trouble", triggers: [{ event: "delivery/troubled" }], retries: 8 },
    async ({ event, step }) => {
      const { deliveryId } = parseEventData("delivery/troubled", event.data);
      return step.run("send-notice", () => withWorkflowErrors(() => sendNotice(deps, deliveryId)));
    },
  );
}

/** To the assignee, else to whoever wrote the reply. One mail for each set of recipients that were missed. */
async function sendNotice(deps: WorkflowDeps, deliveryId: string): Promise<{ state: string }> {
  if (deps.mail === null) return { state: "mail-off" };
  const delivery = await readDelivery(deps.sql, deliveryId);
  const ticket = delivery && (await readTicket(deps.sql, delivery.ticketId));
  if (!delivery || !ticket) return { state: "no-delivery" };
  const told = ticket.assigneeId ?? delivery.authorUserId;
  const person = told === null ? null : await findUserById(deps.sql, told);
  if (!person) return { state: "nobody-to-tell" };
  const recipients = await listRecipients(deps.sql, deliveryId);
  const missed = recipients.filter(({ state }) => state === "failed" || state === "bounced");
  const notice = writeDeliveryNotice({
    number: ticket.number,
    title: ticket.title,
    name: person.name,
    kind: delivery.kind === "reply" ? "reply" : "automatic message",
    recipients,
    error: delivery.lastError,
    url: null,
  });
  return mailStaff(deps, `undelivered.${deliveryId}.${missed.length}`, person, notice);
}
