/** `/api/admin/runs`: what the embedded engine has run, runs, and could not finish. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../../core/errors.ts";
import { listRuns, type RunDetail, type RunSummary, readRun } from "../../db/engine-run-queries.ts";
import { requireAdmin, requireUser } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { refuseMisfit } from "../errors.ts";
import { cutPage, pageQuery } from "../pages.ts";
import {
  bearerSecurity,
  conflictAnswer,
  DateTimeSchema,
  invalidAnswer,
  jsonAnswer,
  missingAnswer,
  notAdminAnswer,
  signedOutAnswer,
} from "../schemas.ts";

const tags = ["Operations"];
const RUN_ID = /^[0-9A-HJKMNP-TV-Z]{26}$/;

const RunSchema = z
  .object({
    id: z.string(),
    function: z.string().openapi({ example: "deskhand-triage-ticket" }),
    state: z.enum(["queued", "running", "waiting", "finished", "dead", "cancelled"]).openapi({
      description: "`waiting`: it sleeps or waits for an event. `dead`: its retries are used up.",
    }),
    event: z.object({ id: z.string(), name: z.string() }),
    error: z.unknown().openapi({ description: "Why it is dead." }),
    createdAt: DateTimeSchema,
    endedAt: DateTimeSchema.nullable(),
  })
  .openapi("Run");

const RunDetailSchema = RunSchema.extend({
  data: z.unknown().openapi({ description: "The event as the function sees it." }),
  output: z.unknown(),
  steps: z.array(
    z.object({
      name: z.string(),
      kind: z.string(),
      output: z.unknown(),
      error: z.unknown(),
      storedAt: DateTimeSchema,
    }),
  ),
  pending: z
    .array(z.object({ kind: z.string(), name: z.string(), attempt: z.int(), dueAt: DateTimeSchema }))
    .openapi({ description: "What it does next, and when." }),
}).openapi("RunDetail");

const listRoute = createRoute({
  method: "get",
  path: "/runs",
  tags,
  summary: "List workflow runs, the newest first",
  description: "Runs of the embedded engine. Where Inngest runs the workflows, its own dashboard has them.",
  security: bearerSecurity,
  request: {
    query: z.strictObject({
      state: z.enum(["active", "finished", "dead", "cancelled"]).optional().openapi({
        description: "`active`: queued, running or waiting.",
      }),
      eventId: z.string().min(1).max(200).optional(),
      ...pageQuery(RUN_ID),
    }),
  },
  responses: {
    200: jsonAnswer(
      "A page of runs. `nextCursor` is null on the last.",
      z.object({ runs: z.array(RunSchema), nextCursor: z.string().nullable() }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

const params = z.object({ id: z.string() });

const readRoute = createRoute({
  method: "get",
  path: "/runs/{id}",
  tags,
  summary: "Read a run with its steps",
  security: bearerSecurity,
  request: { params },
  responses: {
    200: jsonAnswer("The run.", z.object({ run: RunDetailSchema })),
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
  },
});

const replayRoute = createRoute({
  method: "post",
  path: "/runs/{id}/replay",
  tags,
  summary: "Let a dead run go on where it died",
  description: "Its finished steps are not run again.",
  security: bearerSecurity,
  request: { params },
  responses: {
    202: jsonAnswer("It goes on.", z.object({ run: RunDetailSchema, message: z.string() })),
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
    ...conflictAnswer,
  },
});

export function runRoutes(deps: Pick<ApiDeps, "tokens" | "now" | "replayRun">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/runs", requireUser(deps), requireAdmin);
  app.use("/runs/*", requireUser(deps), requireAdmin);

  app.openapi(listRoute, async (c) => {
    const { state, eventId, cursor, limit } = c.req.valid("query");
    const runs = await listRuns(c.get("sql"), {
      limit: limit + 1,
      ...(state === undefined ? {} : { state }),
      ...(eventId === undefined ? {} : { eventId }),
      ...(cursor === undefined ? {} : { before: cursor }),
    });
    const { page, nextCursor } = cutPage(runs, limit, ({ id }) => id);
    return c.json({ runs: page.map(presentRun), nextCursor }, 200);
  });

  app.openapi(readRoute, async (c) => {
    const run = await findRun(c.get("sql"), c.req.valid("param").id);
    return c.json({ run: presentDetail(run) }, 200);
  });

  app.openapi(replayRoute, async (c) => {
    const { id } = c.req.valid("param");
    const { state } = await findRun(c.get("sql"), id);
    if (!deps.replayRun) {
      throw new AppError("conflict", "Inngest runs the workflows here: replay the run in its dashboard.");
    }
    if (!(await deps.replayRun(id))) {
      throw new AppError("conflict", `Only a dead run can be replayed; this one is ${state}.`);
    }
    const run = await findRun(c.get("sql"), id);
    return c.json({ run: presentDetail(run), message: "The run goes on where it died." }, 202);
  });
  return app;
}

async function findRun(sql: Parameters<typeof readRun>[0], id: string): Promise<RunDetail> {
  const run = await readRun(sql, id);
  if (!run) throw new AppError("not_found", "There is no such run, or it ended so long ago that it is gone.");
  return run;
}

function presentRun(run: RunSummary): z.infer<typeof RunSchema> {
  return {
    id: run.id,
    function: run.functionId,
    state: run.state,
    event: { id: run.eventId, name: run.eventName },
    error: run.error ?? null,
    createdAt: run.createdAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
  };
}

function presentDetail(run: RunDetail): z.infer<typeof RunDetailSchema> {
  return {
    ...presentRun(run),
    data: run.event,
    output: run.output ?? null,
    steps: run.steps.map(({ name, kind, data, error, storedAt }) => ({
      name,
      kind,
      output: data ?? null,
      error: error ?? null,
      storedAt: storedAt.toISOString(),
    })),
    pending: run.pending.map((next) => ({ ...next, dueAt: next.dueAt.toISOString() })),
  };
}
