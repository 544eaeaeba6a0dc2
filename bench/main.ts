/** `npm run bench -- NAME [--json]`: measures one thing beside its limit or baseline, interleaved, in the same run. */
import { Command } from "commander";
import type { Benchmark } from "./harness.ts";
import { formatReport, machine } from "./report.ts";

const benchmarks: Record<string, () => Promise<{ benchmark: Benchmark }>> = {
  engine: () => import("./engine.ts"),
  idle: () => import("./idle.ts"),
  intake: () => import("./intake.ts"),
  memory: () => import("./memory.ts"),
};

const program = new Command("bench")
  .description("Measures a part of Deskhand beside its limit, in the same run. Needs no network.")
  .argument("<name>", `one of: ${Object.keys(benchmarks).join(", ")}`)
  .option("--json", "print one JSON document on standard output")
  .option("--rounds <number>", "how often each side is measured (at least 3)", parseRounds, 3)
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .parse();

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 3 || rounds > 100) {
    program.error("error: --rounds takes a whole number from 3 to 100.");
  }
  return rounds;
}

const [name = ""] = program.args;
const { json = false, rounds } = program.opts<{ json?: boolean; rounds: number }>();
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (load === undefined) {
  program.error(`error: there is no benchmark "${name}". Use one of: ${Object.keys(benchmarks).join(", ")}.`);
} else {
  const { benchmark } = await load();
  const outcome = await benchmark({ rounds, tell: (line) => process.stderr.write(`${line}\n`) });
  const report = { name, rounds, ...outcome, machine: machine() };
  process.stdout.write(json ? `${JSON.stringify(report)}\n` : formatReport(report));
}
