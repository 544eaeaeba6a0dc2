/** Labels that a person has set: what triage learns from, and never writes over. */
import type { Door } from "../core/actor.ts";
import type { Priority } from "../core/ticket.ts";
import { type Sql, storableText } from "./client.ts";

export type CorrectedField = "category" | "priority" | "skills";

/** Writes the label to the ticket and keeps the correction with who and what. The caller holds the ticket. */
export async function setPriorityByPerson(
  sql: Sql,
  ticketId: string,
  userId: string,
  change: { was: Priority; became: Priority; via?: Door },
): Promise<void> {
  await insertCorrection(sql, ticketId, userId, { field: "priority", ...change });
  await sql`
    update tickets set priority = ${change.became}, updated_at = now(), ${setByPerson(sql, "priority")}
    where id = ${ticketId}`;
}

/** False where the desk has no such category. */
export async function setCategoryByPerson(
  sql: Sql,
  ticketId: string,
  userId: string,
  change: { was: string | null; became: string; via?: Door },
): Promise<boolean> {
  const became = storableText(change.became);
  const known = await sql`select 1 from categories where name = ${became} and active for key share`;
  if (known.length === 0) return false;
  await insertCorrection(sql, ticketId, userId, { field: "category", ...change, became });
  await sql`
    update tickets set category = ${became}, updated_at = now(), ${setByPerson(sql, "category")}
    where id = ${ticketId}`;
  return true;
}

/** Names of the desk's skills, in place of all that were there. In the correction they stand as JSON lists. */
export async function setSkillsByPerson(
  sql: Sql,
  ticketId: string,
  userId: string,
  change: { was: readonly string[]; became: readonly string[]; via?: Door },
): Promise<void> {
  const { was, became, via } = change;
  const kept = { was: JSON.stringify(was), became: JSON.stringify(became), ...(via ? { via } : {}) };
  await insertCorrection(sql, ticketId, userId, { field: "skills", ...kept });
  await sql`
    update tickets set related_skills = ${became.map(storableText)}::text[], updated_at = now(),
      ${setByPerson(sql, "skills")}
    where id = ${ticketId}`;
}

function setByPerson(sql: Sql, field: CorrectedField) {
  return sql`person_changed = case when ${field} = any(person_changed) then person_changed
    else array_append(person_changed, ${field}) end`;
}

/**
 * Before the ticket is written: whose label it was, and how sure of it that was, stand there until then. What a person
 * has set before is a person's.
 */
async function insertCorrection(
  sql: Sql,
  ticketId: string,
  userId: string,
  correction: { field: CorrectedField; was: string | null; became: string; via?: Door },
): Promise<void> {
  const { field, was, became, via = null } = correction;
  await sql`
    insert into corrections (ticket_id, user_id, field, was, became, via, source, confidence, provisional, created_at)
    select ${ticketId}, ${userId}, ${field}, ${was}, ${storableText(became)}, ${via},
      case when ${field} = any(t.person_changed) then 'person' else t.triage_source end,
      case when ${field} = any(t.person_changed) then null else t.confidence end, t.provisional,
      -- Not now(): corrections of one transaction have an order too.
      clock_timestamp()
    from tickets t where t.id = ${ticketId}`;
}

export interface CorrectionView {
  field: CorrectedField;
  /** Skills as JSON lists. */
  was: string | null;
  became: string;
  /** Whose label it was; null where there was none, and for corrections of before this was kept. */
  source: "gemini" | "local" | "person" | null;
  confidence: number | null;
  provisional: boolean;
  via: Door | null;
  by: string | null;
  createdAt: Date;
}

const CORRECTIONS_MAX = 100;

/** The newest corrections of a ticket, the oldest of them first. */
export async function listCorrections(sql: Sql, ticketId: string): Promise<CorrectionView[]> {
  const rows = await sql<CorrectionView[]>`
    select c.field, c.was, c.became, c.source, c.confidence::numeric::float8 as confidence, c.provisional, c.via,
      coalesce(nullif(u.name, ''), u.email) as by, c.created_at as "createdAt"
    from corrections c left join users u on u.id = c.user_id
    where c.ticket_id = ${ticketId} order by c.created_at desc, c.id limit ${CORRECTIONS_MAX}`;
  return rows.toReversed();
}
