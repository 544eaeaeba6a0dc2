import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clearAlert } from "../../src/desk/clear-alert.ts";
import { raiseAlert } from "../../src/desk/raise-alert.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());

const alert = (subject: string) => ({ subject, kind: "unreachable", problem: "Away.", fix: "Look." });

describe("GET /api/admin/alerts", () => {
  it("lists open alerts to an admin, and cleared ones on request", async () => {
    await raiseAlert(api.sql, alert("mailbox/a"));
    await clearAlert(api.sql, "mailbox/a");
    await raiseAlert(api.sql, alert("mailbox/b"));
    const { token } = await api.signUpAs("admin");
    const open = await api.call("GET", "/api/admin/alerts", { token });
    expect(open.status).toBe(200);
    expect(open.json.alerts).toMatchObject([{ subject: "mailbox/b", fix: "Look.", clearedAt: null }]);
    const all = await api.call("GET", "/api/admin/alerts?state=all", { token });
    expect(all.json.alerts.map(({ subject }: { subject: string }) => subject)).toEqual([
      "mailbox/b",
      "mailbox/a",
    ]);
  });

  it("refuses moderators, users and strangers, and a state that is none", async () => {
    for (const role of ["moderator", "user"] as const) {
      const { token } = role === "user" ? await api.signUp() : await api.signUpAs(role);
      expect((await api.call("GET", "/api/admin/alerts", { token })).status).toBe(403);
    }
    expect((await api.call("GET", "/api/admin/alerts")).status).toBe(401);
    const { token } = await api.signUpAs("admin");
    expect((await api.call("GET", "/api/admin/alerts?state=some", { token })).status).toBe(400);
  });
});
