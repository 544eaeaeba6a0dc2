/** Each minute: answers that were kept while their channel was off leave, if it is on now. */
import { HELD_AUTOMATIC_HOURS_MAX, type OutgoingChannel } from "../core/hold.ts";
import { inTransaction } from "../db/client.ts";
import { dropLateDeliveries, releaseHeldDeliveries } from "../db/held-deliveries.ts";
import { addOutboxEvents } from "../db/outbox.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** In one transaction; the others come with the next minute. */
const AT_ONCE = 500;

type Ports = Pick<WorkflowDeps, "sql" | "mail" | "slack">;

export function createReleaseHeldDeliveries(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "release-held-deliveries", triggers: [{ cron: "* * * * *" }], concurrency: 1, retries: 1 },
    async ({ step }) => step.run("release", () => withWorkflowErrors(() => releaseHeld(deps))),
  );
}

/** Answers with how many are on their way now, and how many automatic ones came too late to be of use. */
export async function releaseHeld({ sql, mail, slack }: Ports): Promise<{ released: number; late: number }> {
  const on: OutgoingChannel[] = [
    ...(mail ? (["email"] as const) : []),
    ...(slack ? (["slack"] as const) : []),
  ];
  if (on.length === 0) return { released: 0, late: 0 };
  return inTransaction(sql, async (tx) => {
    const late = await dropLateDeliveries(tx, on, HELD_AUTOMATIC_HOURS_MAX);
    const released = await releaseHeldDeliveries(tx, on, AT_ONCE);
    await addOutboxEvents(
      tx,
      released.map(({ id, ticketId }) => ({ name: "delivery/queued", data: { deliveryId: id, ticketId } })),
    );
    return { released: released.length, late };
  });
}
