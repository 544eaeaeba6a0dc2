import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../src/api/app.ts";
import { admitCall, noteAnswer, noteFailure, readModelHealth } from "../../src/db/model-health.ts";
import { insertTriageAttempt, insertTriageFailure } from "../../src/db/triage-results.ts";
import { renderMetrics } from "../../src/runtime/metrics.ts";
import { checkAlerts } from "../../src/workflows/check-alerts.ts";
import { type Api, createApi } from "./api-fixture.ts";

let api: Api;
beforeAll(async () => {
  api = await createApi();
});
afterAll(() => api.drop());
beforeEach(async () => {
  await api.sql`delete from model_health`;
});

const QUOTA = { code: "rate_limited", reason: "Gemini's quota is used up for now (429).", pauseAtOnce: true };
const DOWN = {
  code: "unavailable",
  reason: "Gemini is not available (503).",
  retryAfterMs: null,
  pauseAtOnce: false,
};

async function storeTries(): Promise<{ id: string; token: string }> {
  const { token } = await api.signUpAs("admin");
  const made = await api.call("POST", "/api/tickets", {
    token,
    body: { title: "VPN", description: "It drops." },
  });
  const ticketId: string = made.json.ticket.id;
  const call = { source: "gemini", model: "gemini-test", promptVersion: "triage-2", latencyMs: 900 } as const;
  const used = { tokensIn: 1000, tokensOut: 50, tokensThinking: 200, cost: 0.001 };
  await insertTriageFailure(api.sql, {
    ticketId,
    runId: "1",
    kind: "answer",
    error: "Cut off.",
    ...call,
    ...used,
  });
  const triage = { category: "Network", priority: "high", confidence: 0.9 } as never;
  await insertTriageAttempt(api.sql, ticketId, "2", { ...call, ...used, cost: 0.002, triage });
  return { id: ticketId, token };
}

describe("what asking the model took", () => {
  it("is listed for a ticket, failed tries too, and summed for the desk", async () => {
    const { id, token } = await storeTries();
    const { json, status } = await api.call("GET", `/api/admin/tickets/${id}/triage-tries`, { token });
    expect(status).toBe(200);
    expect(json.tries).toMatchObject([
      {
        failure: "answer",
        error: "Cut off.",
        tokensIn: 1000,
        tokensThinking: 200,
        cost: 0.001,
        category: null,
      },
      {
        failure: null,
        error: null,
        promptVersion: "triage-2",
        category: "Network",
        confidence: 0.9,
        cost: 0.002,
      },
    ]);
    const usage = await api.call("GET", "/api/admin/model-usage?days=7", { token });
    expect(usage.json.usage).toMatchObject([
      { source: "gemini", calls: 2, failed: 1, byFailure: { answer: 1 }, tokensIn: 2000, cost: 0.003 },
    ]);
    expect(usage.json.health).toMatchObject({ state: "asked", failures: 0 });
    const metrics = await renderMetrics(api.sql, []);
    expect(metrics).toContain('deskhand_model_tokens_day{kind="thinking"} 400');
    expect(metrics).toContain('deskhand_triage_tries_day{source="gemini",outcome="answer"} 1');
    expect(metrics).toContain("deskhand_model_cost_day 0.003");
    expect(metrics).toContain('deskhand_model_paused{source="gemini"} 0');
  });

  it("says that no model is set, rather than that one is asked", async () => {
    await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: 90_000 });
    const { token } = await api.signUpAs("admin");
    const answer = await createApp({ ...api.deps, model: null }).request("/api/admin/model-usage", {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(((await answer.json()) as { health: object }).health).toMatchObject({ state: "off" });
  });

  it("is for admins", async () => {
    const { id } = await storeTries();
    const { token } = await api.signUpAs("moderator");
    for (const path of [`/api/admin/tickets/${id}/triage-tries`, "/api/admin/model-usage"]) {
      expect((await api.call("GET", path, { token })).status).toBe(403);
      expect((await api.call("GET", path)).status).toBe(401);
    }
  });
});

