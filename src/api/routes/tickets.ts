/** `/api/tickets`: making, listing and reading tickets. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { normaliseEmail } from "../../core/account.ts";
import { describeUnknownCategory, findByCategoryName } from "../../core/category-name.ts";
import { AppError } from "../../core/errors.ts";
import { PRIORITIES, TICKET_STATUSES } from "../../core/ticket.ts";
import { listCategories } from "../../db/categories.ts";
import { type SqlPool, storableText } from "../../db/client.ts";
import {
  type AssigneeFilter,
  findTicketView,
  listTickets,
  type TicketView,
} from "../../db/ticket-queries.ts";
import type { SessionUser } from "../../db/users.ts";
import { requireUser, ticketViewerOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { FieldError, refuseMisfit } from "../errors.ts";
import { findTicket } from "../find-ticket.ts";
import { pageQuery } from "../pages.ts";
import { readTicketDetail } from "../read-ticket-detail.ts";
import {
  bearerSecurity,
  conflictAnswer,
  invalidAnswer,
  jsonAnswer,
  jsonBody,
  missingAnswer,
  signedOutAnswer,
} from "../schemas.ts";
import { presentTicket, TicketDetailSchema, TicketSchema } from "../ticket-schema.ts";
import { isUuid } from "../uuid.ts";
import { attachmentRoutes } from "./attachments.ts";
import { messageRoutes } from "./messages.ts";
import { ticketActionRoutes } from "./ticket-actions.ts";
import { ticketReplyRoutes } from "./ticket-replies.ts";

const tags = ["Tickets"];

const createTicketRoute = createRoute({
  method: "post",
  path: "/",
  tags,
  summary: "Make a ticket",
  description:
    "Triage and assignment follow within moments. With an `Idempotency-Key`, the same call again answers with the " +
    "ticket of the first and makes no second one.",
  security: bearerSecurity,
  request: {
    headers: z.object({
      "idempotency-key": z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters")
        .optional()
        .openapi({ description: "A name of your own for this call, such as a UUID.", example: "order-4711" }),
    }),
    ...jsonBody(
      z.strictObject({
        title: z
          .string()
          .transform((title) => title.replace(/[\s\p{Cc}]+/gu, " ").trim())
          .pipe(z.string().min(1, "must not be empty").max(200, "must have 200 characters or fewer"))
          .openapi({ type: "string", minLength: 1, maxLength: 200, example: "VPN drops every ten minutes" }),
        description: z
          .string()
          .max(50_000, "must have 50,000 characters or fewer")
          .refine((text) => text.trim() !== "", "must not be empty")
          .openapi({ minLength: 1, example: "Since this morning, on Windows 11, at home." }),
      }),
    ),
  },
  responses: {
    201: jsonAnswer("The ticket.", z.object({ ticket: TicketSchema, message: z.string() })),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...conflictAnswer,
  },
});

const listTicketsRoute = createRoute({
  method: "get",
  path: "/",
  tags,
  summary: "List tickets, the newest first",
  description: "Users get their own; moderators and admins get all.",
  security: bearerSecurity,
  request: {
    query: z.strictObject({
      status: z.enum(TICKET_STATUSES).optional(),
      priority: z.enum(PRIORITIES).optional(),
      category: z.string().max(200).optional().openapi({
        description: "One of the desk's, retired ones too, in any case and spacing.",
      }),
      assignedTo: z
        .string()
        .optional()
        .openapi({ description: "A user's id or address, `me`, or `nobody`.", example: "me" }),
      q: z.string().max(500).optional().openapi({
        description: 'Words in title, summary or description; "in quotes" together, -without; or #1042.',
      }),
      ...pageQuery(/^[1-9]\d{0,14}$/),
    }),
  },
  responses: {
    200: jsonAnswer(
      "A page of tickets. `nextCursor` is null on the last.",
      z.object({ tickets: z.array(TicketSchema), nextCursor: z.string().nullable() }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
  },
});

const readTicketRoute = createRoute({
  method: "get",
  path: "/{id}",
  tags,
  summary: "Read a ticket with its messages",
  description: "For its requester, moderators and admins. Internal notes and triage are for staff.",
  security: bearerSecurity,
  request: { params: z.object({ id: z.string().openapi({ description: "The ticket's id or number." }) }) },
  responses: {
    200: jsonAnswer("The ticket.", z.object({ ticket: TicketDetailSchema })),
    ...signedOutAnswer,
    ...missingAnswer,
  },
});

export function ticketRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("*", requireUser(deps));

  app.openapi(createTicketRoute, async (c) => {
    const key = c.req.valid("header")["idempotency-key"];
    const { ticket, isReplay } = await createTicket(deps, c.get("sql"), c.get("user"), {
      ...c.req.valid("json"),
      key,
    });
    if (isReplay) c.header("Idempotency-Replayed", "true");
    const message = `Ticket #${ticket.number} ${isReplay ? "had been made already" : "has been made"}.`;
    return c.json({ ticket: presentTicket(ticket, ticketViewerOf(c.get("user"))), message }, 201);
  });

  app.openapi(listTicketsRoute, async (c) => {
    const query = c.req.valid("query");
    const viewer = ticketViewerOf(c.get("user"));
    const { tickets, nextBefore } = await listTickets(c.get("sql"), viewer, {
      status: query.status ?? null,
      priority: query.priority ?? null,
      category: query.category === undefined ? null : await spellCategory(c, query.category),
      assignee: query.assignedTo === undefined ? null : parseAssignee(query.assignedTo, c.get("user")),
      words: query.q?.trim() || null,
      before: query.cursor === undefined ? null : Number(query.cursor),
      limit: query.limit,
    });
    const nextCursor = nextBefore === null ? null : String(nextBefore);
    return c.json({ tickets: tickets.map((ticket) => presentTicket(ticket, viewer)), nextCursor }, 200);
  });

  app.openapi(readTicketRoute, async (c) => {
    const viewer = ticketViewerOf(c.get("user"));
    const ticket = await findTicket(c.get("sql"), viewer, c.req.valid("param").id);
    return c.json({ ticket: await readTicketDetail(c.get("sql"), viewer, ticket) }, 200);
  });

  app.route("/", attachmentRoutes());
  app.route("/", messageRoutes());
  app.route("/", ticketActionRoutes(deps));
  app.route("/", ticketReplyRoutes(deps));
  return app;
}

/** Through the one door of intake. Rejects with `conflict` where the key was used for another ticket. */
async function createTicket(
  deps: ApiDeps,
  sql: SqlPool,
  user: SessionUser,
  input: { title: string; description: string; key: string | undefined },
): Promise<{ ticket: TicketView; isReplay: boolean }> {
  const { title, description, key } = input;
  const result = await deps.recordInbound(sql, {
    channel: "api",
    account: "rest",
    externalId: key === undefined ? crypto.randomUUID() : `${user.id}:${key}`,
    receivedAt: deps.now(),
    userId: user.id,
    userName: user.name || user.email,
    title,
    description,
  });
  const ticket = result.ticket && (await findTicketView(sql, ticketViewerOf(user), { id: result.ticket.id }));
  if (!ticket) throw new AppError("internal", `Intake made no ticket: ${result.reason}`);
  const isSame = ticket.title === storableText(title) && ticket.description === storableText(description);
  if (result.alreadyRecorded && !isSame) {
    throw new AppError("conflict", `This Idempotency-Key was used for another ticket, #${ticket.number}.`);
  }
  return { ticket, isReplay: result.alreadyRecorded };
}

/**
 * As the desk spells it, retired ones too: old tickets have them. Staff are told of one that there is not; of the
 * desk's list users learn nothing, and it finds them nothing.
 */
async function spellCategory(c: Context<ApiEnv>, wanted: string): Promise<string> {
  const categories = await listCategories(c.get("sql"));
  const found = findByCategoryName(categories, wanted);
  if (found !== undefined) return found.name;
  if (c.get("user").role === "user") return wanted;
  const names = categories.filter(({ active }) => active).map(({ name }) => name);
  throw new FieldError("category", describeUnknownCategory(wanted, names));
}

function parseAssignee(text: string, user: SessionUser): AssigneeFilter {
  if (text === "nobody") return "nobody";
  if (text === "me") return { userId: user.id };
  if (isUuid(text)) return { userId: text };
  const email = normaliseEmail(text);
  if (email === null)
    throw new FieldError("assignedTo", "assignedTo: must be a user's id or address, me or nobody");
  return { email };
}
