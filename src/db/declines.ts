/** "Not mine": who handed a ticket back, and which skills an admin should look at. */
import type { DeclineReason } from "../core/slack-actions.ts";
import { type Sql, storableText } from "./client.ts";

export async function insertDecline(
  sql: Sql,
  decline: { ticketId: string; userId: string; reason: DeclineReason; note: string },
): Promise<void> {
  await sql`
    insert into ticket_declines (ticket_id, user_id, reason, note)
    values (${decline.ticketId}, ${decline.userId}, ${decline.reason}, ${storableText(decline.note)})
    on conflict (ticket_id, user_id) do update set reason = excluded.reason, note = excluded.note, created_at = now()`;
}

/** Ids of those who handed the ticket back: it is not given to them again. */
export async function listDecliners(sql: Sql, ticketId: string): Promise<string[]> {
  const rows = await sql<{ userId: string }[]>`
    select user_id as "userId" from ticket_declines where ticket_id = ${ticketId}`;
  return rows.map(({ userId }) => userId);
}

/** Somebody who is given a ticket by hand after all has it. */
export async function deleteDecline(sql: Sql, ticketId: string, userId: string): Promise<void> {
  await sql`delete from ticket_declines where ticket_id = ${ticketId} and user_id = ${userId}`;
}

/** Skills of the user, by their normalised names. */
export async function listUserSkills(
  sql: Sql,
  userId: string,
): Promise<{ skillId: string; name: string; normalised: string }[]> {
  const rows = await sql<{ skillId: string; name: string; normalised: string }[]>`
    select s.id as "skillId", s.name, s.normalised
    from user_skills us join skills s on s.id = us.skill_id where us.user_id = ${userId} order by s.name`;
  return [...rows];
}

/** The proposal's id, or null where the same one is open already. */
export async function insertSkillProposal(
  sql: Sql,
  proposal: { userId: string; skillId: string; ticketId: string; note: string },
): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    insert into skill_proposals (user_id, skill_id, ticket_id, note)
    values (${proposal.userId}, ${proposal.skillId}, ${proposal.ticketId}, ${storableText(proposal.note)})
    on conflict (user_id, skill_id) where state = 'open' do nothing
    returning id`;
  return row?.id ?? null;
}

export interface SkillProposalRow {
  id: string;
  state: "open" | "accepted" | "ignored";
  userId: string;
  personName: string;
  skillId: string;
  skill: string;
  ticketId: string;
  ticketNumber: number;
  ticketTitle: string;
  note: string;
  decidedByName: string | null;
}

export async function readSkillProposal(sql: Sql, proposalId: string): Promise<SkillProposalRow | null> {
  const [row] = await sql<SkillProposalRow[]>`
    select p.id, p.state, p.user_id as "userId", coalesce(nullif(u.name, ''), u.email) as "personName",
      p.skill_id as "skillId", s.name as skill, p.ticket_id as "ticketId", t.number as "ticketNumber",
      t.title as "ticketTitle", p.note, coalesce(nullif(d.name, ''), d.email) as "decidedByName"
    from skill_proposals p
    join users u on u.id = p.user_id
    join skills s on s.id = p.skill_id
    join tickets t on t.id = p.ticket_id
    left join users d on d.id = p.decided_by
    where p.id = ${proposalId}`;
  return row ?? null;
}

/** False where it was decided before. */
export async function decideProposalRow(
  sql: Sql,
  proposalId: string,
  decision: { state: "accepted" | "ignored"; userId: string },
): Promise<boolean> {
  const result = await sql`
    update skill_proposals set state = ${decision.state}, decided_by = ${decision.userId}, decided_at = now()
    where id = ${proposalId} and state = 'open'`;
  return result.count === 1;
}

export async function removeUserSkill(sql: Sql, userId: string, skillId: string): Promise<void> {
  await sql`delete from user_skills where user_id = ${userId} and skill_id = ${skillId}`;
}

/** The Slack id of the admin to ask: one who is here before one who is away, never the person themselves. */
export async function findAdminToAsk(sql: Sql, exceptUserId: string): Promise<string | null> {
  const [row] = await sql<{ slackUserId: string }[]>`
    select slack_user_id as "slackUserId" from users
    where role = 'admin' and deactivated_at is null and slack_user_id is not null and id <> ${exceptUserId}
    order by away, created_at, id limit 1`;
  return row?.slackUserId ?? null;
}
