/** One wide line for each request: what was asked, by whom, what came of it. Never bodies, queries, tokens, addresses. */
import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import type { ApiDeps, ApiEnv } from "./deps.ts";

/** Asked every few seconds by machines: worth a line only when they fail. */
const PROBES = new Set(["/healthz", "/readyz", "/metrics"]);

export function logRequests(deps: Pick<ApiDeps, "log">) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const startedAt = performance.now();
    await next();
    const { status } = c.res;
    if (PROBES.has(c.req.path) && status < 400) return;
    const user: { id: string } | undefined = c.get("user");
    deps.log.info(
      {
        requestId: c.get("requestId"),
        method: c.req.method,
        route: routePath(c, -1),
        status,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        userId: user?.id,
      },
      "request",
    );
  });
}
