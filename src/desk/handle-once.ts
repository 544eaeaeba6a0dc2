/** A click or form is carried out once, however often it is delivered. */
import { AppError } from "../core/errors.ts";
import type { SqlTransaction } from "../db/client.ts";
import { noteHandledAction } from "../db/handled-actions.ts";

/**
 * Notes the key in the caller's transaction. Rejects with `conflict` where it was carried out before, so that nothing
 * is changed a second time; the note goes with the transaction where what was asked for is refused.
 */
export async function handleOnce(tx: SqlTransaction, key: string | undefined): Promise<void> {
  if (key === undefined) return;
  if (!(await noteHandledAction(tx, key))) throw new AppError("conflict", "That was done already.");
}
