/** The intake ledger as an admin reads it: what came, and what became of it. */
import type { IntakeOutcome } from "../core/inbound.ts";
import type { Channel } from "../core/ticket.ts";
import type { Sql } from "./client.ts";

export interface IntakeEntry {
  id: string;
  channel: Channel;
  account: string;
  externalId: string;
  outcome: IntakeOutcome;
  reason: string;
  ticketId: string | null;
  ticketNumber: number | null;
  emailMessageId: string | null;
  recordedAt: Date;
  /** Its place in lists: microseconds since 1970, which a Date cannot hold. */
  recordedMicros: string;
  /** Null where no original is kept. */
  sizeBytes: number | null;
  /** False where only a part of the original is there. */
  complete: boolean | null;
  dismissedAt: Date | null;
  dismissedBy: string | null;
  dismissedReason: string;
}

export interface IntakePage {
  outcome: IntakeOutcome;
  /** Null: dismissed or not. */
  dismissed: boolean | null;
  before: { recordedMicros: string; id: string } | null;
  limit: number;
}

/** The newest first, by the index on (outcome, recorded_at). */
export async function listIntakeEntries(sql: Sql, page: IntakePage): Promise<IntakeEntry[]> {
  const { outcome, dismissed, before, limit } = page;
  const micros = before?.recordedMicros ?? null;
  return sql<IntakeEntry[]>`
    select ${entryColumns(sql)}
    from intake_ledger l ${entryJoins(sql)}
    where l.outcome = ${outcome}
      and (${dismissed}::boolean is null or (l.dismissed_at is not null) = ${dismissed}::boolean)
      and (
        ${micros}::bigint is null
        or (l.recorded_at, l.id)
          < (timestamptz 'epoch' + ${micros}::bigint * interval '1 microsecond', ${before?.id ?? null}::uuid)
      )
    order by l.recorded_at desc, l.id desc
    limit ${limit}`;
}

export async function readIntakeEntry(sql: Sql, id: string): Promise<IntakeEntry | null> {
  const [row] = await sql<IntakeEntry[]>`
    select ${entryColumns(sql)} from intake_ledger l ${entryJoins(sql)} where l.id = ${id}`;
  return row ?? null;
}

/** The original of an entry, or null where none is kept. */
export async function readIntakeSource(sql: Sql, id: string): Promise<Uint8Array | null> {
  const [row] = await sql<{ source: Uint8Array }[]>`
    select r.source from intake_ledger l join raw_messages r on r.id = l.raw_id where l.id = ${id}`;
  return row?.source ?? null;
}

/** True where this call took a dismissal back: the entry waits for a person again. */
export async function takeBackDismissal(sql: Sql, id: string): Promise<boolean> {
  const result = await sql`
    update intake_ledger set dismissed_at = null, dismissed_by = null, dismissed_reason = ''
    where id = ${id} and outcome = 'parked' and dismissed_at is not null`;
  return result.count === 1;
}

/** True where a parked entry was dismissed by this call: whoever comes second changes nothing. */
export async function dismissIntakeEntry(
  sql: Sql,
  entry: { id: string; by: string; reason: string },
): Promise<boolean> {
  const { count } = await sql`
    update intake_ledger set dismissed_at = now(), dismissed_by = ${entry.by}, dismissed_reason = ${entry.reason}
    where id = ${entry.id} and outcome = 'parked' and dismissed_at is null`;
  return count === 1;
}

function entryColumns(sql: Sql) {
  return sql`
    l.id, l.channel, l.account, l.external_id as "externalId", l.outcome, l.reason, l.ticket_id as "ticketId",
    t.number as "ticketNumber", l.email_message_id as "emailMessageId", l.recorded_at as "recordedAt",
    (extract(epoch from l.recorded_at) * 1000000)::bigint::text as "recordedMicros",
    r.size_bytes as "sizeBytes", r.complete, l.dismissed_at as "dismissedAt", u.email as "dismissedBy",
    l.dismissed_reason as "dismissedReason"`;
}

function entryJoins(sql: Sql) {
  return sql`
    left join tickets t on t.id = l.ticket_id
    left join raw_messages r on r.id = l.raw_id
    left join users u on u.id = l.dismissed_by`;
}
