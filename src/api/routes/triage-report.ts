/** `/api/admin/triage/report`: how right triage was, by what people made of it. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { REPORTED_FIELDS } from "../../core/triage-report.ts";
import { readTriageReport } from "../../desk/read-triage-report.ts";
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

const accuracy = {
  n: z.int().openapi({ description: "Judged labels." }),
  right: z.int(),
  accuracy: z.number().openapi({ description: "right ÷ n, 0 to 1." }),
};
const field = z.enum(REPORTED_FIELDS);
const source = z.enum(["gemini", "local"]);
const week = z.string().openapi({ example: "2026-11-16", description: "The Monday, UTC." });

const share = z.number().nullable();
const skillCounts = {
  given: z.int().openapi({ description: "How often triage gave it." }),
  kept: z.int().openapi({ description: "Of these, how often it stands." }),
  added: z.int().openapi({ description: "How often it stands and triage had not given it." }),
  precision: share.openapi({ description: "kept ÷ given, 0 to 1; null where none was given." }),
  recall: share.openapi({ description: "kept ÷ (kept + added), 0 to 1; null where none stands." }),
};

const ReportSchema = z
  .object({
    from: DateTimeSchema,
    to: DateTimeSchema,
    totals: z.array(z.object({ field, source, ...accuracy })),
    weeks: z.array(z.object({ week, field, source, ...accuracy })),
    labels: z.array(
      z.object({
        field,
        label: z.string().openapi({ description: "What triage said." }),
        source,
        ...accuracy,
        missed: z.int().openapi({ description: "Tickets of this label that were said to be of another." }),
        weeks: z.array(z.object({ week, ...accuracy })),
      }),
    ),
    confusions: z
      .array(z.object({ field, source, said: z.string(), is: z.string(), n: z.int() }))
      .openapi({ description: "The most frequent first, 50 at most." }),
    calibration: z
      .array(
        z.object({
          source,
          from: z.number(),
          to: z.number(),
          ...accuracy,
          meanConfidence: z.number().openapi({ description: "0 to 1, to four places." }),
        }),
      )
      .openapi({ description: "Of categories: trust in a confidence where accuracy is near it." }),
    skills: z
      .object({
        totals: z.array(
          z.object({
            source,
            tickets: z.int().openapi({ description: "Judged tickets." }),
            right: z.int().openapi({ description: "Those whose skills stand exactly as triage gave them." }),
            ...skillCounts,
          }),
        ),
        perSkill: z
          .array(z.object({ source, skill: z.string(), ...skillCounts }))
          .openapi({ description: "The most frequent first, 200 at most." }),
      })
      .openapi({ description: "Skills as triage gave them, beside what stands after corrections." }),
  })
  .openapi("TriageReport");

const time = z.iso
  .datetime({ offset: true })
  .or(z.iso.date())
  .transform((text) => new Date(text))
  .openapi({ type: "string", format: "date-time", example: "2026-11-01" });

const reportRoute = createRoute({
  method: "get",
  path: "/triage/report",
  tags: ["Triage"],
  summary: "How right triage was (admin)",
  description:
    "Of tickets triaged from `from` up to `to` (the last 12 weeks unless said, 366 days at most) that a moderator or " +
    "admin claimed, answered, resolved, closed or corrected: a label was right where it stands uncorrected.",
  security: bearerSecurity,
  request: {
    query: z.strictObject({ from: time.optional(), to: time.optional(), source: source.optional() }),
  },
  responses: {
    200: jsonAnswer("The report.", ReportSchema),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

export function triageReportRoutes(deps: Pick<ApiDeps, "tokens" | "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/triage/report", requireUser(deps), requireAdmin);
  app.openapi(reportRoute, async (c) => {
    const { from = null, to = null, source: only = null } = c.req.valid("query");
    const report = await readTriageReport(c.get("sql"), { from, to, source: only }, deps.now());
    return c.json({ ...report, from: report.from.toISOString(), to: report.to.toISOString() }, 200);
  });
  return app;
}
