/** It works again: the open alert of a subject ends, and operators are told. */
import { closeAlert } from "../db/alerts.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";

/** May be called whenever all is well. False where no alert was open. */
export async function clearAlert(sql: Sql, subject: string): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const alertId = await closeAlert(tx, subject);
    if (alertId === null) return false;
    await addOutboxEvent(tx, "alert/cleared", { alertId });
    return true;
  });
}
