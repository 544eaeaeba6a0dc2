/** Whatever is wrong in a request, the answer names the field and says what to send instead. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ZodError, z } from "zod";
import type { ApiEnv } from "../../src/api/deps.ts";
import { toFieldError } from "../../src/api/errors.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi({
    inboundEmail: { keys: [new Uint8Array(32)], receive: () => Promise.reject(new Error()) },
  });
});
afterAll(() => api.drop());

/** What somebody may send by mistake, of every type, too long and too short. */
const WRONG: unknown[] = [
  ...[
    undefined,
    null,
    true,
    -1,
    1.5,
    1e300,
    Number.NaN,
    "",
    " ",
    "yesterday",
    "2026-02-30",
    "\u0000",
    "x".repeat(200_000),
  ],
  ...[[], ["x"], [""], [1], [null], Array.from({ length: 200 }, (_, i) => `skill ${i}`), {}, { unknown: 1 }],
];
const BARE = /\b(?:Invalid|Too small|Too big|Unrecognized|Expected|received|regex|undefined|NaN)\b/i;
const HELPFUL = /\b(?:must|is required|cannot be set|two of the hours)\b/;

/** Every schema of a request, by the route and the part that it describes. */
function listSchemas(app: OpenAPIHono<ApiEnv>): { where: string; schema: z.ZodType }[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== "route") return [];
    const { method, path, request } = definition.route;
    const bodies = Object.values(request?.body?.content ?? {}).map(
      (content) => ["body", (content as { schema?: unknown } | undefined)?.schema] as const,
    );
    const parts = [
      ["query", request?.query] as const,
      ["params", request?.params] as const,
      ["headers", request?.headers] as const,
    ];
    return [...parts, ...bodies].flatMap(([part, schema]) =>
      typeof schema === "object" && schema !== null && "safeParse" in schema
        ? [{ where: `${method} ${path} ${part}`, schema: schema as z.ZodType }]
        : [],
    );
  });
}

/** The fields of an object, or of each object of a choice. */
function listFields(schema: z.ZodType): [string, z.ZodType][] {
  if ("shape" in schema) return Object.entries(schema.shape as Record<string, z.ZodType>);
  if ("options" in schema && !("enum" in schema)) return (schema.options as z.ZodType[]).flatMap(listFields);
  if ("unwrap" in schema) return listFields((schema.unwrap as () => z.ZodType)());
  return [];
}

function complain(schema: z.ZodType, value: unknown, field: string | null): string | null {
  const whole = field === null ? value : { [field]: value };
  const { error } = schema.safeParse(whole);
  if (error === undefined) return null;
  const own = field === null ? error.issues : error.issues.filter(({ path }) => path[0] === field);
  return own.length === 0 ? null : toFieldError({ issues: own } as unknown as ZodError).message;
}

describe("every schema of every route", () => {
  it("says of each wrong value of each field what is expected, never Zod's bare words", () => {
    const odd: string[] = [];
    let [fields, complaints] = [0, 0];
    const schemas = listSchemas(api.app);
    const look = (where: string, schema: z.ZodType, value: unknown, field: string | null) => {
      const message = complain(schema, value, field);
      if (message === null) return;
      complaints++;
      if (BARE.test(message) || !HELPFUL.test(message))
        odd.push(`${where} ${field ?? ""} ${JSON.stringify(value)?.slice(0, 40)}: ${message.slice(0, 200)}`);
    };
    for (const { where, schema } of schemas) {
      for (const value of WRONG) look(where, schema, value, null);
      for (const [field, inner] of listFields(schema)) {
        fields++;
        for (const value of WRONG) look(where, schema, value, field);
        for (const [deeper] of listFields(inner))
          for (const value of WRONG) look(where, schema, { [deeper]: value }, field);
      }
    }
    expect(odd).toEqual([]);
    // The walk has seen the API, and not a part of it.
    expect(schemas.length).toBeGreaterThan(40);
    expect(fields).toBeGreaterThan(80);
    expect(complaints).toBeGreaterThan(1000);
  });

  it.each([
    [
      "/api/admin/triage/report?from=yesterday",
      "from: must be a time with its zone such as 2026-11-22T09:30:00Z, or a day that exists, written as 2026-11-22",
    ],
    [
      "/api/admin/triage/report?to=2026-02-30",
      "to: must be a time with its zone such as 2026-11-22T09:30:00Z, or a day that exists, written as 2026-11-22",
    ],
    ["/api/admin/triage/report?source=gpt", "source: must be one of: gemini, local"],
    ["/api/tickets?status=done", "status: must be one of: open, in_progress, waiting, resolved, closed"],
    ["/api/tickets?limit=1000", "limit: must be 100 or less"],
    ["/api/tickets?limit=many", "limit: must be a number"],
    ["/api/tickets?limit=1.5", "limit: must be a whole number"],
    ["/api/tickets?sort=up", "sort cannot be set here."],
    ["/api/auth/users?cursor=x", "cursor: must be the nextCursor of the page before"],
  ])("%s is answered with %j", async (path, message) => {
    const admin = await api.signUpAs("admin");
    const { status, json } = await api.call("GET", path, { token: admin.token });
    expect([status, json.error.message]).toEqual([400, message]);
  });

  it.each([
    [{ decision: "maybe" }, "decision", "must be one of: accept, alias, refuse"],
    [{}, "decision", "must be one of: accept, alias, refuse"],
    [[], "body", "must be an object"],
    [{ decision: "alias", of: 5 }, "of", "must be a text"],
  ])("a decision on a skill %j names %s", async (body, field, words) => {
    const admin = await api.signUpAs("admin");
    const { status, json } = await api.call("POST", "/api/admin/skills/x/decision", {
      token: admin.token,
      body,
    });
    expect([status, json.error]).toEqual([400, { code: "invalid", field, message: `${field}: ${words}` }]);
  });
});
