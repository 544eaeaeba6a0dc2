/** `/api/admin/intake`: everything that reached the desk, by what became of it; what was parked, for a person to see. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../../core/errors.ts";
import { INTAKE_OUTCOMES } from "../../core/inbound.ts";
import type { SqlPool } from "../../db/client.ts";
import {
  dismissIntakeEntry,
  type IntakeEntry,
  listIntakeEntries,
  readIntakeEntry,
  readIntakeSource,
} from "../../db/intake-entries.ts";
import { requireAdmin, requireUser } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { downloadHeaders } from "../downloads.ts";
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
import { isUuid } from "../uuid.ts";

const tags = ["Operations"];
const CURSOR = /^(\d{1,17})_([0-9a-f-]{36})$/;

const EntrySchema = z
  .object({
    id: z.string(),
    channel: z.enum(["email", "slack", "api"]),
    account: z.string().openapi({ description: "The mailbox, or the Slack workspace." }),
    externalId: z
      .string()
      .openapi({ description: "Of a mail `UIDVALIDITY:UID`; of Slack channel and timestamp." }),
    outcome: z.enum(INTAKE_OUTCOMES),
    reason: z.string(),
    ticket: z.object({ id: z.string(), number: z.int() }).nullable(),
    messageId: z.string().nullable().openapi({ description: "The mail's own Message-ID." }),
    recordedAt: DateTimeSchema,
    source: z.object({ sizeBytes: z.int(), complete: z.boolean() }).nullable().openapi({
      description: "The original, where it is kept. Not `complete`: only its beginning could be had.",
    }),
    dismissed: z
      .object({ at: DateTimeSchema, by: z.string().nullable(), reason: z.string() })
      .nullable()
      .openapi({ description: "Of a parked message: who saw to it that nothing more is needed." }),
  })
  .openapi("IntakeEntry");

const listRoute = createRoute({
  method: "get",
  path: "/intake",
  tags,
  summary: "List what came in, by outcome, the newest first",
  security: bearerSecurity,
  request: {
    query: z.strictObject({
      outcome: z.enum(INTAKE_OUTCOMES).default("parked"),
      dismissed: z
        .enum(["true", "false"])
        .optional()
        .openapi({ description: "`false`: only what still waits for a person." }),
      ...pageQuery(CURSOR),
    }),
  },
  responses: {
    200: jsonAnswer(
      "A page of the ledger. `nextCursor` is null on the last.",
      z.object({ entries: z.array(EntrySchema), nextCursor: z.string().nullable() }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

const params = z.object({ id: z.string() });

const sourceRoute = createRoute({
  method: "get",
  path: "/intake/{id}/source",
  tags,
  summary: "Download the original of a message",
  security: bearerSecurity,
  request: { params },
  responses: {
    200: {
      description: "The original, byte for byte, as a download.",
      content: { "message/rfc822": { schema: z.string().openapi({ format: "binary" }) } },
    },
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
  },
});

const dismissRoute = createRoute({
  method: "post",
  path: "/intake/{id}/dismiss",
  tags,
  summary: "Say that a parked message needs nothing more",
  description:
    "It stays in the ledger as parked; alerts and `deskhand replay --parked` pass it over from now on; `deskhand replay ID` takes that back.",
  security: bearerSecurity,
  request: {
    params,
    body: {
      required: true,
      content: {
        "application/json": {
          schema: z.strictObject({
            reason: z.string().trim().min(1, "must say why, for those who come after").max(500),
          }),
        },
      },
    },
  },
  responses: {
    200: jsonAnswer("It is dismissed.", z.object({ entry: EntrySchema, message: z.string() })),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
    ...conflictAnswer,
  },
});

export function intakeRoutes(deps: Pick<ApiDeps, "tokens" | "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/intake", requireUser(deps), requireAdmin);
  app.use("/intake/*", requireUser(deps), requireAdmin);

  app.openapi(listRoute, async (c) => {
    const { outcome, dismissed, cursor, limit } = c.req.valid("query");
    const entries = await listIntakeEntries(c.get("sql"), {
      outcome,
      dismissed: dismissed === undefined ? null : dismissed === "true",
      before: readCursor(cursor),
      limit: limit + 1,
    });
    const { page, nextCursor } = cutPage(
      entries,
      limit,
      ({ recordedMicros, id }) => `${recordedMicros}_${id}`,
    );
    return c.json({ entries: page.map(presentEntry), nextCursor }, 200);
  });

  app.openapi(sourceRoute, async (c) => {
    const { id } = c.req.valid("param");
    const source = isUuid(id) ? await readIntakeSource(c.get("sql"), id) : null;
    if (!source)
      throw new AppError("not_found", "There is no such message, or its original is no longer kept.");
    return c.body(
      new Uint8Array(source),
      200,
      downloadHeaders({ filename: "", contentType: "message/rfc822" }),
    );
  });

  app.openapi(dismissRoute, async (c) => {
    const { id } = c.req.valid("param");
    const { reason } = c.req.valid("json");
    const before = await findEntry(c.get("sql"), id);
    if (!(await dismissIntakeEntry(c.get("sql"), { id, by: c.get("user").id, reason }))) {
      throw new AppError("conflict", refusal(before));
    }
    const entry = presentEntry(await findEntry(c.get("sql"), id));
    return c.json({ entry, message: "The message needs nothing more." }, 200);
  });
  return app;
}

function refusal({ outcome }: IntakeEntry): string {
  if (outcome === "parked") return "Somebody has dismissed this message already.";
  return `Only a parked message can be dismissed; the outcome of this one is ${outcome}.`;
}

async function findEntry(sql: SqlPool, id: string): Promise<IntakeEntry> {
  const entry = isUuid(id) ? await readIntakeEntry(sql, id) : null;
  if (!entry) throw new AppError("not_found", "There is no such message in the ledger.");
  return entry;
}

function readCursor(cursor: string | undefined): { recordedMicros: string; id: string } | null {
  const [, recordedMicros, id] = CURSOR.exec(cursor ?? "") ?? [];
  return recordedMicros !== undefined && id !== undefined && isUuid(id) ? { recordedMicros, id } : null;
}

function presentEntry(row: IntakeEntry): z.infer<typeof EntrySchema> {
  const { id, channel, account, externalId, outcome, reason, ticketId, ticketNumber, sizeBytes } = row;
  return {
    id,
    channel,
    account,
    externalId,
    outcome,
    reason,
    ticket: ticketId !== null && ticketNumber !== null ? { id: ticketId, number: ticketNumber } : null,
    messageId: row.emailMessageId,
    recordedAt: row.recordedAt.toISOString(),
    source: sizeBytes === null ? null : { sizeBytes, complete: row.complete ?? true },
    dismissed:
      row.dismissedAt === null
        ? null
        : { at: row.dismissedAt.toISOString(), by: row.dismissedBy, reason: row.dismissedReason },
  };
}
