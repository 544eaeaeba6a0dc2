import { expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";

it.each([
  ["--from", "2026-02-30", "That day does not exist."],
  ["--to", "2026-02-29", "That day does not exist."],
  ["--from", "2026-11-01T25:00:00Z", "That time does not exist."],
  ["--from", "yesterday", "It is no date."],
  ["--from", "2026-11-01T10:00:00", "It is no date."],
  ["--to", "22.11.2026", "It is no date."],
])("report triage %s %s is refused with what to give", async (option, value, problem) => {
  const said: string[] = [];
  const context = { env: {}, print: () => {}, say: (text: string) => void said.push(text) };
  expect(await runCli(["report", "triage", option, value], context)).toBe(2);
  expect(said.join("\n")).toContain(
    `argument '${value}' is invalid. ${problem} Give a day such as 2026-11-01, or a time`,
  );
});
