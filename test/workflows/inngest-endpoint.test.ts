/** `/api/inngest` with the real SDK in production mode: only what Inngest signed gets in. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readInngest } from "../../src/config/inngest.ts";
import { SettingsReader } from "../../src/config/settings-reader.ts";
import { startWorkflows, type WorkflowRunner } from "../../src/runtime/workflow-runner.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { deskDeps } from "../helpers/inngest-desk.ts";
import { type InngestEvents, startInngestEvents } from "../helpers/inngest-events.ts";
import { startTestWorkflows } from "../helpers/workflows.ts";

const KEY = "signkey-prod-0123456789abcdef0123456789abcdef";
const OLD_KEY = "signkey-prod-fedcba9876543210fedcba9876543210";

let database: TestDatabase;
let inngest: InngestEvents;
let runner: WorkflowRunner;

beforeAll(async () => {
  database = await createTestDatabase();
  inngest = await startInngestEvents();
  const reader = new SettingsReader({
    INNGEST_EVENT_KEY: "test",
    INNGEST_SIGNING_KEY: KEY,
    INNGEST_SIGNING_KEY_FALLBACK: OLD_KEY,
    INNGEST_BASE_URL: inngest.url,
  });
  runner = await startWorkflows(readInngest(reader), deskDeps(database.sql), { soleProcess: false });
});
afterAll(async () => {
  await runner?.stop();
  await inngest?.close();
  await database?.drop();
});

/** JSON with its keys in order, as RFC 8785 has it, for a body without odd numbers. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}

/** As Inngest signs: HMAC-SHA256 over the canonical body and the time, with the key without its prefix. SDK specification, 4.1. */
function sign(json: string, key: string, atSeconds: number): string {
  const body = canonical(JSON.parse(json));
  const secret = Buffer.from(key.replace(/^signkey-\w+-/, ""), "utf8");
  return `t=${atSeconds}&s=${createHmac("sha256", secret).update(body).update(String(atSeconds)).digest("hex")}`;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

const BODY = JSON.stringify({
  version: 1,
  event: { name: "user/signup", data: { userId: "404" }, id: "e1", ts: 1 },
  events: [{ name: "user/signup", data: { userId: "404" }, id: "e1", ts: 1 }],
  steps: {},
  ctx: {
    run_id: "01JZZZZZZZZZZZZZZZZZZZZZZZ",
    attempt: 0,
    disable_immediate_execution: false,
    use_api: false,
    stack: { stack: [], current: 0 },
  },
});

async function call(signature: string | null, body = BODY): Promise<number> {
  const request = new Request("https://desk.example/api/inngest?fnId=deskhand-on-user-signup&stepId=step", {
    method: "POST",
    body,
    headers: {
      "content-type": "application/json",
      host: "desk.example",
      ...(signature === null ? {} : { "x-inngest-signature": signature }),
    },
  });
  return (await runner.inngestEndpoint?.(request))?.status ?? 0;
}

it("a call that Inngest signed is run, with either key while they are rotated", async () => {
  for (const key of [KEY, OLD_KEY]) {
    const status = await call(sign(BODY, key, nowSeconds()));
    expect([200, 206, 400, 500]).toContain(status);
    expect(status).not.toBe(401);
  }
});

it.each([
  ["without a signature", () => null],
  ["with an empty one", () => ""],
  ["with nonsense", () => "t=now&s=abc"],
  [
    "signed with another key",
    () => sign(BODY, "signkey-prod-00000000000000000000000000000000", nowSeconds()),
  ],
  ["signed for another body", () => sign(BODY.replace("404", "405"), KEY, nowSeconds())],
  ["signed an hour ago", () => sign(BODY, KEY, nowSeconds() - 3600)],
  ["signed at the beginning of time", () => sign(BODY, KEY, 0)],
])("a call %s is 401, and runs nothing", async (_name, signature) => {
  expect(await call(signature())).toBe(401);
});

it("a changed body under a good signature is 401", async () => {
  const signature = sign(BODY, KEY, nowSeconds());
  expect(await call(signature, BODY.replace("404", "405"))).toBe(401);
});

it("a sync in band that nobody signed is refused, and tells nothing of the functions", async () => {
  const response = await runner.inngestEndpoint?.(
    new Request("https://desk.example/api/inngest", {
      method: "PUT",
      body: JSON.stringify({ url: "https://desk.example/api/inngest" }),
      headers: { "x-inngest-sync-kind": "in_band", "content-type": "application/json" },
    }),
  );
  const text = (await response?.text()) ?? "";
  expect(text).not.toContain("triage-ticket");
});

it("on the embedded engine there is no endpoint", async () => {
  const embedded = await startTestWorkflows(database.sql);
  expect(embedded.inngestEndpoint).toBeNull();
  await embedded.stop();
});
