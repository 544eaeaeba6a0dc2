/** What the desk has sent by itself, and whether the far end only echoes it. */
import type { Sql } from "./client.ts";

export interface AutomaticMailCounts {
  /** Automatic mails to the requester within the last hour, and the last day. */
  hour: number;
  day: number;
}

export async function countAutomaticMail(sql: Sql, requesterId: string): Promise<AutomaticMailCounts> {
  const [row] = await sql<AutomaticMailCounts[]>`
    select
      count(*) filter (where m.created_at > now() - interval '1 hour') as hour,
      count(*) as day
    from messages m join tickets t on t.id = m.ticket_id
    where t.requester_id = ${requesterId} and m.kind in ('acknowledgement', 'notice') and m.channel = 'email'
      and m.created_at > now() - interval '1 day'`;
  return row ?? { hour: 0, day: 0 };
}

/**
 * Has the requester opened another ticket within the day whose first words are the same, numbers aside? Machines that
 * do not mark their answers repeat themselves; people who send a mail twice need one confirmation.
 */
export async function repeatsItself(sql: Sql, ticketId: string, requesterId: string): Promise<boolean> {
  const [row] = await sql<{ repeats: boolean }[]>`
    select exists (
      select 1
      from tickets before join tickets this on this.id = ${ticketId}
      where before.requester_id = ${requesterId} and before.id <> this.id and before.number < this.number
        and before.created_at > now() - interval '1 day'
        and regexp_replace(left(before.description, 2000), '[0-9\\s]+', '', 'g')
          = regexp_replace(left(this.description, 2000), '[0-9\\s]+', '', 'g')
        and regexp_replace(left(before.title, 200), '[0-9\\s]+', '', 'g')
          = regexp_replace(left(this.title, 200), '[0-9\\s]+', '', 'g')
    ) as repeats`;
  return row?.repeats ?? false;
}
