import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Environment } from "../../src/config/settings-reader.ts";
import { loadConfig } from "../../src/config.ts";
import { type Service, startService } from "../../src/main.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { waitUntil } from "../helpers/wait-until.ts";

let db: TestDatabase;
let dataDir: string;
let service: Service | null = null;
beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-service-"));
});
afterEach(async () => {
  await service?.stop();
  service = null;
});
afterAll(async () => {
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

async function start(settings: Environment = {}): Promise<Service> {
  const config = loadConfig({ PORT: "0", DATA_DIR: dataDir, DATABASE_URL: db.url, ...settings });
  service = await startService(config, pino({ level: "silent" }));
  return service;
}

async function call(method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(`${service?.url}${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

describe("the service over HTTP", () => {
  it("takes a mail by the very lines of docs/inbound-email.md", async () => {
    const secret = `whsec_${Buffer.alloc(32, 5).toString("base64")}`;
    await start({ INBOUND_EMAIL_SECRET: secret });
    const document = await readFile(new URL("../../docs/inbound-email.md", import.meta.url), "utf8");
    const script = /```bash\n(.*?)```/s.exec(document)?.[1] ?? "";
    const folder = await mkdtemp(join(dataDir, "inbound-"));
    await writeFile(
      join(folder, "mail.eml"),
      "From: ada@corp.example\r\nSubject: By hand\r\n\r\nGr\u00fc\u00dfe\r\n",
    );
    const env = { PATH: process.env.PATH, INBOUND_EMAIL_SECRET: secret, DESKHAND: service?.url };
    const { stdout } = await promisify(execFile)("bash", ["-euo", "pipefail", "-c", script], {
      cwd: folder,
      env,
    });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: "ticket", alreadyRecorded: false });
  });

  it("takes a ticket from sign-up to triage and acknowledgement through the REST API alone", async () => {
    const { sql } = await start();
    await sql`
      insert into users (email, name, role) values ('noor@desk.example', 'Noor', 'admin') on conflict do nothing`;
    const ada = { email: "ada@corp.example", password: "correct horse" };
    const signup = await call("POST", "/api/auth/signup", { ...ada, name: "Ada" });
    expect(signup).toMatchObject({ status: 201, json: { user: { email: ada.email, role: "user" } } });
    const login = await call("POST", "/api/auth/login", ada);
    expect(login.status).toBe(200);
    const token = login.json.token as string;
    const ticket = { title: "VPN", description: "The VPN client says that my certificate has expired." };
    const created = await call("POST", "/api/tickets", ticket, token);
    expect(created).toMatchObject({
      status: 201,
      json: { ticket: { title: "VPN", createdBy: signup.json.user.id } },
    });
    const path = `/api/tickets/${created.json.ticket.id}`;
    await waitUntil("the ticket is triaged, assigned and acknowledged", async () => {
      const { json } = await call("GET", path, undefined, token);
      const kinds = json.ticket.messages.map(({ kind }: { kind: string }) => kind);
      return (
        json.ticket.category !== null && json.ticket.assignedTo !== null && kinds.includes("acknowledgement")
      );
    });
    const mallory = await call("POST", "/api/auth/signup", {
      email: "mallory@corp.example",
      password: "another one",
    });
    expect((await call("GET", path, undefined, mallory.json.token)).status).toBe(404);
    expect((await call("GET", "/api/auth/users", undefined, token)).status).toBe(403);
    expect((await call("GET", path, undefined, "nonsense")).status).toBe(401);
    const all = [signup, login, created, mallory].map(({ text }) => text).join();
    expect(all).not.toMatch(/hash|scrypt/i);
  });

  it("is alive, ready and measured, and leads from / to the docs", async () => {
    await start();
    expect((await call("GET", "/healthz")).status).toBe(200);
    expect(await call("GET", "/readyz")).toMatchObject({ status: 200, json: { checks: { database: "ok" } } });
    const metrics = await call("GET", "/metrics");
    expect(metrics.text).toMatch(/^deskhand_outbox_waiting \d+$/m);
    expect((await call("GET", "/")).headers.get("location")).toBe("/api/docs");
    expect((await call("GET", "/api/docs/swagger-ui.css")).status).toBe(200);
  });

  it("refuses a second service on the port with a message that names PORT", async () => {
    const { url } = await start();
    const config = loadConfig({ PORT: new URL(url).port, DATA_DIR: dataDir, DATABASE_URL: db.url });
    await expect(startService(config, pino({ level: "silent" }))).rejects.toThrow(/^PORT/);
  });
});

describe("/api/inngest", () => {
  const KEYS = {
    INNGEST_EVENT_KEY: "event-key",
    INNGEST_SIGNING_KEY: "signkey-prod-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    INNGEST_BASE_URL: "http://127.0.0.1:9",
  };

  it("does not exist while the embedded engine runs the workflows", async () => {
    await start();
    const post = await call("POST", "/api/inngest?fnId=deskhand-triage-ticket&stepId=step", {});
    expect([post.status, (await call("PUT", "/api/inngest", {})).status]).toEqual([404, 404]);
  });

  it("refuses what Inngest did not sign", async () => {
    await start(KEYS);
    const path = "/api/inngest?fnId=deskhand-triage-ticket&stepId=step";
    expect((await call("POST", path, { event: {}, events: [], steps: {}, ctx: {} })).status).toBe(401);
    const forged = await fetch(`${service?.url}${path}`, {
      method: "POST",
      headers: { "x-inngest-signature": `t=${Math.floor(Date.now() / 1000)}&s=${"0".repeat(64)}` },
      body: "{}",
    });
    expect(forged.status).toBe(401);
  });

  it("keeps events in the outbox while Inngest is away", async () => {
    const { sql } = await start(KEYS);
    const before = await sql`select 1 from outbox where sent_at is null`;
    const bob = await call("POST", "/api/auth/signup", {
      email: "bob@corp.example",
      password: "long enough",
    });
    await call("POST", "/api/tickets", { title: "Printer", description: "It jams." }, bob.json.token);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const after = await sql`select 1 from outbox where sent_at is null`;
    expect(after.length).toBe(before.length + 2);
  });
});
