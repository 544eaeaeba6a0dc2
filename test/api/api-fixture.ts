/** The real application on a database of its own, called as a client would. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { expect } from "vitest";
import { createApp } from "../../src/api/app.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { createAdmin } from "../../src/desk/create-admin.ts";
import { createMailTokens } from "../../src/desk/mail-tokens.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { createPasswordHasher } from "../../src/passwords.ts";
import { createTestDatabase } from "../helpers/database.ts";

export const TOKENS = {
  secret: "a secret of the tests, 32 bytes or more",
  previousSecrets: [],
  issuer: "http://desk.test",
  audience: "deskhand",
  expiresInSeconds: 3600,
};

export const DESK = {
  ownAddresses: ["support@desk.test"],
  messageIdDomain: "desk.test",
  mailTokens: createMailTokens(["a secret of the tests, long enough to be one"]),
  plusAddress: null,
  bounceAddress: null,
  followUpAfterDays: 0,
  automaticMailPerHour: 10,
  internalHosts: [],
  undoSeconds: 10,
  channelsOff: [],
  slackTriageChannel: null,
};

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  // Whatever the server said: each test states what it expects of it.
  // biome-ignore lint/suspicious/noExplicitAny: JSON of unknown shape is what is under test
  json: any;
}

export interface CallOptions {
  token?: string | undefined;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  raw?: string;
  headers?: Record<string, string>;
  client?: string;
}

export type LogLine = { level: "info" | "error"; message: string } & Record<string, unknown>;

export async function createApi(overrides: Partial<ApiDeps> = {}) {
  const db = await createTestDatabase();
  const clock = { now: new Date() };
  const log: LogLine[] = [];
  const deps = { ...createDeps(db.sql, clock, log), ...overrides };
  const app = createApp(deps);
  const call = async (method: string, path: string, options: CallOptions = {}): Promise<Answer> => {
    const response = await app.request(path, toRequestInit(method, options));
    return readAnswer(response);
  };
  return { ...db, deps, app, clock, log, call, ...createPeople(db.sql, deps, call) };
}

function createDeps(sql: SqlPool, clock: { now: Date }, log: LogLine[]): ApiDeps {
  return {
    sql,
    tokens: TOKENS,
    passwords: createPasswordHasher({ logN: 4, r: 8, p: 1 }),
    desk: DESK,
    recordInbound: (pool, ticket) => recordInbound(pool, DESK, ticket),
    readiness: async () => ({ ok: true, checks: { database: "ok" } }),
    metrics: async () => "deskhand_tickets_total 3\n",
    docsAssets: readDocsAsset,
    model: "gemini-test",
    log: {
      info: (fields, message) => log.push({ level: "info", message, ...fields }),
      error: (fields, message) => log.push({ level: "error", message, ...fields }),
    },
    now: () => clock.now,
    clientAddress: (c) => c.req.header("x-test-client") ?? "192.0.2.1",
    appUrl: "http://desk.test",
  };
}

async function readDocsAsset(name: string) {
  const path = createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`);
  const contentType = name.endsWith(".css")
    ? "text/css"
    : name.endsWith(".png")
      ? "image/png"
      : "text/javascript";
  return { body: new Uint8Array(await readFile(path)), contentType };
}

function toRequestInit(method: string, options: CallOptions): RequestInit {
  const headers: Record<string, string> = {
    "x-test-client": options.client ?? "192.0.2.1",
    ...options.headers,
  };
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
  if (options.body !== undefined) headers["content-type"] ??= "application/json";
  const body = options.raw ?? (options.body === undefined ? null : JSON.stringify(options.body));
  return { method, headers, body };
}

/** No answer of any test may show a hash. */
async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.clone().text();
  if (!response.headers.get("content-type")?.includes("javascript")) {
    expect(text).not.toMatch(/scrypt|password_?hash/i);
  }
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

type Call = (method: string, path: string, options?: CallOptions) => Promise<Answer>;

function createPeople(sql: SqlPool, deps: ApiDeps, call: Call) {
  let count = 0;
  const password = "correct horse battery";
  const signUp = async (more: Record<string, unknown> = {}) => {
    count++;
    const body = { email: `person${count}@example.com`, password, ...more };
    const { status, json } = await call("POST", "/api/auth/signup", { body, client: `198.51.100.${count}` });
    expect(status).toBe(201);
    return {
      id: json.user.id as string,
      email: json.user.email as string,
      token: json.token as string,
      password,
    };
  };
  /** Somebody whose role an operator has set. */
  const signUpAs = async (role: "moderator" | "admin", more: Record<string, unknown> = {}) => {
    const person = await signUp(more);
    if (role === "admin") await createAdmin(sql, deps.passwords, { email: person.email, password: null });
    else await sql`update users set role = ${role} where id = ${person.id}`;
    return person;
  };
  return { signUp, signUpAs };
}

export type Api = Awaited<ReturnType<typeof createApi>>;
