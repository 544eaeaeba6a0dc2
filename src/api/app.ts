/** The HTTP application: REST API, its documentation, health, and the doors of Slack and Inngest. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { AppError } from "../core/errors.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import {
  answerError,
  answerMethodNotAllowed,
  answerUnknownPath,
  handleError,
  refuseMisfit,
} from "./errors.ts";
import { logRequests } from "./request-log.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { docsRoutes } from "./routes/docs.ts";
import { serviceRoutes } from "./routes/service.ts";
import { ticketRoutes } from "./routes/tickets.ts";
import { verifyEmailRoutes } from "./routes/verify-email.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

const KIB = 1024;
/** Slack's largest are views and files' descriptions; Inngest sends the results of all steps of a run, 32 MiB at most. */
const BODY_BYTES_MAX = { "/api/slack/events": 1024 * KIB, "/api/inngest": 32 * 1024 * KIB, else: 256 * KIB };

/** Builds the application. Cheap enough for one per request, which is how Workers use it. */
export function createApp(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.onError(handleError(deps.log));
  app.notFound(answerUnknownPath);
  app.use(requestId({ limitLength: 64 }));
  app.use(logRequests(deps));
  app.use(securityHeaders(deps.appUrl));
  app.use(forbidStoring);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: answerMethodNotAllowed }));
  app.use(limitBody);
  app.use(giveDatabase(deps));
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
  });

  app.get("/", (c) => c.redirect("/api/docs"));
  app.route("/", serviceRoutes(deps));
  app.route("/api/auth", accountRoutes(deps));
  app.route("/api/auth", verifyEmailRoutes(deps));
  app.route("/api/tickets", ticketRoutes(deps));
  app.route("/api", webhookRoutes(deps));
  app.route("/api", docsRoutes(deps, app));
  return app;
}

/** A pool is a function as well: what tells it apart is that it can listen. */
function giveDatabase({ sql }: Pick<ApiDeps, "sql">) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    c.set("sql", "listen" in sql ? sql : sql(c));
    await next();
  });
}

/** Answers carry tokens and people's words: nothing in between keeps them, unless the handler says so. */
const forbidStoring = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  if (!c.res.headers.has("Cache-Control")) c.header("Cache-Control", "no-store");
});

const limitBody = createMiddleware<ApiEnv>(async (c, next) => {
  const { path } = c.req;
  const maxSize =
    path === "/api/slack/events" || path === "/api/inngest" ? BODY_BYTES_MAX[path] : BODY_BYTES_MAX.else;
  const onError = () =>
    answerError(c, new AppError("too_large", `The body may have ${maxSize / KIB} KiB at most.`));
  return bodyLimit({ maxSize, onError })(c, next);
});

/** A handler's own headers stay. Nobody else's page may read, frame or embed what is served here. */
function securityHeaders(appUrl: string) {
  return secureHeaders({
    overwrite: false,
    contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    xFrameOptions: "DENY",
    // Only over HTTPS, and for this host alone: its neighbours are not ours to decide for.
    strictTransportSecurity: appUrl.startsWith("https://") ? "max-age=31536000" : false,
  });
}
