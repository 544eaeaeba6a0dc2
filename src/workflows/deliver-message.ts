/** `delivery/queued`: wait out the undo window, send once, and record what the far end said. */
import { AppError } from "../core/errors.ts";
import { assertNever } from "../core/ticket.ts";
import { beginDelivery, type DeliveryRow, finishDelivery, readDelivery } from "../db/deliveries.ts";
import { setMessageSlackPosition } from "../db/messages.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { recordDeliveryFailure } from "../desk/record-delivery-failure.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

type Ports = Pick<WorkflowDeps, "sql" | "mail" | "slack">;
const SYSTEM = { kind: "system", via: "workflow" } as const;

export function createDeliverMessage(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "deliver-message",
      triggers: [{ event: "delivery/queued" }],
      retries: 12,
      onFailure: async ({ event, error, step }) => {
        const { deliveryId } = parseEventData("delivery/queued", event.data.event.data);
        await step.run("record-failure", () => recordDeliveryFailure(deps.sql, deliveryId, error.message));
      },
    },
    async ({ event, step }) => {
      const { deliveryId } = parseEventData("delivery/queued", event.data);
      const notBefore = await step.run("read-undo-window", () =>
        withWorkflowErrors(() => readUndoWindow(deps, deliveryId)),
      );
      if (notBefore !== null) await step.sleepUntil("undo-window", new Date(notBefore));
      return step.run("send", () => withWorkflowErrors(() => sendDelivery(deps, deliveryId)));
    },
  );
}

/** When the delivery may leave (ISO 8601), or null where it may leave now. */
async function readUndoWindow(deps: Ports, deliveryId: string): Promise<string | null> {
  const delivery = await readDelivery(deps.sql, deliveryId);
  if (!delivery) throw new AppError("not_found", `Delivery ${deliveryId} does not exist.`);
  return delivery.notBefore.getTime() > Date.now() ? delivery.notBefore.toISOString() : null;
}

/**
 * Sends one delivery. `sending` is committed before the far end is called: a run that finds it there knows that an
 * earlier try may have got through, sends the same Message-ID again, or looks for its post in the Slack thread.
 */
export async function sendDelivery(deps: Ports, deliveryId: string): Promise<{ state: string }> {
  const was = await beginDelivery(deps.sql, deliveryId);
  const delivery = await readDelivery(deps.sql, deliveryId);
  if (!delivery) throw new AppError("not_found", `Delivery ${deliveryId} does not exist.`);
  if (was === null) return { state: delivery.state };
  switch (delivery.recipients.channel) {
    case "email":
      return sendByMail(deps, delivery, delivery.recipients);
    case "slack":
      return postInSlack(deps, delivery, delivery.recipients, was === "sending");
    default:
      return assertNever(delivery.recipients);
  }
}

async function sendByMail(
  deps: Ports,
  delivery: DeliveryRow,
  recipients: Extract<DeliveryRow["recipients"], { channel: "email" }>,
): Promise<{ state: string }> {
  if (deps.mail === null)
    return fail(deps, delivery, "Mail cannot leave: SMTP_URL and MAIL_FROM are not set.");
  if (delivery.emailMessageId === null) throw new Error(`Delivery ${delivery.id} has no Message-ID.`);
  if (recipients.to.length === 0) return fail(deps, delivery, "It has no recipient.");
  const result = await deps.mail.sender.send({
    messageId: delivery.emailMessageId,
    from: deps.mail.from,
    to: recipients.to,
    cc: recipients.cc,
    replyTo: null,
    subject: delivery.subject,
    text: delivery.text,
    inReplyTo: delivery.inReplyTo,
    references: delivery.references,
    automatic: delivery.kind !== "reply",
  });
  if (result.state === "rejected") return fail(deps, delivery, result.error);
  await recordSent(deps, delivery, delivery.emailMessageId);
  return { state: "sent" };
}

async function postInSlack(
  deps: Ports,
  delivery: DeliveryRow,
  recipients: Extract<DeliveryRow["recipients"], { channel: "slack" }>,
  maybePosted: boolean,
): Promise<{ state: string }> {
  if (deps.slack === null) return fail(deps, delivery, "Slack is off: SLACK_BOT_TOKEN is not set.");
  const post = {
    channel: recipients.slackChannel,
    threadTs: recipients.threadTs,
    text: delivery.text,
    deliveryId: delivery.id,
  };
  const at = await deps.slack.postInThread(post, maybePosted);
  await setMessageSlackPosition(deps.sql, delivery.messageId, at.channel, at.ts);
  await recordSent(deps, delivery, at.ts);
  return { state: "sent" };
}

/** Nothing that another try could cure: the ticket says so, and so does its card. */
async function fail(deps: Ports, delivery: DeliveryRow, reason: string): Promise<{ state: string }> {
  await recordDeliveryFailure(deps.sql, delivery.id, reason);
  return { state: "failed" };
}

async function recordSent(deps: Ports, delivery: DeliveryRow, externalId: string): Promise<void> {
  if (!(await finishDelivery(deps.sql, delivery.id, externalId))) return;
  await addTicketEvent(deps.sql, delivery.ticketId, "delivery-sent", SYSTEM, { deliveryId: delivery.id });
}
