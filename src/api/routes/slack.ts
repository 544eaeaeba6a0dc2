/** Slack's door. The channel behind it checks the signature itself, on the raw request. */
import { Hono, type MiddlewareHandler } from "hono";
import type { ApiDeps, ApiEnv } from "../deps.ts";

export function slackRoutes(
  { slackEvents }: Pick<ApiDeps, "slackEvents">,
  limitBody: MiddlewareHandler<ApiEnv>,
): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  if (slackEvents) app.post("/events", limitBody, (c) => slackEvents(c.req.raw));
  return app;
}
