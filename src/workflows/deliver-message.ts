/** `delivery/queued`: wait out the undo window, send once, and record what the far end said. */
import {
  judgeRecipients,
  MAIL_TRIES_MAX,
  MailDeferral,
  type MailErrorClass,
  mailRetryDelayMs,
  type OutgoingMail,
} from "../core/delivery.ts";
import { AppError } from "../core/errors.ts";
import { explainHold } from "../core/hold.ts";
import type { EmailAddress } from "../core/inbound.ts";
import { addPlusToken } from "../core/mail-tokens.ts";
import { assertNever } from "../core/ticket.ts";
import {
  beginDelivery,
  type DeliveryRow,
  finishDelivery,
  noteDeliveryTrouble,
  readDelivery,
} from "../db/deliveries.ts";
import { listWaitingRecipients } from "../db/delivery-recipients.ts";
import { holdDelivery } from "../db/held-deliveries.ts";
import { readMessageFiles, setMessageSlackPosition } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { readTicket } from "../db/tickets.ts";
import { recordDeliveryFailure, recordRecipientOutcomes } from "../desk/record-delivery-failure.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

type Ports = Pick<WorkflowDeps, "sql" | "settings" | "mail" | "slack">;

/** So many mails at once wait for a mail server at most: the other workflows go on meanwhile. */
const SENDING_MAX = 8;

export function createDeliverMessage(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "deliver-message",
      triggers: [{ event: "delivery/queued" }],
      retries: (MAIL_TRIES_MAX - 1) as 19,
      concurrency: [{ limit: SENDING_MAX }],
      onFailure: async ({ event, error, step }) => {
        const { deliveryId } = parseEventData("delivery/queued", event.data.event.data);
        await step.run("record-failure", () => recordGivingUp(deps, deliveryId, error.message));
      },
    },
    async ({ event, step }) => {
      const { deliveryId } = parseEventData("delivery/queued", event.data);
      const notBefore = await step.run("read-undo-window", () =>
        withWorkflowErrors(() => readUndoWindow(deps, deliveryId)),
      );
      if (notBefore !== null) await step.sleepUntil("undo-window", new Date(notBefore));
      return step.run("send", () => withWorkflowErrors(() => sendAndShow(deps, deliveryId)));
    },
  );
}

/** When the delivery may leave (ISO 8601), or null where it may leave now. */
async function readUndoWindow(deps: Ports, deliveryId: string): Promise<string | null> {
  const delivery = await readDelivery(deps.sql, deliveryId);
  if (!delivery) throw new AppError("not_found", `Delivery ${deliveryId} does not exist.`);
  return delivery.notBefore.getTime() > Date.now() ? delivery.notBefore.toISOString() : null;
}

/** A reply that has left can be taken back no more: its card says so. */
async function sendAndShow(deps: Ports, deliveryId: string): Promise<{ state: string }> {
  const outcome = await sendDelivery(deps, deliveryId);
  const delivery = await readDelivery(deps.sql, deliveryId);
  if (delivery?.kind === "reply") {
    await addOutboxEvent(deps.sql, "ticket/changed", { ticketId: delivery.ticketId });
  }
  return outcome;
}

/**
 * Sends one delivery. `sending` is committed before the far end is called: a run that finds it there knows that an
 * earlier try may have got through, sends the same Message-ID again, or looks for its post in the Slack thread.
 */
