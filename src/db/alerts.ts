/** What operators have been told of, one open row for each subject. */
import { type Sql, storableText } from "./client.ts";

export interface AlertRow {
  id: string;
  /** What it is about: only one alert is open for it. */
  subject: string;
  kind: string;
  problem: string;
  fix: string;
  raisedAt: Date;
  /** When it was last found to be so. */
  seenAt: Date;
  /** When operators were last told, and how often they were. */
  toldAt: Date;
  toldCount: number;
  clearedAt: Date | null;
}

export interface AlertFacts {
  subject: string;
  kind: string;
  /** One plain sentence each, without secrets. */
  problem: string;
  fix: string;
}

/** To be told now: the first time, or again after a day. */
export interface AlertToTell {
  id: string;
  toldCount: number;
}

function alertColumns(sql: Sql) {
  return sql`
    id, subject, kind, problem, fix, raised_at as "raisedAt", seen_at as "seenAt", told_at as "toldAt",
    told_count as "toldCount", cleared_at as "clearedAt"`;
}

/** Opens an alert, or notes that the open one still holds. Null where operators know already. */
export async function upsertAlert(sql: Sql, alert: AlertFacts): Promise<AlertToTell | null> {
  const [row] = await sql<(AlertToTell & { isNew: boolean })[]>`
    insert into alerts (subject, kind, problem, fix)
    values (${alert.subject}, ${alert.kind}, ${storableText(alert.problem)}, ${storableText(alert.fix)})
    on conflict (subject) where cleared_at is null
    do update set kind = excluded.kind, problem = excluded.problem, fix = excluded.fix, seen_at = now()
    returning id, told_count as "toldCount", xmax = 0 as "isNew"`;
  return row?.isNew ? { id: row.id, toldCount: row.toldCount } : null;
}

/** Closes the open alert of a subject; its id, or null where none is open. */
export async function closeAlert(sql: Sql, subject: string): Promise<string | null> {
  const [row] = await sql<{ id: string }[]>`
    update alerts set cleared_at = now() where subject = ${subject} and cleared_at is null returning id`;
  return row?.id ?? null;
}

/** Subjects of open alerts that begin with `prefix`. */
export async function listOpenSubjects(sql: Sql, prefix: string): Promise<string[]> {
  const rows = await sql<{ subject: string }[]>`
    select subject from alerts where cleared_at is null and starts_with(subject, ${prefix}) order by subject`;
  return rows.map(({ subject }) => subject);
}

/** Marks open alerts that operators were last told of `hours` ago or longer, as told now. */
export async function takeDueReminders(sql: Sql, hours: number): Promise<AlertToTell[]> {
  return sql<AlertToTell[]>`
    update alerts set told_at = now(), told_count = told_count + 1
    where cleared_at is null and told_at <= now() - make_interval(hours => ${hours})
    returning id, told_count as "toldCount"`;
}

export async function readAlert(sql: Sql, id: string): Promise<AlertRow | null> {
  const [row] = await sql<AlertRow[]>`select ${alertColumns(sql)} from alerts where id = ${id}`;
  return row ?? null;
}

/** Open ones first, then the newest; with `openOnly` nothing else. */
export async function listAlerts(
  sql: Sql,
  options: { openOnly: boolean; limit: number },
): Promise<AlertRow[]> {
  return sql<AlertRow[]>`
    select ${alertColumns(sql)} from alerts
    where not ${options.openOnly}::boolean or cleared_at is null
    order by cleared_at is not null, raised_at desc, id limit ${options.limit}`;
}

export async function countOpenAlerts(sql: Sql): Promise<{ label: string; count: number }[]> {
  return sql<{ label: string; count: number }[]>`
    select kind as label, count(*) as count from alerts where cleared_at is null group by kind order by kind`;
}

/** Mails that were parked within the last `days`: for longer, people have been told often enough. */
export async function countParkedSince(sql: Sql, days: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from intake_ledger
    where outcome = 'parked' and dismissed_at is null and recorded_at > now() - make_interval(days => ${days})`;
  return row?.count ?? 0;
}

/** Who is told: every admin. */
export async function listAdmins(sql: Sql): Promise<{ id: string; email: string; name: string }[]> {
  return sql<{ id: string; email: string; name: string }[]>`
    select id, email, name from users where role = 'admin' and deactivated_at is null order by created_at, id`;
}

/** Runs of the embedded engine that died within the last `days` and were not replayed. */
export async function countDeadRunsSince(sql: Sql, days: number): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*) as count from engine_runs
    where state = 'dead' and ended_at > now() - make_interval(days => ${days})`;
  return row?.count ?? 0;
}
