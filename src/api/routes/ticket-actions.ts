/** `/api/tickets/{id}`: what moderators and admins do with a ticket. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { normaliseEmail } from "../../core/account.ts";
import { AppError } from "../../core/errors.ts";
import { DECLINE_REASONS } from "../../core/slack-actions.ts";
import { PRIORITIES, TICKET_STATUSES } from "../../core/ticket.ts";
import type { Sql } from "../../db/client.ts";
import { findUserByEmail, type SessionUser } from "../../db/users.ts";
import { changeTicket } from "../../desk/change-ticket.ts";
import { claimTicket } from "../../desk/claim-ticket.ts";
import { declineAssignment } from "../../desk/decline-assignment.ts";
import { reopenTicket } from "../../desk/reopen-ticket.ts";
import { resolveTicket } from "../../desk/resolve-ticket.ts";
import { requireStaff, staffActorOf, ticketViewerOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { FieldError, refuseMisfit } from "../errors.ts";
import { findTicket } from "../find-ticket.ts";
import { readTicketDetail } from "../read-ticket-detail.ts";
import {
  bearerSecurity,
  conflictAnswer,
  invalidAnswer,
  jsonAnswer,
  jsonBody,
  missingAnswer,
  notStaffAnswer,
  signedOutAnswer,
} from "../schemas.ts";
import { TicketDetailSchema } from "../ticket-schema.ts";
import { SkillsSchema } from "../user-schema.ts";
import { isUuid } from "../uuid.ts";

const tags = ["Acting on tickets"];
const params = z.object({ id: z.string().openapi({ description: "The ticket's id or number." }) });
const answers = {
  200: jsonAnswer("The ticket as it is now.", z.object({ ticket: TicketDetailSchema, message: z.string() })),
  ...invalidAnswer,
  ...signedOutAnswer,
  ...notStaffAnswer,
  ...missingAnswer,
  ...conflictAnswer,
};

const patchRoute = createRoute({
  method: "patch",
  path: "/{id}",
  tags,
  summary: "Correct labels, give it to somebody, set its status (moderators and admins)",
  description:
    "All that is given, or nothing. Labels that a person sets are corrections: kept with who, when, what and of what, " +
    "never overwritten by triage, and learned from. `resolved` tells the requester, `closed` tells nobody.",
  security: bearerSecurity,
  request: {
    params,
    ...jsonBody(
      z.strictObject({
        category: z.string().min(1).max(200).optional().openapi({ description: "One of the desk's own." }),
        priority: z.enum(PRIORITIES).optional(),
        skills: SkillsSchema.optional().openapi({
          description: "All that it needs, by the desk's names or aliases.",
        }),
        assignedTo: z
          .string()
          .max(320)
          .optional()
          .openapi({ description: "A moderator's or admin's id or address, or `me`.", example: "me" }),
        status: z.enum(TICKET_STATUSES).optional(),
      }),
    ),
  },
  responses: answers,
});

const claimRoute = createRoute({
  method: "post",
  path: "/{id}/claim",
  tags,
  summary: "Take a ticket (moderators and admins)",
  description: "It is yours and in progress. Of two who claim at once, the second gets 409.",
  security: bearerSecurity,
  request: { params },
  responses: answers,
});

const resolveRoute = createRoute({
  method: "post",
  path: "/{id}/resolve",
  tags,
  summary: "Resolve a ticket (moderators and admins)",
  description: "The requester is told, with your note if there is one.",
  security: bearerSecurity,
  request: {
    params,
    ...jsonBody(z.strictObject({ note: z.string().max(10_000).optional() })),
  },
  responses: answers,
});

const reopenRoute = createRoute({
  method: "post",
  path: "/{id}/reopen",
  tags,
  summary: "Open a resolved or closed ticket again (moderators and admins)",
  security: bearerSecurity,
  request: { params },
  responses: answers,
});

const declineRoute = createRoute({
  method: "post",
  path: "/{id}/decline",
  tags,
  summary: "Hand your ticket back (moderators and admins)",
  description:
    "It goes to the next best placed, and never to you again by itself. `skill` also asks an admin about your profile.",
  security: bearerSecurity,
  request: {
    params,
    ...jsonBody(z.strictObject({ reason: z.enum(DECLINE_REASONS), note: z.string().max(3_000).optional() })),
  },
  responses: answers,
});

/** Mounted where requireUser has run. */
export function ticketActionRoutes(deps: Pick<ApiDeps, "desk">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  for (const path of ["claim", "resolve", "reopen", "decline"]) app.use(`/:id/${path}`, requireStaff);
  app.patch("/:id", requireStaff);

  app.openapi(patchRoute, async (c) => {
    const { assignedTo, ...labels } = c.req.valid("json");
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { id } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    const assignee = assignedTo === undefined ? undefined : await findAssignee(sql, user, assignedTo);
    const changes = { ...labels, assignedTo: assignee };
    const { changed } = await changeTicket(sql, deps.desk, staffActorOf(user), id, changes);
    const message = changed.length === 0 ? "Nothing was to be changed." : `Changed: ${changed.join(", ")}.`;
    return c.json(await answerTicket(sql, user, id, message), 200);
  });
  app.openapi(claimRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { id, number } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    const { unchanged } = await claimTicket(sql, staffActorOf(user), id);
    return c.json(
      await answerTicket(sql, user, id, `Ticket #${number} is yours${unchanged ? " already" : ""}.`),
      200,
    );
  });
  app.openapi(resolveRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { id, number } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    await resolveTicket(sql, deps.desk, staffActorOf(user), id, c.req.valid("json").note ?? "");
    return c.json(await answerTicket(sql, user, id, `Ticket #${number} is resolved.`), 200);
  });
  app.openapi(reopenRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { id, number } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    await reopenTicket(sql, staffActorOf(user), id);
    return c.json(await answerTicket(sql, user, id, `Ticket #${number} is open again.`), 200);
  });
  app.openapi(declineRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { id, number } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    const { reason, note = "" } = c.req.valid("json");
    const { next } = await declineAssignment(sql, staffActorOf(user), id, { reason, note });
    const where = next === null ? "waits: there is nobody else to give it to" : `is with ${next} now`;
    return c.json(await answerTicket(sql, user, id, `Ticket #${number} ${where}.`), 200);
  });
  return app;
}

async function answerTicket(sql: Sql, user: SessionUser, ticketId: string, message: string) {
  const viewer = ticketViewerOf(user);
  const ticket = await findTicket(sql, viewer, ticketId);
  return { ticket: await readTicketDetail(sql, viewer, ticket), message };
}

async function findAssignee(sql: Sql, user: SessionUser, text: string): Promise<string> {
  if (text === "me") return user.id;
  if (isUuid(text)) return text;
  const email = normaliseEmail(text);
  if (email === null) throw new FieldError("assignedTo", "assignedTo: must be a user's id or address, or me");
  const found = await findUserByEmail(sql, email);
  if (!found) throw new AppError("not_found", "That person is no moderator or admin of the desk.");
  return found.id;
}
