/** Tells the workflows that somebody has room again; says nothing where no ticket waits for somebody. */
import { hasBacklog } from "../db/assignments.ts";
import type { Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";

export async function announceRoom(sql: Sql, assigneeId: string | null): Promise<void> {
  if (assigneeId !== null && (await hasBacklog(sql))) {
    await addOutboxEvent(sql, "user/freed", { userId: assigneeId });
  }
}
