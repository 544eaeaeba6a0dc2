/** Whether the service lives, can work, and how much it has done: for machines that watch it. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { jsonAnswer } from "../schemas.ts";

const tags = ["Service"];
const ReadinessSchema = z
  .object({ ok: z.boolean(), checks: z.record(z.string(), z.string()) })
  .openapi("Readiness");

const liveRoute = createRoute({
  method: "get",
  path: "/healthz",
  tags,
  summary: "The process lives",
  responses: { 200: jsonAnswer("It does.", z.object({ ok: z.literal(true) })) },
});

const readyRoute = createRoute({
  method: "get",
  path: "/readyz",
  tags,
  summary: "The service can work",
  responses: {
    200: jsonAnswer("It can.", ReadinessSchema),
    503: jsonAnswer("It cannot; `checks` says why.", ReadinessSchema),
  },
});

const metricsRoute = createRoute({
  method: "get",
  path: "/metrics",
  tags,
  summary: "Counters in the Prometheus text format",
  responses: { 200: { description: "The counters.", content: { "text/plain": { schema: z.string() } } } },
});

export function serviceRoutes(deps: Pick<ApiDeps, "readiness" | "metrics" | "log">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  app.openapi(liveRoute, (c) => c.json({ ok: true as const }, 200));

  app.openapi(readyRoute, async (c) => {
    const { ok, checks } = await deps.readiness();
    return ok ? c.json({ ok, checks: { ...checks } }, 200) : c.json({ ok, checks: { ...checks } }, 503);
  });

  app.openapi(metricsRoute, async (c) =>
    c.text(await deps.metrics(), 200, { "Content-Type": "text/plain; version=0.0.4; charset=utf-8" }),
  );
  return app;
}
