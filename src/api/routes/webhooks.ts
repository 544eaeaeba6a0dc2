/** Doors for other services, which sign what they send. Each handler checks that itself, on the raw request. */
import { Hono } from "hono";
import type { ApiDeps, ApiEnv } from "../deps.ts";

export function webhookRoutes({ inngest }: Pick<ApiDeps, "inngest">): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  // GET shows the functions, PUT registers them, POST runs a step: Inngest's SDK specification, 4.
  if (inngest) app.on(["GET", "PUT", "POST"], "/inngest", (c) => inngest(c.req.raw));
  return app;
}
