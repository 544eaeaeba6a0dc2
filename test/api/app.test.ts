import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "../../src/api/app.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());

const appWith = (more: Partial<ApiDeps>) => createApp({ ...api.deps, ...more });

describe("paths and methods", () => {
  it("answers an unknown path in JSON, with a way on", async () => {
    for (const path of ["/api/nothing", "/nothing", "/api", "/api/auth/signup/x", "/api/docs/nothing.js"]) {
      const { status, json } = await api.call("GET", path);
      expect([path, status, json.error.code]).toEqual([path, 404, "not_found"]);
      expect(json.error.message).toContain("/api/docs");
    }
  });

  it("answers a wrong method with 405 and the right ones", async () => {
    for (const [method, path, allow] of [
      ["GET", "/api/auth/login", "POST"],
      ["DELETE", "/api/auth/signup", "POST"],
      ["POST", "/healthz", "GET, HEAD"],
      ["OPTIONS", "/api/auth/login", "POST"],
    ] as const) {
      const { status, json, headers } = await api.call(method, path);
      expect([path, status, json?.error.code, headers.get("allow")]).toEqual([
        path,
        405,
        "method_not_allowed",
        allow,
      ]);
    }
    const { token } = await api.signUp();
    expect((await api.call("DELETE", "/api/tickets", { token })).status).toBe(405);
  });

  it("leads from / to the API docs", async () => {
    const { status, headers } = await api.call("GET", "/");
    expect([status, headers.get("location")]).toEqual([302, "/api/docs"]);
  });
});

describe("bodies", () => {
  const headers = { "content-type": "application/json" };

  it("are refused above 256 KiB, said or unsaid", async () => {
    const raw = JSON.stringify({ email: "a@example.com", password: "x".repeat(256 * 1024) });
    const said = await api.call("POST", "/api/auth/login", {
      raw,
      headers: { ...headers, "content-length": String(raw.length) },
    });
    expect([said.status, said.json.error.code]).toEqual([413, "too_large"]);
    const stream = new Blob([raw]).stream();
    const init = { method: "POST", body: stream, headers, duplex: "half" };
    expect((await api.app.request("/api/auth/login", init as RequestInit)).status).toBe(413);
  });

  it("do not run the server out of stack", async () => {
    const { status } = await api.call("POST", "/api/auth/login", { raw: `${"[".repeat(100_000)}`, headers });
    expect(status).toBe(400);
  });
});

describe("headers", () => {
  it("keep every answer from being framed, sniffed, cached or read by another origin", async () => {
    const { headers } = await api.call("POST", "/api/auth/login", {
      body: { email: "a@example.com", password: "x" },
      headers: { origin: "https://elsewhere.test" },
    });
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("access-control-allow-origin")).toBeNull();
    expect(headers.get("strict-transport-security")).toBeNull();
    expect(headers.get("x-request-id")).toBeTruthy();
  });

  it("ask for HTTPS only where the service has it", async () => {
    const response = await appWith({ appUrl: "https://desk.test" }).request("/healthz");
    expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000");
  });
});

