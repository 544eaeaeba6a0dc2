/** What the demo makes once for its data folder: the demo admin's password, and the secret that Slack signs with. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { orNullIfMissing, writeDurably } from "./write-durably.ts";

export interface DemoState {
  adminPassword: string;
  slackSigningSecret: string;
}

const FILE = "demo.json";

/** Reads `<dir>/demo.json` (mode 0600), or makes it. */
export async function openDemoState(dir: string): Promise<DemoState> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const written = await readFile(join(dir, FILE), "utf8").catch(orNullIfMissing);
  if (written !== null) return parseState(written, join(dir, FILE));
  const state = {
    adminPassword: randomBytes(12).toString("base64url"),
    slackSigningSecret: randomBytes(32).toString("hex"),
  };
  await writeDurably(dir, FILE, new TextEncoder().encode(`${JSON.stringify(state, null, 2)}\n`), new Date());
  return state;
}

function parseState(text: string, path: string): DemoState {
  const parsed: unknown = JSON.parse(text);
  const { adminPassword, slackSigningSecret } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof adminPassword !== "string" || typeof slackSigningSecret !== "string") {
    throw new Error(`${path} is not a file of the demo. Remove the data folder to start afresh.`);
  }
  return { adminPassword, slackSigningSecret };
}
