/**
 * A process to be killed: runs the engine on the database of its first argument, and says "ready". Each step commits
 * one row of its own, so that what was executed can be compared with what the engine has stored.
 */
import { Inngest } from "inngest";
import { connectDatabase } from "../../src/db/client.ts";
import { embeddedClientOptions } from "../../src/workflows/engine/client-options.ts";
import { createEmbeddedEngine } from "../../src/workflows/engine/engine.ts";

const sql = connectDatabase(process.argv[2] ?? "", { max: 5 });
const silent = () => {};
const log = { debug: silent, info: silent, warn: silent, error: silent };
const engine = createEmbeddedEngine({ sql, log, leaseMs: 900, concurrency: 6, retryDelayMs: () => 50 });
const client = new Inngest({ id: "test", ...embeddedClientOptions(engine, log) });

const work = async (n: number, step: string) => {
  await sql`insert into effects (n, step, began_at) values (${n}, ${step}, clock_timestamp())`;
  await new Promise((resolve) => setTimeout(resolve, 5));
  return `${n}${step}`;
};

const chain = client.createFunction(
  { id: "chain", triggers: [{ event: "chain/go" }] },
  async ({ event, step }) => {
    const n = Number(event.data.n);
    const first = await step.run("a", () => work(n, "a"));
    const both = await Promise.all(["b", "c"].map((name) => step.run(name, () => work(n, name))));
    const last = await step.run("d", () => work(n, "d"));
    return [first, ...both, last].join(" ");
  },
);

await engine.start([chain], { client });
process.stdout.write("ready\n");
