/** Labels that a person has set: what triage learns from, and never writes over. */
import type { Priority } from "../core/ticket.ts";
import { type Sql, storableText } from "./client.ts";

/** Writes the label to the ticket and keeps the correction with who and what. The caller holds the ticket. */
export async function setPriorityByPerson(
  sql: Sql,
  ticketId: string,
  userId: string,
  change: { was: Priority; became: Priority },
): Promise<void> {
  await sql`
    update tickets set priority = ${change.became}, updated_at = now(),
      person_changed = case when 'priority' = any(person_changed) then person_changed
        else array_append(person_changed, 'priority') end
    where id = ${ticketId}`;
  await insertCorrection(sql, ticketId, userId, "priority", change.was, change.became);
}

/** False where the desk has no such category. */
export async function setCategoryByPerson(
  sql: Sql,
  ticketId: string,
  userId: string,
  change: { was: string | null; became: string },
): Promise<boolean> {
  const became = storableText(change.became);
  const result = await sql`
    update tickets set category = ${became}, updated_at = now(),
      person_changed = case when 'category' = any(person_changed) then person_changed
        else array_append(person_changed, 'category') end
    where id = ${ticketId} and exists (select 1 from categories where name = ${became} and active)`;
  if (result.count === 0) return false;
  await insertCorrection(sql, ticketId, userId, "category", change.was, became);
  return true;
}

async function insertCorrection(
  sql: Sql,
  ticketId: string,
  userId: string,
  field: "category" | "priority",
  was: string | null,
  became: string,
): Promise<void> {
  await sql`
    insert into corrections (ticket_id, user_id, field, was, became)
    values (${ticketId}, ${userId}, ${field}, ${was}, ${became})`;
}