describe("the request log", () => {
  it("has one line a request: who asked what, and what came of it; no body, query, token or address", async () => {
    const { token, id, email, password } = await api.signUp();
    api.log.length = 0;
    await api.call("GET", "/api/tickets?q=secret-words", { token, headers: { "x-request-id": "req-7" } });
    await api.call("POST", "/api/auth/login", { body: { email, password } });
    await api.call("GET", "/api/nothing/secret-words");
    expect(api.log).toEqual([
      expect.objectContaining({
        level: "info",
        message: "request",
        method: "GET",
        route: "/api/tickets",
        status: 200,
        requestId: "req-7",
        userId: id,
      }),
      expect.objectContaining({ method: "POST", route: "/api/auth/login", status: 200, userId: undefined }),
      expect.objectContaining({ method: "GET", status: 404 }),
    ]);
    expect(api.log[0]?.ms).toEqual(expect.any(Number));
    expect(JSON.stringify(api.log)).not.toMatch(/secret-words|example\.com|correct horse|eyJ/);
  });

  it("takes no request id that would break a line", async () => {
    const { headers } = await api.call("GET", "/healthz", { headers: { "x-request-id": 'a" b' } });
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a failure", () => {
  it("of ours is a 500 that tells the caller nothing and the log everything but data", async () => {
    const log: object[] = [];
    const app = appWith({
      log: { info: () => {}, error: (fields, message) => log.push({ ...fields, message }) },
      recordInbound: async () => {
        throw Object.assign(new TypeError("secret detail"), {
          query: "select secret",
          detail: "Key (email)=(x)",
        });
      },
    });
    const { token } = await api.signUp();
    const response = await app.request("/api/tickets", {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ title: "x", description: "y" }),
    });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({
      error: { code: "internal", message: "Something went wrong on our side." },
    });
    expect(log).toEqual([
      expect.objectContaining({
        message: "request failed",
        requestId: response.headers.get("x-request-id"),
        err: expect.objectContaining({ name: "TypeError", message: "secret detail" }),
      }),
    ]);
    expect(JSON.stringify(log)).not.toMatch(/select secret|Key \(email\)/);
  });

  it("to reach the database is a 503 that asks to come back", async () => {
    const away = connectDatabase("postgres://nobody@127.0.0.1:1/none", { connectTimeoutSeconds: 1 });
    const app = appWith({ sql: away });
    const response = await app.request("/api/auth/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "a@example.com", password: "x" }),
    });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("5");
    expect(await response.text()).not.toMatch(/127\.0\.0\.1|ECONN/);
    await away.end();
  });
});

describe("a database for each request", () => {
  it("is asked for once a request, with its context", async () => {
    let asked = 0;
    const app = appWith({
      sql: (c) => {
        asked++;
        expect(c.req.path).toBe("/api/auth/login");
        return api.sql;
      },
    });
    const response = await app.request("/api/auth/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "a@example.com", password: "x" }),
    });
    expect([response.status, asked]).toEqual([401, 1]);
  });
});

describe("the doors of other services", () => {
  it("get the raw request, byte for byte", async () => {
    const seen: string[] = [];
    const door = (name: string) => async (request: Request) => {
      seen.push(`${name} ${request.method} ${await request.text()}`);
      return new Response("taken", { status: 202 });
    };
    const app = appWith({ slackEvents: door("slack"), inngest: door("inngest") });
    const send = (path: string, method: string, body: string | null) => app.request(path, { method, body });
    expect((await send("/api/slack/events", "POST", "payload=%7B%7D ")).status).toBe(202);
    for (const method of ["GET", "PUT", "POST"]) {
      expect((await send("/api/inngest", method, method === "GET" ? null : "{}")).status).toBe(202);
    }
    expect(seen).toEqual(["slack POST payload=%7B%7D ", "inngest GET ", "inngest PUT {}", "inngest POST {}"]);
    expect((await send("/api/slack/events", "GET", null)).status).toBe(405);
    expect((await send("/api/slack/events", "POST", "x".repeat(1024 * 1024 + 1))).status).toBe(413);
    expect((await send("/api/inngest", "POST", "x".repeat(1024 * 1024 + 1))).status).toBe(202);
  });

  it("are not there where they are not configured", async () => {
    for (const path of ["/api/slack/events", "/api/inngest"]) {
      expect([path, (await api.call("POST", path, { body: {} })).status]).toEqual([path, 404]);
    }
  });
});

describe("health", () => {
  it("says that the process lives, without asking anything else", async () => {
    const { status, json } = await api.call("GET", "/healthz");
    expect([status, json]).toEqual([200, { ok: true }]);
    const away = connectDatabase("postgres://nobody@127.0.0.1:1/none");
    const readiness = async () => ({ ok: false, checks: {} });
    expect((await appWith({ sql: away, readiness }).request("/healthz")).status).toBe(200);
  });

  it("says whether it can work, and what is missing", async () => {
    expect((await api.call("GET", "/readyz")).json).toEqual({ ok: true, checks: { database: "ok" } });
    const checks = { database: "cannot be reached" };
    const response = await appWith({ readiness: async () => ({ ok: false, checks }) }).request("/readyz");
    expect([response.status, await response.json()]).toEqual([503, { ok: false, checks }]);
  });

  it("gives its counters to Prometheus", async () => {
    const { status, headers, text } = await api.call("GET", "/metrics");
    expect([status, text]).toEqual([200, "deskhand_tickets_total 3\n"]);
    expect(headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  });
});
