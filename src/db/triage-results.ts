/** Each try of each classifier, and what the desk lets them choose from. */
import type { Desk, TriageAttempt, TriageExample, TriageSource } from "../core/triage.ts";
import { jsonb, type Sql, storableText } from "./client.ts";

/** Stores a try; false where this run has stored one already. */
export async function insertTriageAttempt(
  sql: Sql,
  ticketId: string,
  runId: string,
  attempt: TriageAttempt,
): Promise<boolean> {
  const result = await sql`
    insert into triage_results (ticket_id, run_id, source, model, prompt_version, result, latency_ms, tokens_in, tokens_out)
    values (
      ${ticketId}, ${runId}, ${attempt.source}, ${attempt.model}, ${attempt.promptVersion},
      ${jsonb(sql, attempt.triage)}, ${Math.round(attempt.latencyMs)}, ${attempt.tokensIn}, ${attempt.tokensOut}
    )
    on conflict on constraint triage_results_run_key do nothing`;
  return result.count === 1;
}

export async function insertTriageFailure(
  sql: Sql,
  failure: {
    ticketId: string;
    runId: string;
    source: TriageSource;
    model: string;
    error: string;
    latencyMs: number;
  },
): Promise<void> {
  await sql`
    insert into triage_results (ticket_id, run_id, source, model, prompt_version, error, latency_ms)
    values (
      ${failure.ticketId}, ${failure.runId}, ${failure.source}, ${failure.model}, '',
      ${storableText(failure.error).slice(0, 1000)}, ${Math.round(failure.latencyMs)}
    )
    on conflict on constraint triage_results_run_key do nothing`;
}

const EXAMPLES_MAX = 200;

/** The desk's categories and skills, and the newest corrected tickets as examples. */
export async function readDesk(sql: Sql): Promise<Desk> {
  const categories = await sql<{ name: string; description: string }[]>`
    select name, description from categories where active order by position, name`;
  const skills = await sql<{ name: string; aliases: string[] }[]>`
    select s.name, array(select a.normalised from skill_aliases a where a.skill_id = s.id order by 1) as aliases
    from skills s where s.status = 'active' order by s.name`;
  const examples = await sql<TriageExample[]>`
    select left(t.title || E'\n' || t.description, 2000) as text,
      case when t.category in (select name from categories where active) then t.category end as category, t.priority
    from tickets t
    where t.person_changed <> '{}'
    order by t.updated_at desc limit ${EXAMPLES_MAX}`;
  return { categories: [...categories], skills: [...skills], examples: [...examples] };
}
