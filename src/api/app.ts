/** The HTTP application: REST API, its documentation, health, and the doors of Slack and Inngest. */
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { methodNotAllowed } from "hono/method-not-allowed";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import {
  answerMethodNotAllowed,
  answerTooLarge,
  answerUnknownPath,
  handleError,
  refuseMisfit,
} from "./errors.ts";
import { logRequests } from "./request-log.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { alertRoutes } from "./routes/alerts.ts";
import { categoryRoutes, deskCategoryRoutes } from "./routes/categories.ts";
import { docsRoutes } from "./routes/docs.ts";
import { INBOUND_EMAIL_PATH, inboundEmailRoutes } from "./routes/inbound-email.ts";
import { intakeRoutes } from "./routes/intake.ts";
import { modelCallRoutes } from "./routes/model-calls.ts";
import { runRoutes } from "./routes/runs.ts";
import { serviceRoutes } from "./routes/service.ts";
import { skillRoutes } from "./routes/skills.ts";
import { slackRoutes } from "./routes/slack.ts";
import { slackLinkRoutes } from "./routes/slack-link.ts";
import { ticketRoutes } from "./routes/tickets.ts";
import { triageReportRoutes } from "./routes/triage-report.ts";
import { verifyEmailRoutes } from "./routes/verify-email.ts";
import { webhookRoutes } from "./routes/webhooks.ts";

const KIB = 1024;
/** Slack's largest are views and files' descriptions; Inngest sends the results of all steps of a run, 32 MiB at most. */
const BODY_BYTES_MAX: ReadonlyMap<string, number> = new Map([
  ["/api/slack/events", 1024 * KIB],
  ["/api/inngest", 32 * 1024 * KIB],
]);
const OTHER_BODY_BYTES_MAX = 256 * KIB;

/** Builds the application. Cheap enough for one per request, which is how Workers use it. */
export function createApp(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.onError(handleError(deps.log));
  app.notFound(answerUnknownPath);
  app.use(requestId({ limitLength: 64 }));
  app.use(logRequests(deps));
  // Before all else, since Slack's bursts are answered by what stands on their way; their answers are read by no browser.
  app.route("/api/slack", slackRoutes(deps, limitBody));
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
  app.route("/api/auth", slackLinkRoutes(deps));
  app.route("/api/tickets", ticketRoutes(deps));
  app.route("/api/admin", alertRoutes(deps));
  app.route("/api/admin", intakeRoutes(deps));
  app.route("/api/admin", runRoutes(deps));
  app.route("/api/categories", deskCategoryRoutes(deps));
  app.route("/api/admin", categoryRoutes(deps));
  app.route("/api/admin", skillRoutes(deps));
  app.route("/api/admin", triageReportRoutes(deps));
  app.route("/api/admin", modelCallRoutes(deps));
  app.route("/api", webhookRoutes(deps));
  if (deps.inboundEmail) app.route("/api/inbound", inboundEmailRoutes(deps.inboundEmail, deps));
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
  // Mails are large: that door counts how many it takes in at once, and limits each itself.
  if (c.req.path === INBOUND_EMAIL_PATH) return next();
  const maxSize = BODY_BYTES_MAX.get(c.req.path) ?? OTHER_BODY_BYTES_MAX;
  const announced = announcedLength(c.req.raw.headers);
  if (announced > maxSize) return answerTooLarge(c, maxSize);
  // Whoever looks at a body has it made into a stream, which costs more than all the rest of a small request.
  if (announced <= maxSize) return next();
  return bodyLimit({ maxSize, onError: (refused) => answerTooLarge(refused, maxSize) })(c, next);
});

/** NaN where HTTP does not hold the sender to a length. */
function announcedLength(headers: Headers): number {
  const length = headers.get("content-length");
  return length === null || headers.has("transfer-encoding") ? Number.NaN : Number(length);
}

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
