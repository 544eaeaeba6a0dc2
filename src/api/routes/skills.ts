/** `/api/admin/skills`: the desk's own list, what was proposed for it, and questions about people's profiles. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../../core/errors.ts";
import {
  listSkillChanges,
  listSkills,
  type SkillChangeView,
  type SkillPosition,
  type SkillView,
} from "../../db/skill-admin.ts";
import { decideSkillProposal } from "../../desk/decide-skill-proposal.ts";
import { addSkill, changeSkill, decideOnSkill } from "../../desk/keep-skills.ts";
import { requireAdmin, requireUser, staffActorOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { FieldError, refuseMisfit } from "../errors.ts";
import {
  bearerSecurity,
  conflictAnswer,
  DateTimeSchema,
  invalidAnswer,
  jsonAnswer,
  jsonBody,
  missingAnswer,
  notAdminAnswer,
  signedOutAnswer,
} from "../schemas.ts";
import { SkillSchema as NameSchema } from "../user-schema.ts";
import { isUuid } from "../uuid.ts";

const tags = ["Categories and skills"];

const SkillSchema = z
  .object({
    id: z.uuid(),
    name: z.string(),
    aliases: z.array(z.string()).openapi({
      description: "Other names, as they are compared: lower-case letters and digits.",
      example: ["k8s"],
    }),
    status: z.enum(["active", "proposed", "refused", "retired"]),
    people: z.int().openapi({ description: "How many moderators and admins have it." }),
    seen: z
      .int()
      .openapi({ description: "On how many tickets it was named while the desk did not have it." }),
    lastSeenAt: DateTimeSchema.nullable(),
    tickets: z.array(z.int()).openapi({ description: "Numbers of the newest of those, five at most." }),
  })
  .openapi("Skill");

const SkillChangeSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(["open", "accepted", "ignored"]),
    person: z.object({ id: z.uuid(), name: z.string() }),
    skill: z.object({ id: z.uuid(), name: z.string() }),
    ticket: z.object({ id: z.uuid(), number: z.int(), title: z.string() }),
    note: z.string(),
    decidedBy: z.string().nullable(),
    createdAt: DateTimeSchema,
  })
  .openapi("SkillChange");

const aliases = z.array(NameSchema).max(100);
const params = z.object({ id: z.string() });
const adminAnswers = { ...invalidAnswer, ...signedOutAnswer, ...notAdminAnswer };
const skillAnswers = {
  200: jsonAnswer("The skill as it is now.", z.object({ skill: SkillSchema })),
  ...adminAnswers,
  ...missingAnswer,
  ...conflictAnswer,
};
const cursor = z.string().max(300).optional().openapi({ description: "`nextCursor` of the page before." });
const limit = z.coerce.number().int().min(1).max(500).default(100);

const listRoute = createRoute({
  method: "get",
  path: "/skills",
  tags,
  summary: "List skills (admin)",
  description:
    "`proposed`: named by a classifier or at a signup, and not the desk's; the most often seen first. The others by name.",
  security: bearerSecurity,
  request: { query: z.strictObject({ status: SkillSchema.shape.status.default("active"), cursor, limit }) },
  responses: {
    200: jsonAnswer("A page.", z.object({ skills: z.array(SkillSchema), nextCursor: z.string().nullable() })),
    ...adminAnswers,
  },
});

const addRoute = createRoute({
  method: "post",
  path: "/skills",
  tags,
  summary: "Add a skill (admin)",
  description: "Usual other names come with it: Kubernetes brings k8s.",
  security: bearerSecurity,
  request: jsonBody(z.strictObject({ name: NameSchema, aliases: aliases.default([]) })),
  responses: {
    201: jsonAnswer("The skill.", z.object({ skill: SkillSchema })),
    ...adminAnswers,
    ...conflictAnswer,
  },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/skills/{id}",
  tags,
  summary: "Rename a skill, give it other names, retire it (admin)",
  description:
    "`aliases` replaces all of them. An old name stays as an alias. A retired skill counts for nobody until it is active again.",
  security: bearerSecurity,
  request: {
    params,
    ...jsonBody(
      z.strictObject({
        name: NameSchema.optional(),
        aliases: aliases.optional(),
        status: z.enum(["active", "retired"]).optional(),
      }),
    ),
  },
  responses: skillAnswers,
});

const decideRoute = createRoute({
  method: "post",
  path: "/skills/{id}/decision",
  tags,
  summary: "Decide on a proposed skill (admin)",
  description:
    "`accept` makes it the desk's; `alias` makes it another name of one; `refuse` is kept, and it is not proposed again. " +
    "Tickets that named it and that nobody has are then assigned by it.",
  security: bearerSecurity,
  request: {
    params,
    ...jsonBody(
      z.discriminatedUnion("decision", [
        z.strictObject({ decision: z.literal("accept"), name: NameSchema.optional() }),
        z.strictObject({ decision: z.literal("alias"), of: NameSchema }),
        z.strictObject({ decision: z.literal("refuse") }),
      ]),
    ),
  },
  responses: skillAnswers,
});

const listChangesRoute = createRoute({
  method: "get",
  path: "/skill-changes",
  tags,
  summary: "Questions whether a skill should be taken off a profile, the newest first (admin)",
  security: bearerSecurity,
  request: { query: z.strictObject({ state: z.enum(["open", "all"]).default("open"), cursor, limit }) },
  responses: {
    200: jsonAnswer(
      "A page.",
      z.object({ changes: z.array(SkillChangeSchema), nextCursor: z.string().nullable() }),
    ),
    ...adminAnswers,
  },
});

const decideChangeRoute = createRoute({
  method: "post",
  path: "/skill-changes/{id}/decision",
  tags,
  summary: "Take the skill off the profile, or leave it (admin)",
  security: bearerSecurity,
  request: { params, ...jsonBody(z.strictObject({ accept: z.boolean() })) },
  responses: {
    200: jsonAnswer(
      "What was decided, also where somebody else was first.",
      z.object({ message: z.string() }),
    ),
    ...adminAnswers,
    ...missingAnswer,
  },
});

export function skillRoutes(deps: Pick<ApiDeps, "tokens" | "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  for (const path of ["/skills", "/skills/*", "/skill-changes", "/skill-changes/*"]) {
    app.use(path, requireUser(deps), requireAdmin);
  }
  app.openapi(listRoute, async (c) => {
    const { status, cursor: text, limit: count } = c.req.valid("query");
    const after = text === undefined ? null : parseSkillCursor(text);
    const { skills, next } = await listSkills(c.get("sql"), status, { after, limit: count });
    const nextCursor = next && `${next.seen}_${next.normalised}`;
    return c.json({ skills: skills.map(presentSkill), nextCursor }, 200);
  });
  app.openapi(addRoute, async (c) => {
    const skill = await addSkill(c.get("sql"), staffActorOf(c.get("user")), c.req.valid("json"));
    return c.json({ skill: presentSkill(skill) }, 201);
  });
  app.openapi(changeRoute, async (c) => {
    const id = requireId(c.req.valid("param").id);
    const skill = await changeSkill(c.get("sql"), staffActorOf(c.get("user")), id, c.req.valid("json"));
    return c.json({ skill: presentSkill(skill) }, 200);
  });
  app.openapi(decideRoute, async (c) => {
    const id = requireId(c.req.valid("param").id);
    const skill = await decideOnSkill(c.get("sql"), staffActorOf(c.get("user")), id, c.req.valid("json"));
    return c.json({ skill: presentSkill(skill) }, 200);
  });
  app.openapi(listChangesRoute, async (c) => {
    const { state, cursor: text, limit: count } = c.req.valid("query");
    const before = text === undefined ? null : parseChangeCursor(text);
    const { changes, hasMore } = await listSkillChanges(c.get("sql"), state, { before, limit: count });
    const last = changes.at(-1);
    const nextCursor = hasMore && last ? `${last.position}_${last.id}` : null;
    return c.json({ changes: changes.map(presentChange), nextCursor }, 200);
  });
  app.openapi(decideChangeRoute, async (c) => {
    const id = requireId(c.req.valid("param").id);
    const { accept } = c.req.valid("json");
    const message = await decideSkillProposal(c.get("sql"), staffActorOf(c.get("user")), id, accept);
    return c.json({ message }, 200);
  });
  return app;
}

function presentSkill({ normalised: _own, lastSeenAt, ...skill }: SkillView): z.infer<typeof SkillSchema> {
  return { ...skill, lastSeenAt: lastSeenAt?.toISOString() ?? null };
}

function presentChange({
  position: _own,
  createdAt,
  ...change
}: SkillChangeView): z.infer<typeof SkillChangeSchema> {
  return { ...change, createdAt: createdAt.toISOString() };
}

function requireId(id: string): string {
  if (isUuid(id)) return id;
  throw new AppError("not_found", "There is no such skill.");
}

const WRONG_CURSOR = "cursor: must be the nextCursor of the page before";

function parseSkillCursor(text: string): SkillPosition {
  const [, seen, normalised] = /^(\d{1,9})_(.+)$/u.exec(text) ?? [];
  if (seen === undefined || normalised === undefined) throw new FieldError("cursor", WRONG_CURSOR);
  return { seen: Number(seen), normalised };
}

function parseChangeCursor(text: string): { position: string; id: string } {
  const [, position = "", id = ""] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_(.+)$/.exec(text) ?? [];
  const time = Date.parse(position);
  const isReal = !Number.isNaN(time) && new Date(time).toISOString().startsWith(position.slice(0, 19));
  if (!isReal || !isUuid(id)) throw new FieldError("cursor", WRONG_CURSOR);
  return { position, id };
}
