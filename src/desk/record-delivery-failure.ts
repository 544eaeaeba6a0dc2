/** What becomes of an answer on its way: written down for each recipient, and told where somebody will not get it. */
import {
  decideDeliveryState,
  type MailErrorClass,
  type RecipientOutcome,
  type RecipientState,
} from "../core/delivery.ts";
import { inTransaction, type SqlPool, type SqlTransaction } from "../db/client.ts";
import { failDelivery, finishDelivery, readDelivery, setProviderMessageId } from "../db/deliveries.ts";
import {
  failWaitingRecipients,
  listRecipientStates,
  setRecipientOutcomes,
} from "../db/delivery-recipients.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { setMailState } from "../db/requesters.ts";
import { addTicketEvent } from "../db/ticket-events.ts";

const SYSTEM = { kind: "system", via: "workflow" } as const;

export interface Trouble {
  error: string;
  errorClass: MailErrorClass | null;
}

/** Nobody tries any more: who has not got it will not. Visible on the ticket and its card, and the assignee is told. */
export async function recordDeliveryFailure(
  sql: SqlPool,
  deliveryId: string,
  trouble: Trouble,
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await failWaitingRecipients(tx, deliveryId, trouble);
    await settleFailure(tx, deliveryId, trouble);
  });
}

/**
 * Writes what the server said of each recipient. A delivery is *sent* when all of them were taken; where some were
 * refused for good it is *failed*, and tells who has it all the same. Answers `sending` while somebody is still to be
 * reached. What the server takes proves an address good again; that it knows none of the name marks it.
 */
export async function recordRecipientOutcomes(
  sql: SqlPool,
  deliveryId: string,
  outcomes: readonly RecipientOutcome[],
  sent: { externalId: string; providerMessageId: string | null },
): Promise<"sending" | "sent" | "failed" | "bounced"> {
  return inTransaction(sql, async (tx) => {
    await setRecipientOutcomes(tx, deliveryId, outcomes);
    const addressesWith = (test: (one: RecipientOutcome) => boolean) =>
      outcomes.filter(test).map(({ address }) => address);
    await setMailState(
      tx,
      addressesWith(({ state }) => state === "sent"),
      "ok",
    );
    const unknown = addressesWith(({ state, errorClass }) => state === "failed" && errorClass === "address");
    await setMailState(tx, unknown, "bouncing");
    if (sent.providerMessageId !== null) await setProviderMessageId(tx, deliveryId, sent.providerMessageId);
    const states = await listRecipientStates(tx, deliveryId);
    const state = decideDeliveryState(states);
    if (state === "sent") await settleSuccess(tx, deliveryId, sent.externalId);
    if (state === "failed") await settleFailure(tx, deliveryId, describeRefusals(outcomes, states));
    return state;
  });
}

async function settleSuccess(tx: SqlTransaction, deliveryId: string, externalId: string): Promise<void> {
  if (!(await finishDelivery(tx, deliveryId, externalId))) return;
  const delivery = await readDelivery(tx, deliveryId);
  if (delivery) await addTicketEvent(tx, delivery.ticketId, "delivery-sent", SYSTEM, { deliveryId });
}

async function settleFailure(tx: SqlTransaction, deliveryId: string, trouble: Trouble): Promise<void> {
  if (!(await failDelivery(tx, deliveryId, trouble))) return;
  const delivery = await readDelivery(tx, deliveryId);
  if (!delivery) return;
  const { ticketId } = delivery;
  const { error, errorClass } = trouble;
  await addTicketEvent(tx, ticketId, "delivery-failed", SYSTEM, { deliveryId, error, errorClass });
  await addOutboxEvent(tx, "delivery/troubled", { deliveryId, ticketId });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
}

/** One refusal in the server's words, more with their addresses, and whether others got it. */
function describeRefusals(outcomes: readonly RecipientOutcome[], states: readonly RecipientState[]): Trouble {
  const failed = outcomes.filter(({ state }) => state === "failed");
  const first = failed[0];
  const reached = states.filter((state) => state === "sent").length;
  const said =
    failed.length === 1 && states.length === 1
      ? (first?.error ?? "")
      : failed.map(({ address, error }) => `${address}: ${error}`).join("; ");
  const others = reached === 0 ? "" : ` (${reached} of ${states.length} recipients have it)`;
  return {
    error: `${said === "" ? "A recipient was refused before." : said}${others}`,
    errorClass: first?.errorClass ?? null,
  };
}
