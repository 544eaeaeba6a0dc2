/** A moderator or admin goes away, or is back: assignment goes by it, and what waited is assigned. */
import type { StaffActor } from "../core/actor.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addDeskEvent } from "../db/desk-events.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { findUserById, updateUserFields } from "../db/users.ts";
import { handleOnce } from "./handle-once.ts";

/**
 * `key`: see handleOnce.
 * @param handOver who goes away for long: their open tickets go to others now. Being back ends it.
 */
export async function setAway(
  sql: Sql,
  actor: StaffActor,
  away: boolean,
  key?: string,
  handOver = false,
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await handleOnce(tx, key);
    const user = await findUserById(tx, actor.userId);
    const handsOver = away && (handOver || user?.handOver === true);
    if (user === null || (user.away === away && user.handOver === handsOver)) return;
    await updateUserFields(tx, actor.userId, { away, handOver: handsOver });
    if (user.away !== away) await addDeskEvent(tx, away ? "went-away" : "came-back", actor);
    if (handsOver && !user.handOver) await addDeskEvent(tx, "hands-over", actor);
    await addOutboxEvent(tx, "user/updated", { userId: actor.userId });
    if (user.slackUserId !== null) {
      await addOutboxEvent(tx, "home/outdated", { slackUserId: user.slackUserId });
    }
  });
}
