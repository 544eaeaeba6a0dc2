/** What asking the model took: the tries of one ticket, and what all of them used up. For admins. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { readModelHealth, readModelUsage } from "../../db/model-health.ts";
import { listTriageTries } from "../../db/triage-results.ts";
import { requireAdmin, requireUser, ticketViewerOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { refuseMisfit } from "../errors.ts";
import { findTicket } from "../find-ticket.ts";
import {
  bearerSecurity,
  DateTimeSchema,
  invalidAnswer,
  jsonAnswer,
  missingAnswer,
  notAdminAnswer,
  signedOutAnswer,
} from "../schemas.ts";

const DAY_MS = 24 * 60 * 60_000;
const tags = ["Triage"];
const COST = "In the currency of GEMINI_PRICE_IN and GEMINI_PRICE_OUT; null where they were not set.";

const TrySchema = z
  .object({
    source: z.enum(["gemini", "local"]),
    model: z.string(),
    promptVersion: z.string().openapi({ description: "Of the local classifier: the version of its rules." }),
    failure: z
      .enum(["away", "answer", "leak", "unread"])
      .nullable()
      .openapi({
        description:
          "Null where it brought a triage. `away`: no answer. `answer`: one that could not be used. `leak`: it gave away its " +
          "instructions. `unread`: nothing was left to show it.",
      }),
    error: z.string().nullable(),
    latencyMs: z.int(),
    tokensIn: z.int().nullable(),
    tokensOut: z.int().nullable(),
    tokensThinking: z.int().nullable(),
    cost: z.number().nullable().openapi({ description: COST }),
    category: z.string().nullable(),
    priority: z.string().nullable(),
    confidence: z.number().nullable(),
    createdAt: DateTimeSchema,
  })
  .openapi("TriageTry");

const UsageSchema = z
  .object({
    source: z.string(),
    model: z.string(),
    calls: z.int(),
    failed: z.int(),
    byFailure: z.record(z.string(), z.int()),
    tokensIn: z.number(),
    tokensOut: z.number(),
    tokensThinking: z.number(),
    cost: z.number().nullable().openapi({ description: COST }),
    latencyMsMedian: z.number(),
  })
  .openapi("ModelUsage");

const HealthSchema = z
  .object({
    state: z.enum(["off", "asked", "paused", "probing"]).openapi({
      description:
        "`off`: no model is set, the local classifier triages alone (GEMINI_API_KEY sets one). `paused`: nobody asks before `retryAt`. `probing`: the next call finds out for all.",
    }),
    failures: z.int().openapi({ description: "In a row." }),
    awaySince: DateTimeSchema.nullable(),
    retryAt: DateTimeSchema.nullable(),
    reason: z.string().nullable(),
  })
  .openapi("ModelHealth");

const triesRoute = createRoute({
  method: "get",
  path: "/tickets/{id}/triage-tries",
  tags,
  summary: "List every try to triage a ticket",
  description: "Failed ones too, the oldest first; the latest 200.",
  security: bearerSecurity,
  request: { params: z.object({ id: z.string().openapi({ description: "The ticket's id or number." }) }) },
  responses: {
    200: jsonAnswer("The tries.", z.object({ tries: z.array(TrySchema) })),
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
  },
});

const usageRoute = createRoute({
  method: "get",
  path: "/model-usage",
  tags,
  summary: "Read what triage took and cost, and whether the model can be asked",
  security: bearerSecurity,
  request: {
    query: z.object({
      days: z.coerce
        .number()
        .int()
        .min(1)
        .max(366)
        .default(30)
        .openapi({ description: "Counted back from now." }),
    }),
  },
  responses: {
    200: jsonAnswer(
      "The sums for each source and model.",
      z.object({ since: DateTimeSchema, usage: z.array(UsageSchema), health: HealthSchema }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

export function modelCallRoutes(deps: Pick<ApiDeps, "tokens" | "now" | "model">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/tickets/:id/triage-tries", requireUser(deps), requireAdmin);
  app.use("/model-usage", requireUser(deps), requireAdmin);

  app.openapi(triesRoute, async (c) => {
    const ticket = await findTicket(c.get("sql"), ticketViewerOf(c.get("user")), c.req.valid("param").id);
    const tries = await listTriageTries(c.get("sql"), ticket.id);
    const presented = tries.map(({ createdAt, tokensThinking = null, cost = null, ...one }) => ({
      ...one,
      tokensThinking,
      cost,
      createdAt: createdAt.toISOString(),
    }));
    return c.json({ tries: presented }, 200);
  });

  app.openapi(usageRoute, async (c) => {
    const since = new Date(deps.now().getTime() - c.req.valid("query").days * DAY_MS);
    const usage = await readModelUsage(c.get("sql"), since);
    const health = await readModelHealth(c.get("sql"), "gemini");
    const presented = presentHealth(deps.model !== null, health);
    return c.json({ since: since.toISOString(), usage: [...usage], health: presented }, 200);
  });
  return app;
}

function presentHealth(
  isSet: boolean,
  row: Awaited<ReturnType<typeof readModelHealth>>,
): z.infer<typeof HealthSchema> {
  return {
    state: isSet ? (row?.state ?? "asked") : "off",
    failures: row?.failures ?? 0,
    awaySince: row?.awaySince?.toISOString() ?? null,
    retryAt: row?.retryAt?.toISOString() ?? null,
    reason: row?.reason ?? null,
  };
}
