/** Counts over the whole desk: what came in, what became of it, what went out. */
import type { Sql } from "./client.ts";

export interface DeskFigures {
  tickets: number;
  triaged: number;
  assigned: number;
  /** Tickets whose acknowledgement left us, or, for the API, can be read there. */
  acknowledged: number;
  /** Public answers by moderators and admins that left us. */
  replies: number;
  /** Messages that joined a ticket that was there before. */
  threaded: number;
  duplicates: number;
  autoReplies: number;
  bounces: number;
  parked: number;
  slackCards: number;
  /** `sent` counts what left us, a mail that came back later included. */
  deliveries: { sent: number; failed: number; waiting: number };
}

type FlatFigures = Omit<DeskFigures, "deliveries"> & { sent: number; failed: number; waiting: number };

export async function readDeskFigures(sql: Sql): Promise<DeskFigures> {
  const [row] = await sql<FlatFigures[]>`
    select t.tickets, t.triaged, t.assigned, m.acknowledged, m.replies, l.threaded, l.duplicates, l."autoReplies",
      l.bounces, l.parked, c."slackCards", d.sent, d.failed, d.waiting
    from (
      select count(*) as tickets, count(triaged_at) as triaged, count(assignee_id) as assigned from tickets
    ) t, (
      select
        count(*) filter (where m.kind = 'acknowledgement') as acknowledged,
        count(*) filter (where m.kind = 'reply' and m.author_user_id is not null) as replies
      from messages m left join deliveries d on d.message_id = m.id
      where m.direction = 'outbound' and m.visibility = 'public' and (d.id is null or d.state in ('sent', 'bounced'))
    ) m, (
      select
        count(*) filter (where outcome = 'reply') as threaded,
        count(*) filter (where outcome = 'duplicate') as duplicates,
        count(*) filter (where outcome = 'auto-reply') as "autoReplies",
        count(*) filter (where outcome = 'bounce') as bounces,
        count(*) filter (where outcome = 'parked') as parked
      from intake_ledger
    ) l, (
      select count(*) as "slackCards" from slack_cards where state = 'posted'
    ) c, (
      select
        count(*) filter (where state in ('sent', 'bounced')) as sent,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state in ('queued', 'sending')) as waiting
      from deliveries
    ) d`;
  if (!row) throw new Error("The database did not answer the count.");
  const { sent, failed, waiting, ...counts } = row;
  return { ...counts, deliveries: { sent, failed, waiting } };
}