export async function sendDelivery(deps: Ports, deliveryId: string): Promise<{ state: string }> {
  if (await isHeld(deps, deliveryId)) return { state: "held" };
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

/** Where its channel is off it is kept: see release-held-deliveries. */
async function isHeld({ sql, mail, slack }: Ports, deliveryId: string): Promise<boolean> {
  const channel = (await readDelivery(sql, deliveryId))?.recipients.channel;
  const isOff = (channel === "email" && mail === null) || (channel === "slack" && slack === null);
  return isOff && holdDelivery(sql, deliveryId, explainHold(channel));
}

async function sendByMail(
  deps: Ports,
  delivery: DeliveryRow,
  recipients: Extract<DeliveryRow["recipients"], { channel: "email" }>,
): Promise<{ state: string }> {
  if (deps.mail === null) throw new Error("Mail out is off, and the delivery was not held.");
  if (delivery.emailMessageId === null) throw new Error(`Delivery ${delivery.id} has no Message-ID.`);
  // Who was taken by an earlier try gets no second copy.
  const waiting = await listWaitingRecipients(deps.sql, delivery.id);
  if (waiting.length === 0 && recipients.to.length === 0)
    return fail(deps, delivery, "It has no recipient.", "address");
  const sent = { externalId: delivery.emailMessageId, providerMessageId: null };
  if (waiting.length === 0) return { state: await recordRecipientOutcomes(deps.sql, delivery.id, [], sent) };
  const mail = await composeDelivery(deps, deps.mail.from, delivery, recipients, waiting);
  try {
    const result = await deps.mail.sender.send(mail);
    const providerMessageId = result.state === "sent" ? (result.providerMessageId ?? null) : null;
    const outcomes = judgeRecipients(waiting, result);
    const state = await recordRecipientOutcomes(deps.sql, delivery.id, outcomes, {
      ...sent,
      providerMessageId,
    });
    if (state !== "sending") return { state };
    const deferred = outcomes.find((one) => one.state === "waiting");
    throw new MailDeferral(deferred?.error ?? "A recipient was deferred.", deferred?.errorClass ?? "server");
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return deferDelivery(deps, delivery, waiting, error);
  }
}

/** Notes why it did not leave; throws for another try, later each time, or fails it where no try can help. */
async function deferDelivery(
  deps: Ports,
  delivery: DeliveryRow,
  waiting: string[],
  error: AppError,
): Promise<{ state: string }> {
  if (!error.retryable) return fail(deps, delivery, error.message, "content");
  const errorClass = error instanceof MailDeferral ? error.errorClass : null;
  if (error instanceof MailDeferral && error.refused.length > 0) {
    const told = new Map(error.refused.map((one) => [one.address, one]));
    const judged = judgeRecipients(
      waiting.filter((address) => told.has(address)),
      { state: "rejected", error: error.message, refused: [...error.refused] },
    );
    const sent = { externalId: delivery.emailMessageId ?? "", providerMessageId: null };
    await recordRecipientOutcomes(deps.sql, delivery.id, judged, sent);
  }
  await noteDeliveryTrouble(deps.sql, delivery.id, { error: error.message, errorClass });
  const delayMs = deps.mail?.retryDelayMs ?? mailRetryDelayMs;
  const retryAfterMs = error.retryAfterMs ?? delayMs(delivery.attempts);
  throw new AppError("unavailable", error.message, { retryAfterMs, cause: error });
}

async function composeDelivery(
  deps: Ports,
  from: EmailAddress,
  delivery: DeliveryRow,
  { to, cc }: Extract<DeliveryRow["recipients"], { channel: "email" }>,
  waiting: string[],
): Promise<OutgoingMail> {
  const { bounceAddress, mailTokens } = deps.settings;
  return {
    messageId: delivery.emailMessageId ?? "",
    from,
    to,
    cc,
    replyTo: delivery.replyTo[0] ?? null,
    subject: delivery.subject,
    text: delivery.text,
    inReplyTo: delivery.inReplyTo,
    references: delivery.references,
    automatic: delivery.kind !== "reply",
    threadIndex: delivery.threadIndex,
    attachments: await readMessageFiles(deps.sql, delivery.messageId),
    envelopeTo: waiting,
    ...(bounceAddress === null
      ? {}
      : { envelopeFrom: addPlusToken(bounceAddress, await mailTokens.signBounceToken(delivery.id)) }),
  };
}

async function postInSlack(
  deps: Ports,
  delivery: DeliveryRow,
  recipients: Extract<DeliveryRow["recipients"], { channel: "slack" }>,
  maybePosted: boolean,
): Promise<{ state: string }> {
  if (deps.slack === null) throw new Error("Slack is off, and the delivery was not held.");
  const post = {
    channel: recipients.slackChannel,
    threadTs: recipients.threadTs,
    text: delivery.text,
    deliveryId: delivery.id,
    resolvedTicketId: await findResolvedTicket(deps, delivery),
  };
  const at = await deps.slack.postInThread(post, maybePosted);
  await setMessageSlackPosition(deps.sql, delivery.messageId, at.channel, at.ts);
  await recordPosted(deps, delivery, at.ts);
  return { state: "sent" };
}

/** A notice that leaves while the ticket is resolved is the news of it. */
async function findResolvedTicket(deps: Ports, { kind, ticketId }: DeliveryRow): Promise<string | null> {
  if (kind !== "notice") return null;
  return (await readTicket(deps.sql, ticketId))?.status === "resolved" ? ticketId : null;
}

/** Nothing that another try could cure: the ticket says so, and so does its card. */
async function fail(
  deps: Ports,
  delivery: DeliveryRow,
  error: string,
  errorClass: MailErrorClass,
): Promise<{ state: string }> {
  await recordDeliveryFailure(deps.sql, delivery.id, { error, errorClass });
  return { state: "failed" };
}

/** The tries are used up. What the last one said is on the delivery already. */
async function recordGivingUp(deps: Ports, deliveryId: string, message: string): Promise<void> {
  const delivery = await readDelivery(deps.sql, deliveryId);
  const said = delivery?.lastError ?? message;
  const tries =
    delivery === null || delivery.attempts < 2 ? "" : ` (given up after ${delivery.attempts} tries)`;
  await recordDeliveryFailure(deps.sql, deliveryId, { error: `${said}${tries}`, errorClass: null });
}

async function recordPosted(deps: Ports, delivery: DeliveryRow, externalId: string): Promise<void> {
  if (!(await finishDelivery(deps.sql, delivery.id, externalId))) return;
  const system = { kind: "system", via: "workflow" } as const;
  await addTicketEvent(deps.sql, delivery.ticketId, "delivery-sent", system, { deliveryId: delivery.id });
}