describe("a model that fails", () => {
  const pauseSeconds = async () => {
    const [row] = await api.sql<{ seconds: number }[]>`
      select extract(epoch from retry_at - now())::float8 as seconds from model_health`;
    return Math.round(row?.seconds ?? 0);
  };
  const endPause = () => api.sql`update model_health set retry_at = now() - interval '1 second'`;

  it("is paused after five failures in a row, and not after four with an answer between", async () => {
    for (let time = 0; time < 4; time++) await noteFailure(api.sql, "gemini", DOWN);
    await noteAnswer(api.sql, "gemini");
    for (let time = 0; time < 4; time++) await noteFailure(api.sql, "gemini", DOWN);
    expect(await admitCall(api.sql, "gemini", 1000)).toBe("yes");
    await noteFailure(api.sql, "gemini", DOWN);
    expect(await admitCall(api.sql, "gemini", 1000)).toBe("no");
    expect(await pauseSeconds()).toBe(15);
  });

  it("is paused at once for as long as it asks, and never shorter by calls that end later", async () => {
    await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: 90_000 });
    await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: 1_000 });
    expect(await pauseSeconds()).toBe(90);
    expect(await readModelHealth(api.sql, "gemini")).toMatchObject({ state: "paused", code: "rate_limited" });
  });

  it("is asked by one caller when the pause is over, however many processes there are", async () => {
    await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: null });
    await endPause();
    const admitted = await Promise.all(
      Array.from({ length: 20 }, () => admitCall(api.sql, "gemini", 60_000)),
    );
    expect(admitted.filter((one) => one === "probe")).toHaveLength(1);
    expect(admitted.filter((one) => one === "no")).toHaveLength(19);
  });

  it("is asked by another where the one who asked was killed", async () => {
    await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: null });
    await endPause();
    expect(await admitCall(api.sql, "gemini", 60_000)).toBe("probe");
    await api.sql`update model_health set probe_until = now() - interval '1 second'`;
    expect(await admitCall(api.sql, "gemini", 60_000)).toBe("probe");
  });

  it("is left alone twice as long each time, up to five minutes; an answer ends all", async () => {
    const pauses: number[] = [];
    for (let time = 0; time < 7; time++) {
      await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: null });
      pauses.push(await pauseSeconds());
      await endPause();
    }
    expect(pauses).toEqual([15, 30, 60, 120, 240, 300, 300]);
    expect(await noteAnswer(api.sql, "gemini")).toBe(true);
    expect(await noteAnswer(api.sql, "gemini")).toBe(false);
    expect(await admitCall(api.sql, "gemini", 1000)).toBe("yes");
  });

  it("raises an alert when it lasts, at once for a wrong key, and clears it when it answers", async () => {
    const subjects = async () =>
      (await api.sql<{ subject: string }[]>`select subject from alerts where cleared_at is null`).map(
        ({ subject }) => subject,
      );
    await noteFailure(api.sql, "gemini", { ...QUOTA, retryAfterMs: null });
    await checkAlerts(api.sql);
    expect(await subjects()).not.toContain("model/gemini");
    await api.sql`update model_health set away_since = now() - interval '1 hour'`;
    await checkAlerts(api.sql);
    expect(await subjects()).toContain("model/gemini");
    await noteAnswer(api.sql, "gemini");
    await checkAlerts(api.sql);
    expect(await subjects()).not.toContain("model/gemini");
    const wrong = { code: "invalid", reason: "Check GEMINI_API_KEY.", retryAfterMs: null, pauseAtOnce: true };
    await noteFailure(api.sql, "gemini", wrong);
    await checkAlerts(api.sql);
    expect(await subjects()).toContain("model/gemini");
    await checkAlerts(api.sql, false);
    expect(await subjects()).not.toContain("model/gemini");
  });
});
