/** Everything that the moderators' card of a ticket shows, as it stands now. */
import { significantWords } from "../core/significant-words.ts";
import type { RankSimilar, TicketCardView } from "../core/slack-views.ts";
import type { Sql } from "./client.ts";
import { findSimilarSolved } from "./similar-tickets.ts";
import { readTicketCard } from "./slack-cards.ts";

const LATEST_LENGTH_MAX = 1_000;
const SIMILAR_MAX = 3;

interface Extras {
  setByPerson: string[];
  latestAuthor: string | null;
  latestText: string | null;
  latestAt: Date | null;
  forged: boolean;
  newcomer: boolean;
  bouncing: boolean;
  troubleState: string | null;
  troubleError: string | null;
  pendingId: string | null;
  pendingAuthor: string | null;
  pendingAt: Date | null;
  pendingHold: string | null;
  categories: string[];
}

/** `appUrl` without a slash at the end; null where the ticket has no page. Null where there is no such ticket. */
export async function readCardView(
  sql: Sql,
  ticketId: string,
  appUrl: string | null,
  rankSimilar?: RankSimilar,
): Promise<TicketCardView | null> {
  const card = await readTicketCard(sql, ticketId);
  const [extras] = card === null ? [] : await readExtras(sql, ticketId);
  if (card === null || extras === undefined) return null;
  const words = significantWords(card.title, card.summary);
  return {
    ...card,
    setByPerson: extras.setByPerson,
    latest:
      extras.latestText === null || extras.latestAt === null
        ? null
        : { authorName: extras.latestAuthor ?? "", text: extras.latestText, at: extras.latestAt },
    alarms: describeAlarms(extras),
    similar: await findSimilarSolved(sql, ticketId, words, SIMILAR_MAX, rankSimilar),
    pendingReply:
      extras.pendingId === null || extras.pendingAt === null
        ? null
        : {
            deliveryId: extras.pendingId,
            authorName: extras.pendingAuthor ?? "",
            leavesAt: extras.pendingAt,
            hold: extras.pendingHold,
          },
    categories: extras.categories,
    url: appUrl,
  };
}

function describeAlarms(extras: Extras): string[] {
  const alarms: string[] = [];
  if (extras.forged) {
    alarms.push("The sender could not be verified (DMARC failed): make sure who it is before you answer.");
  }
  if (extras.newcomer) {
    alarms.push("Somebody wrote on it who took no part before: make sure who it is before you answer.");
  }
  if (extras.bouncing) alarms.push("Mail to the requester's address bounced for good.");
  const error = extras.troubleError === null || extras.troubleError === "" ? "" : ` ${extras.troubleError}`;
  if (extras.troubleState === "bounced") alarms.push(`The last answer came back.${error}`);
  if (extras.troubleState === "failed") alarms.push(`The last answer could not be delivered.${error}`);
  return alarms;
}

function readExtras(sql: Sql, ticketId: string): Promise<Extras[]> {
  return sql<Extras[]>`
    select t.person_changed as "setByPerson",
      latest.author as "latestAuthor", latest.text as "latestText", latest.at as "latestAt",
      exists (select 1 from messages m where m.ticket_id = t.id and m.direction = 'inbound' and m.visibility = 'public'
        and m.authentication ->> 'dmarc' = 'fail') as forged,
      exists (select 1 from messages m where m.ticket_id = t.id and m.newcomer) as newcomer,
      r.mail_state = 'bouncing' as bouncing,
      trouble.state as "troubleState", trouble.error as "troubleError",
      pending.id as "pendingId", pending.author as "pendingAuthor", pending.at as "pendingAt", pending.hold as "pendingHold",
      array(select name from categories where active order by position, name) as categories
    from tickets t
    join requesters r on r.id = t.requester_id
    left join lateral (
      select m.author_name as author, m.created_at as at,
        left(coalesce(nullif(m.text_trimmed, ''), m.text), ${LATEST_LENGTH_MAX}) as text
      from messages m
      where m.ticket_id = t.id and m.direction = 'inbound' and m.visibility = 'public' and m.kind = 'message'
        and m.deleted_at is null
      order by m.created_at desc, m.id desc limit 1
    ) latest on true
    left join lateral (
      select d.state, left(d.last_error, 300) as error
      from deliveries d join messages m on m.id = d.message_id
      where d.ticket_id = t.id and d.state <> 'cancelled' and m.kind in ('reply', 'notice')
      order by d.created_at desc, d.id desc limit 1
    ) trouble on true
    left join lateral (
      select d.id, m.author_name as author, d.not_before as at, case when d.held_at is not null then d.last_error end as hold
      from deliveries d join messages m on m.id = d.message_id
      where d.ticket_id = t.id and d.state = 'queued' and m.kind = 'reply' 
        and (d.not_before > d.created_at or d.held_at is not null)
      order by d.created_at desc, d.id desc limit 1
    ) pending on true
    where t.id = ${ticketId}`;
}
