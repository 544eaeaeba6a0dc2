import { type ChildProcess, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSlackStandIn, type SlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const WRANGLER = resolve(ROOT, "node_modules/wrangler/bin/wrangler.js");
const SLACK_SECRET = "0123456789abcdef0123456789abcdef";

let db: TestDatabase;
let slack: SlackStandIn;
let inngest: { url: string; events: { name: string }[]; server: Server };
let worker: ChildProcess;
let url: string;
let output = "";

/** Stands for Inngest's event API: takes events and keeps their names. */
async function startEventApi(): Promise<typeof inngest> {
  const events: { name: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const sent = JSON.parse(body) as { name: string }[];
      events.push(...sent);
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify({ ids: sent.map((_, index) => `id-${index}`), status: 200 }));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The event API has no port.");
  return { url: `http://127.0.0.1:${address.port}`, events, server };
}

async function findFreePort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

beforeAll(async () => {
  db = await createTestDatabase();
  inngest = await startEventApi();
  slack = await createSlackStandIn({
    users: [{ id: "U0EVA", name: "Eva", email: "eva@corp.example" }],
    channels: [
      { id: "C0HELP", name: "help" },
      { id: "C0TRIAGE", name: "triage" },
    ],
    signingSecret: SLACK_SECRET,
    eventsUrl: null,
  });
  const port = await findFreePort();
  url = `http://127.0.0.1:${port}`;
  const settings = {
    DATABASE_URL: db.url,
    JWT_SECRET: "a secret of more than thirty-two bytes",
    INNGEST_EVENT_KEY: "event-key",
    INNGEST_SIGNING_KEY: `signkey-prod-${"0123456789abcdef".repeat(4)}`,
    INNGEST_BASE_URL: inngest.url,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_SIGNING_SECRET: SLACK_SECRET,
    SLACK_SUPPORT_CHANNELS: "C0HELP",
    SLACK_TRIAGE_CHANNEL: "C0TRIAGE",
    SLACK_API_URL: slack.url,
  };
  const vars = Object.entries(settings).flatMap(([key, value]) => ["--var", `${key}:${value}`]);
  const options = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0", ...vars];
  worker = spawn(process.execPath, [WRANGLER, ...options], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [worker.stdout, worker.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const answers = () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitUntil("the Worker answers", answers, 90_000).catch((error) => {
    throw new Error(`${error.message}\n${output}`);
  });
}, 120_000);

afterAll(async () => {
  if (worker.exitCode === null) {
    worker.kill("SIGTERM");
    await once(worker, "exit");
  }
  await slack.stop();
  inngest.server.close();
  await db.drop();
});

async function post(path: string, body: unknown, token?: string) {
  const response = await fetch(`${url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  return { status: response.status, json: (await response.json()) as Record<string, never> };
}

describe("the Worker", () => {
  it("serves the REST API, request after request, and hands the events to Inngest", async () => {
    const account = { email: "ada@corp.example", password: "correct horse" };
    const signup = await post("/api/auth/signup", account);
    expect(signup.status, output).toBe(201);
    const login = await post("/api/auth/login", account);
    const token = String(login.json.token);
    const created = await post("/api/tickets", { title: "VPN", description: "It is down." }, token);
    expect(created.status, output).toBe(201);
    await waitUntil("the events have left", () =>
      inngest.events.some(({ name }) => name === "ticket/created"),
    );
    const list = await fetch(`${url}/api/tickets`, { headers: { authorization: `Bearer ${token}` } });
    expect(await list.json()).toMatchObject({ tickets: [{ title: "VPN" }] });
  });

  it("records a signed Slack message, and refuses a forged one", async () => {
    const event = {
      type: "event_callback",
      team_id: "T0STANDIN",
      event: {
        type: "message",
        channel: "C0HELP",
        channel_type: "channel",
        user: "U0EVA",
        text: "My dock died.",
        ts: "1700000000.000100",
      },
    };
    const body = JSON.stringify(event);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const sign = (secret: string): string =>
      `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
    const send = (signature: string) =>
      fetch(`${url}/api/slack/events`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-slack-request-timestamp": timestamp,
          "x-slack-signature": signature,
        },
        body,
      });
    expect((await send(sign("another secret"))).status).toBe(401);
    expect((await send(sign(SLACK_SECRET))).status, output).toBe(200);
    const tickets = await db.sql`select title from tickets where channel = 'slack'`;
    expect(tickets).toMatchObject([{ title: "My dock died." }]);
  });

  it("refuses a call of Inngest's endpoint that is not signed", async () => {
    const call = await post("/api/inngest?fnId=deskhand-triage-ticket&stepId=step", {});
    expect(call.status).toBe(401);
  });

  it("serves the API's documentation from its own files", async () => {
    expect((await fetch(`${url}/api/docs`)).status).toBe(200);
    const bundle = await fetch(`${url}/api/docs/swagger-ui-bundle.js`);
    expect(bundle.status).toBe(200);
    expect(bundle.headers.get("content-type")).toContain("javascript");
  });
});
