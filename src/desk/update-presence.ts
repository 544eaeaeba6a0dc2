/** A moderator or admin says when they are there: away or back, for long or not, and in which hours. */
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addDeskEvent } from "../db/desk-events.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { findUserById, type UserChanges, type UserRow, updateUserFields } from "../db/users.ts";
import { setAway } from "./set-away.ts";

/** Rejects with `conflict` where somebody who is here would hand over. */
export async function updatePresence(
  sql: Sql,
  actor: StaffActor,
  { away, handOver, hours }: Pick<UserChanges, "away" | "handOver" | "hours">,
): Promise<UserRow> {
  return inTransaction(sql, async (tx) => {
    const before = await findUserById(tx, actor.userId);
    const isAway = away ?? before?.away ?? false;
    if (handOver === true && !isAway) {
      throw new AppError("conflict", "Only who is away hands tickets over: set away as well.");
    }
    if (away !== undefined || handOver !== undefined) {
      await setAway(tx, actor, isAway, undefined, handOver ?? false);
    }
    if (handOver === false) await updateUserFields(tx, actor.userId, { handOver });
    if (hours !== undefined) {
      await updateUserFields(tx, actor.userId, { hours });
      await addDeskEvent(tx, "account-changed", actor, { userId: actor.userId, hours });
      await addOutboxEvent(tx, "user/updated", { userId: actor.userId });
    }
    const user = await findUserById(tx, actor.userId);
    if (!user) throw new AppError("internal", "The changed account cannot be read.");
    return user;
  });
}
