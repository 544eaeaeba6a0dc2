import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = `
  import { createParsePool } from POOL;
  const pool = createParsePool();
  const raw = new TextEncoder().encode("From: a@b.example\\nSubject: threads\\n\\nwords\\n");
  const parsed = await pool.parse(raw, { account: "a", externalId: "1:1", receivedAt: new Date(0) });
  console.log(parsed.channel, parsed.subject);
`;

let dir = "";
beforeAll(async () => {
  // Inside the project, so that packages are found as they are from dist/node.
  await mkdir(join(root, "dist"), { recursive: true });
  dir = await mkdtemp(join(root, "dist", "parse-pool-"));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Ends by itself only if an idle pool does not keep the process alive. */
async function runProgram(pool: string, nodeArguments: string[]): Promise<string> {
  const file = join(dir, "program.mjs");
  await writeFile(file, PROGRAM.replace("POOL", JSON.stringify(pool)));
  const { stdout } = await run(process.execPath, [...nodeArguments, file], { cwd: root, timeout: 60_000 });
  return stdout.trim();
}

it("starts its threads from the compiled build", async () => {
  const tsc = join(root, "node_modules", ".bin", "tsc");
  await run(tsc, ["-p", "tsconfig.build.json", "--noCheck", "--outDir", dir], { cwd: root });
  expect(await runProgram(join(dir, "channels/email/parse/parse-pool.js"), [])).toBe("email threads");
}, 90_000);

it("starts its threads from source, by the loader that the command line registers", async () => {
  const source = join(root, "src/channels/email/parse/parse-pool.ts");
  expect(await runProgram(source, ["--import", "tsx"])).toBe("email threads");
}, 90_000);
