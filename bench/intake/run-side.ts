/** Runs one side on a fresh database, and looks afterwards whether every mail has its one outcome. */
import { connectDatabase } from "../../src/db/client.ts";
import { countOutcomes } from "../../src/db/ledger.ts";
import type { BenchDatabases } from "../database.ts";
import { startProgram } from "../program.ts";
import { createLimitTable } from "./read-mailbox.ts";
import type { Side, SideAnswer, SideRequest } from "./side-process.ts";

let databases = 0;

export async function runSide(
  server: BenchDatabases,
  side: Side,
  request: Omit<SideRequest, "side" | "databaseUrl">,
): Promise<SideAnswer & { outcomes: Record<string, number> }> {
  databases++;
  const name = `bench_${side}_${databases}`;
  const databaseUrl = await server.create(name, side === "desk" ? "migrated" : "empty");
  if (side === "limit") await createLimitTable(databaseUrl);
  const program = startProgram<SideRequest, SideAnswer>(new URL("./side-process.ts", import.meta.url));
  program.send({ side, databaseUrl, ...request });
  const answer = await program.next();
  await program.ended;
  const outcomes = side === "desk" ? await proveNothingIsMissing(databaseUrl, request) : {};
  await server.drop(name);
  return { ...answer, outcomes };
}

/** Speed that loses mails is worth nothing: throws unless the ledger has one settled row for each of them. */
async function proveNothingIsMissing(
  databaseUrl: string,
  { warmUp, count }: Pick<SideRequest, "warmUp" | "count">,
): Promise<Record<string, number>> {
  const sql = connectDatabase(databaseUrl, { max: 2 });
  try {
    const outcomes = await countOutcomes(sql, null);
    const expected = count + (warmUp?.count ?? 0);
    const recorded = Object.values(outcomes).reduce((sum, one) => sum + one, 0);
    if (recorded !== expected) throw new Error(`The ledger has ${recorded} rows for ${expected} mails.`);
    if (outcomes.parked > 0) throw new Error(`${outcomes.parked} mails were parked; none should be.`);
    const [row] = await sql<{ tickets: number; events: number }[]>`
      select (select count(*) from tickets) as tickets, (select count(*) from outbox) as events`;
    if (row?.tickets !== outcomes.ticket) throw new Error("Ledger and tickets do not agree.");
    if ((row?.events ?? 0) < outcomes.ticket + outcomes.reply) throw new Error("Outbox events are missing.");
    return outcomes;
  } finally {
    await sql.end();
  }
}
