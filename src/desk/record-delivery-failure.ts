/** An answer that will not arrive: visible on the ticket, and its card is drawn anew. */
import { inTransaction, type SqlPool } from "../db/client.ts";
import { failDelivery, readDelivery } from "../db/deliveries.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { addTicketEvent } from "../db/ticket-events.ts";

export async function recordDeliveryFailure(sql: SqlPool, deliveryId: string, error: string): Promise<void> {
  await inTransaction(sql, async (tx) => {
    if (!(await failDelivery(tx, deliveryId, error))) return;
    const delivery = await readDelivery(tx, deliveryId);
    if (!delivery) return;
    const system = { kind: "system", via: "workflow" } as const;
    await addTicketEvent(tx, delivery.ticketId, "delivery-failed", system, { deliveryId, error });
    await addOutboxEvent(tx, "ticket/changed", { ticketId: delivery.ticketId });
  });
}
