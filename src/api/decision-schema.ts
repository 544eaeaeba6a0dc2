/** What triage said and why, why a ticket is with whom, and what people corrected on it. For staff. */
import { z } from "@hono/zod-openapi";
import { PRIORITIES } from "../core/ticket.ts";
import type { CorrectionView } from "../db/corrections.ts";
import type { LastTriage, TicketInternals } from "../db/ticket-queries.ts";
import { DateTimeSchema } from "./schemas.ts";

const ConsideredSchema = z.object({
  userId: z.string(),
  name: z.string(),
  role: z.enum(["moderator", "admin"]).optional(),
  matched: z.array(z.string()).default([]).openapi({ description: "Needed skills that they have." }),
  coverage: z.number().openapi({ description: "0 to 1: the share of the needed skills." }),
  load: z.int().openapi({ description: "Open tickets at that moment." }),
  weight: z
    .number()
    .default(0)
    .openapi({ description: "The same by priority: high counts 2, medium 1, low 0.5." }),
  capacity: z.int(),
  note: z
    .string()
    .openapi({ example: "covers 1 of 2 needed skills", description: "Why they were chosen or not." }),
});

export const AssignmentSchema = z
  .object({
    how: z
      .enum(["rule", "declined", "handed-over", "claimed", "by-hand", "answered"])
      .nullable()
      .default(null)
      .openapi({
        description: "`rule`, `declined` and `handed-over` were decided by the rule, the others by a person.",
      }),
    userId: z.string().nullable().default(null).openapi({ description: "Null: nobody has it." }),
    name: z.string().nullable().default(null),
    why: z.string().default("").openapi({ description: "One sentence." }),
    coverage: z.number().nullable().default(null),
    needed: z.array(z.string()).default([]),
    priority: z.enum(PRIORITIES).nullable().default(null),
    considered: z
      .array(ConsideredSchema)
      .default([])
      .openapi({ description: "The chosen one first, then whoever came nearest; 50 at most." }),
    omitted: z.int().default(0).openapi({ description: "How many more were considered." }),
    decidedAt: DateTimeSchema.nullable().default(null),
  })
  .openapi("Assignment");

/** Decisions are kept as they were made: older ones lack what was not kept then. */
export function presentAssignment(kept: unknown): z.infer<typeof AssignmentSchema> | null {
  return kept === null || kept === undefined ? null : AssignmentSchema.parse(kept);
}

export const CorrectionSchema = z
  .object({
    field: z.enum(["category", "priority", "skills"]),
    was: z.union([z.string(), z.array(z.string())]).nullable(),
    became: z.union([z.string(), z.array(z.string())]),
    source: z
      .enum(["gemini", "local", "person"])
      .nullable()
      .openapi({ description: "Whose label it was; null where there was none." }),
    confidence: z.number().nullable().openapi({ description: "How sure of it that was, 0 to 1." }),
    provisional: z.boolean(),
    by: z.string().nullable(),
    via: z.string().nullable().openapi({ example: "slack" }),
    createdAt: DateTimeSchema,
  })
  .openapi("Correction");

export function presentCorrection(correction: CorrectionView): z.infer<typeof CorrectionSchema> {
  const { field, was, became, createdAt, ...rest } = correction;
  const isList = field === "skills";
  return {
    ...rest,
    field,
    was: isList && was !== null ? readNames(was) : was,
    became: isList ? readNames(became) : became,
    createdAt: createdAt.toISOString(),
  };
}

function readNames(list: string): string[] {
  return z.array(z.string()).parse(JSON.parse(list));
}

export const TriageSchema = z
  .object({
    source: z.enum(["gemini", "local", "person"]),
    model: z.string().nullable().openapi({
      description: "Which model of that source; of the local classifier, which stored version of it.",
    }),
    provisional: z.boolean().openapi({
      description: "By the local classifier while the model was away: done again when it is back.",
    }),
    confidence: z.number().nullable().openapi({ description: "0 to 1." }),
    language: z.string().nullable().openapi({ description: "ISO 639-1, or `und`." }),
    triagedAt: DateTimeSchema.nullable(),
    setByPerson: z
      .array(z.string())
      .openapi({ description: "Labels that a person has set: triage never writes over them." }),
    evidence: z.array(z.object({ field: z.string(), quote: z.string(), value: z.string() })),
    guesses: z.array(z.string()).openapi({ description: "Labels that no words of the message speak for." }),
    suspicious: z
      .array(z.string())
      .openapi({ description: "Words that read like instructions to a machine." }),
  })
  .openapi("Triage");

export function presentTriage(
  ticket: TicketInternals,
  last: LastTriage | null,
): z.infer<typeof TriageSchema> | null {
  const { triageSource: source, provisional, confidence, triagedAt, personChanged: setByPerson } = ticket;
  if (source === null) return null;
  const { evidence = [], guesses = [], suspicious = [], language = null } = last?.said ?? {};
  return {
    source,
    model: last?.model ?? null,
    provisional,
    confidence,
    language,
    triagedAt: triagedAt?.toISOString() ?? null,
    setByPerson,
    evidence,
    guesses,
    suspicious,
  };
}
