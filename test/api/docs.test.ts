import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
// biome-ignore lint/suspicious/noExplicitAny: the document is JSON whose shape is what is under test
let document: any;
beforeAll(async () => {
  api = await createApi();
  document = (await api.call("GET", "/api/openapi.json")).json;
});
afterAll(() => api.drop());

const CONTRACT = [
  ["post", "/api/auth/signup", "201"],
  ["post", "/api/auth/login", "200"],
  ["get", "/api/auth/users", "200"],
  ["post", "/api/auth/update-user", "200"],
  ["post", "/api/tickets", "201"],
  ["get", "/api/tickets", "200"],
  ["get", "/api/tickets/{id}", "200"],
] as const;

// biome-ignore lint/suspicious/noExplicitAny: as above
function operations(): { method: string; path: string; operation: any }[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as object).map(([method, operation]) => ({ method, path, operation })),
  );
}

function listRefs(node: unknown): string[] {
  if (typeof node !== "object" || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === "$ref" ? [value as string] : listRefs(value),
  );
}

describe("GET /api/openapi.json", () => {
  it("is an OpenAPI 3.1 document whose references all lead somewhere", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: "Deskhand", version: expect.any(String) });
    const refs = listRefs(document);
    expect(refs.length).toBeGreaterThan(10);
    for (const ref of refs) {
      const parts = ref.replace(/^#\//, "").split("/");
      expect([ref, parts.reduce((node, part) => node?.[part], document)]).toEqual([ref, expect.any(Object)]);
    }
  });

  it.each(CONTRACT)("describes %s %s", (method, path, success) => {
    const operation = document.paths[path]?.[method];
    expect(operation.responses[success].content["application/json"].schema).toBeDefined();
    if (method === "post") expect(operation.requestBody.required).toBe(true);
  });

  it("says of every operation what it is, what comes back, and what its path takes", () => {
    for (const { method, path, operation } of operations()) {
      const where = `${method} ${path}`;
      expect([where, operation.summary, operation.tags]).toEqual([
        where,
        expect.any(String),
        [expect.any(String)],
      ]);
      expect([where, Object.keys(operation.responses).length]).not.toEqual([where, 0]);
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (operation.parameters ?? [])
        .filter((parameter: { in: string }) => parameter.in === "path")
        .map((parameter: { name: string; required: boolean }) => parameter.required && parameter.name);
      expect([where, described]).toEqual([where, inPath]);
    }
  });

  it("says of each call whether it needs a token, and the calls do as it says", async () => {
    expect(document.components.securitySchemes.bearer).toMatchObject({ type: "http", scheme: "bearer" });
    for (const { method, path, operation } of operations()) {
      const isOpen = operation.security === undefined;
      const { status } = await api.call(method.toUpperCase(), path.replace(/\{\w+\}/g, "1"));
      expect([`${method} ${path}`, status === 401]).toEqual([`${method} ${path}`, !isOpen]);
    }
  });

  it("keeps the names of a ticket's fields, and has no field for a hash", () => {
    const names = Object.keys(document.components.schemas.Ticket.properties);
    expect(names).toEqual(
      expect.arrayContaining(
        "id number title description status priority category summary helpfulNotes relatedSkills assignedTo createdBy createdAt updatedAt".split(
          " ",
        ),
      ),
    );
    expect(document.components.schemas.Ticket.properties.priority.enum).toEqual(["low", "medium", "high"]);
    expect(Object.keys(document.components.schemas.User.properties).join(" ")).not.toMatch(/pass|hash/i);
  });
});

describe("GET /api/docs", () => {
  it("is a page that loads files of this service only", async () => {
    const { status, headers, text } = await api.call("GET", "/api/docs");
    expect(status).toBe(200);
    expect(text).not.toMatch(/(?:https?:)?\/\/[a-z]/i);
    expect(text).not.toMatch(/<script(?![^>]* src=)/);
    const policy = headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("connect-src 'self';");
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);

    const loaded = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
    expect(loaded.length).toBeGreaterThanOrEqual(4);
    for (const path of loaded) {
      const file = await api.app.request(new URL(path, "http://desk.test/api/docs").pathname);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers.get("content-type")).toMatch(/css|javascript|png|json/);
    }
  });

  it("starts with the document of this service and without the outside validator", async () => {
    const { text } = await api.call("GET", "/api/docs/start.js");
    expect(text).toContain('url: "openapi.json"');
    expect(text).toContain("validatorUrl: null");
  });

  it("serves no other file, however it is asked for", async () => {
    for (const name of [
      "package.json",
      "swagger-initializer.js",
      "..%2Fpackage.json",
      "..%2F..%2F..%2Fetc%2Fpasswd",
    ]) {
      expect([name, (await api.call("GET", `/api/docs/${name}`)).status]).toEqual([name, 404]);
    }
  });
});
