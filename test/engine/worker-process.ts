/**
 * A process to be killed: runs the engine on the database of its first argument, so many calls at once as its second
 * says, and says "ready". Each step writes down its execution and commits an effect that is idempotent by its key.
 */
import { Inngest } from "inngest";
import { connectDatabase } from "../../src/db/client.ts";
import { embeddedClientOptions } from "../../src/workflows/engine/client-options.ts";
import { createEmbeddedEngine } from "../../src/workflows/engine/engine.ts";

const sql = connectDatabase(process.argv[2] ?? "", { max: 6 });
const concurrency = Number(process.argv[3] ?? 6);
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const engine = createEmbeddedEngine({ sql, log, leaseMs: 2500, concurrency, retryDelayMs: () => 50 });
const client = new Inngest({ id: "test", ...embeddedClientOptions(engine, log) });

const work = async (eventId: string, n: number, step: string) => {
  const [row] = await sql<{ place: string }[]>`
    insert into executions (n, step, began_at, was_stored)
    select ${n}, ${step}, clock_timestamp(), exists (
      select from engine_runs r join engine_steps s on s.run_id = r.id and s.name = ${step} where r.event_id = ${eventId})
    returning ctid::text as place`;
  await sql`insert into effects (n, step) values (${n}, ${step}) on conflict do nothing`;
  await sql`update executions set ended_at = clock_timestamp() where ctid = ${row?.place ?? ""}::tid`;
  return `${n}${step}`;
};

const chain = client.createFunction(
  { id: "chain", triggers: [{ event: "chain/go" }] },
  async ({ event, step }) => {
    const n = Number(event.data.n);
    const run = (name: string) => step.run(name, () => work(String(event.id), n, name));
    const first = await run("a");
    // Every fourth run has two steps side by side: these are calls of their own, and not checkpointed.
    const middle = n % 4 === 0 ? await Promise.all([run("b"), run("c")]) : [await run("b"), await run("c")];
    const last = await run("d");
    return [first, ...middle, last].join(" ");
  },
);

await engine.start([chain], { client });
process.stdout.write("ready\n");
