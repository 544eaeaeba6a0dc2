/**
 * One of several processes that assign at once: says "ready", and on a line of ticket ids asks for all of them in the
 * same instant, as the workflows of a burst do. Answers with one line of JSON.
 */
import { createInterface } from "node:readline";
import { connectDatabase } from "../../src/db/client.ts";
import { assignTicket } from "../../src/desk/assign-ticket.ts";

const sql = connectDatabase(process.argv[2] ?? "", { max: 10 });
await sql`select 1`;
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const tickets: string[] = JSON.parse(line);
  const startedAt = performance.now();
  const outcomes = await Promise.all(tickets.map((ticketId) => assignTicket(sql, ticketId)));
  const states: Record<string, number> = {};
  for (const { state } of outcomes) states[state] = (states[state] ?? 0) + 1;
  const { user, system } = process.cpuUsage();
  const report = { ...states, ms: Math.round(performance.now() - startedAt), cpuMs: (user + system) / 1000 };
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
await sql.end();
