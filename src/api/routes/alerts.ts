/** `/api/admin/alerts`: what waits for an operator, and what did. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { type AlertRow, listAlerts } from "../../db/alerts.ts";
import { requireAdmin, requireUser } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { refuseMisfit } from "../errors.ts";
import {
  bearerSecurity,
  DateTimeSchema,
  invalidAnswer,
  jsonAnswer,
  notAdminAnswer,
  signedOutAnswer,
} from "../schemas.ts";

const ALERTS_MAX = 200;

const AlertSchema = z
  .object({
    id: z.string(),
    subject: z.string().openapi({
      description: "What it is about; one alert is open for it at most.",
      example: "mailbox/support@example.com/INBOX",
    }),
    kind: z.string().openapi({ example: "dead-token" }),
    problem: z.string(),
    fix: z.string().openapi({ description: "What to do." }),
    raisedAt: DateTimeSchema,
    seenAt: DateTimeSchema.openapi({ description: "When it was last found to be so." }),
    toldAt: DateTimeSchema.openapi({ description: "When operators were last told." }),
    clearedAt: DateTimeSchema.nullable().openapi({ description: "Null while it is so." }),
  })
  .openapi("Alert");

const listRoute = createRoute({
  method: "get",
  path: "/alerts",
  tags: ["Operations"],
  summary: "List alerts",
  description: `Open ones first, then the newest; ${ALERTS_MAX} at most.`,
  security: bearerSecurity,
  request: {
    query: z.object({
      state: z.enum(["open", "all"]).default("open").openapi({ description: "`all`: cleared ones as well." }),
    }),
  },
  responses: {
    200: jsonAnswer("The alerts.", z.object({ alerts: z.array(AlertSchema) })),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

export function alertRoutes(deps: Pick<ApiDeps, "tokens" | "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/alerts", requireUser(deps), requireAdmin);
  app.openapi(listRoute, async (c) => {
    const { state } = c.req.valid("query");
    const alerts = await listAlerts(c.get("sql"), { openOnly: state === "open", limit: ALERTS_MAX });
    return c.json({ alerts: alerts.map(presentAlert) }, 200);
  });
  return app;
}

function presentAlert(row: AlertRow): z.infer<typeof AlertSchema> {
  const { id, subject, kind, problem, fix } = row;
  return {
    id,
    subject,
    kind,
    problem,
    fix,
    raisedAt: row.raisedAt.toISOString(),
    seenAt: row.seenAt.toISOString(),
    toldAt: row.toldAt.toISOString(),
    clearedAt: row.clearedAt?.toISOString() ?? null,
  };
}
