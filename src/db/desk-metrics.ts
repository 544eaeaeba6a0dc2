/** Counts for the metrics page, in one query each, all from indexes or small groups. */
import type { Sql } from "./client.ts";

export interface CountRow {
  label: string;
  count: number;
}

export async function countTicketsByStatus(sql: Sql): Promise<CountRow[]> {
  return sql<
    CountRow[]
  >`select status as label, count(*) as count from tickets group by status order by status`;
}

export async function countLedgerByOutcome(sql: Sql): Promise<CountRow[]> {
  return sql<CountRow[]>`
    select channel || '/' || outcome as label, count(*) as count
    from intake_ledger group by channel, outcome order by 1`;
}

export async function countDeliveriesByState(sql: Sql): Promise<CountRow[]> {
  return sql<
    CountRow[]
  >`select state as label, count(*) as count from deliveries group by state order by state`;
}
