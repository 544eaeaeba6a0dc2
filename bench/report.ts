import { cpus, totalmem } from "node:os";
import type { BenchOutcome } from "./harness.ts";

export interface BenchReport extends BenchOutcome {
  name: string;
  rounds: number;
  machine: ReturnType<typeof machine>;
}

/** What the figures were measured on. */
export function machine() {
  const processors = cpus();
  return {
    cores: processors.length,
    model: processors[0]?.model.trim() ?? "unknown",
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}

/** For people: one line for each figure. */
export function formatReport(report: BenchReport): string {
  const lines = [`${report.name}, ${report.rounds} rounds, medians`];
  for (const { what, value, unit } of report.results) lines.push(`  ${what}: ${round(value)} ${unit}`);
  for (const [what, ratio] of Object.entries(report.ratios)) lines.push(`  ${what}: ${round(ratio)}`);
  const { cores, model, memoryGb, node } = report.machine;
  lines.push(`  on ${cores} cores (${model}), ${memoryGb} GB, Node ${node}`);
  return `${lines.join("\n")}\n`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
