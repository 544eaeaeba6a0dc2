/** `/api/tickets/{id}`: answering the requester, with the audience lock, and notes for the staff. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { fingerprintWarning } from "../../core/audience.ts";
import { AppError } from "../../core/errors.ts";
import type { ReplyForm } from "../../core/slack-actions.ts";
import { addNote } from "../../desk/add-note.ts";
import { type AddedMessage, addRequesterMessage } from "../../desk/add-requester-message.ts";
import { readReplyForm } from "../../desk/read-reply-form.ts";
import { sendReply } from "../../desk/send-reply.ts";
import { undoReply } from "../../desk/undo-reply.ts";
import { requireStaff, staffActorOf, ticketViewerOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { FieldError, refuseMisfit } from "../errors.ts";
import { findTicket } from "../find-ticket.ts";
import {
  bearerSecurity,
  DateTimeSchema,
  ErrorSchema,
  invalidAnswer,
  jsonAnswer,
  jsonBody,
  missingAnswer,
  notStaffAnswer,
  signedOutAnswer,
} from "../schemas.ts";
import { isUuid } from "../uuid.ts";

const tags = ["Acting on tickets"];
const params = z.object({ id: z.string().openapi({ description: "The ticket's id or number." }) });

const HoldSchema = z
  .string()
  .nullable()
  .openapi({ description: "Why an answer could not leave now, and what to do; null where it can." });

const NoteSchema = z.string().nullable().openapi({
  description: "That nobody is told, on a ticket that came by the API: its requester reads the answer there.",
});

const SeenSchema = z
  .strictObject({
    audienceKey: z.string().max(200),
    latestMessageId: z.uuid().nullable(),
    warnings: z.array(z.string().max(5_000)).max(100),
  })
  .openapi("SeenReplyForm");

const ReplyFormSchema = z
  .object({
    audienceKey: z.string().openapi({ description: "Names these recipients." }),
    to: z.array(z.string()),
    cc: z.array(z.string()),
    slackChannel: z.string().nullable(),
    draft: z.string(),
    latest: z
      .object({ messageId: z.uuid(), authorName: z.string(), text: z.string(), at: DateTimeSchema })
      .nullable(),
    warnings: z.array(z.string()).openapi({ description: "What looks wrong; empty where nothing does." }),
    undoSeconds: z.int(),
    hold: HoldSchema,
    note: NoteSchema,
    seen: SeenSchema.openapi({
      description: "Send it back as it is with the reply: it says that you have read this form.",
    }),
  })
  .openapi("ReplyForm");

const formRoute = createRoute({
  method: "get",
  path: "/{id}/reply-form",
  tags,
  summary: "Who would receive a reply, and what looks wrong (moderators and admins)",
  security: bearerSecurity,
  request: { params },
  responses: {
    200: jsonAnswer("As of now.", z.object({ form: ReplyFormSchema })),
    ...signedOutAnswer,
    ...notStaffAnswer,
    ...missingAnswer,
    409: jsonAnswer("The ticket is closed.", ErrorSchema),
  },
});

const postRoute = createRoute({
  method: "post",
  path: "/{id}/messages",
  tags,
  summary: "Answer the requester, leave a note for the staff, or add to your own ticket",
  description:
    "**On a ticket of your own**, as a user: your words join it, as a reply by mail would; what was resolved or closed " +
    "lately is open again. Send `text` alone.\n\n**Moderators and admins** answer the requester, or leave a note. " +
    "`visibility` has no default, so that nothing leaves by an omission. A public answer leaves after the undo window. " +
    "It is held back with 409 and the form where the text looks internal or the recipients are not who wrote, and, " +
    "with `seen`, where recipients or the last message are not those any more: send it again with `seen` of that form. " +
    "On a ticket that came by the API nobody is told of an answer: `note` says so, and the requester reads it with " +
    "`GET /api/tickets/{id}`. With an `Idempotency-Key`, the same call again changes nothing.",
  security: bearerSecurity,
  request: {
    params,
    headers: z.object({
      "idempotency-key": z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters")
        .optional(),
    }),
    ...jsonBody(
      z.strictObject({
        text: z
          .string()
          .max(50_000, "must have 50,000 characters or fewer")
          .refine((text) => text.trim() !== "", "must not be empty")
          .openapi({ minLength: 1 }),
        visibility: z.enum(["public", "internal"]).optional().openapi({
          description: "Required of moderators and admins. What requesters write is public.",
        }),
        seen: SeenSchema.optional().openapi({
          description: "`seen` of a form: what you have read before you sent it.",
        }),
      }),
    ),
  },
  responses: {
    201: jsonAnswer(
      "It stands. `deliveryId` is null for notes, and where nothing is to be delivered.",
      z.object({
        deliveryId: z.uuid().nullable(),
        undoSeconds: z.int(),
        hold: HoldSchema,
        note: NoteSchema,
        message: z.string(),
      }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notStaffAnswer,
    ...missingAnswer,
    409: jsonAnswer(
      "Held back: nothing was written. `form` has what to look at; without it, the ticket is closed.",
      ErrorSchema.extend({ form: ReplyFormSchema.optional() }),
    ),
  },
});

const undoRoute = createRoute({
  method: "post",
  path: "/{id}/undo-reply",
  tags,
  summary: "Take a reply back within its undo window (moderators and admins)",
  security: bearerSecurity,
  request: { params, ...jsonBody(z.strictObject({ deliveryId: z.string() })) },
  responses: {
    200: jsonAnswer(
      "Nothing is sent.",
      z.object({ text: z.string().openapi({ description: "What it said." }) }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notStaffAnswer,
    ...missingAnswer,
    409: jsonAnswer("Too late.", ErrorSchema),
  },
});

/** Mounted where requireUser has run. */
export function ticketReplyRoutes(deps: Pick<ApiDeps, "desk">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  for (const path of ["reply-form", "undo-reply"]) app.use(`/:id/${path}`, requireStaff);

  app.openapi(formRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { id } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    const form = await readReplyForm(sql, deps.desk, staffActorOf(user), id);
    return c.json({ form: presentForm(form) }, 200);
  });

  app.openapi(postRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { text, visibility, seen } = c.req.valid("json");
    const { id, number } = await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    const key = `api:${user.id}:${c.req.valid("header")["idempotency-key"] ?? crypto.randomUUID()}`;
    if (user.role === "user") {
      if (visibility === "internal")
        throw new AppError("forbidden", "Only moderators and admins leave notes.");
      const person = { userId: user.id, name: user.name || user.email };
      const added = await addRequesterMessage(sql, deps.desk, person, id, text, key);
      return c.json({ ...NOT_DELIVERED, message: sayAdded(added) }, 201);
    }
    if (visibility === undefined)
      throw new FieldError(
        "visibility",
        'visibility is required: "public" answers the requester, "internal" is a note.',
      );
    const actor = staffActorOf(user);
    if (visibility === "internal") {
      await addNote(sql, actor, id, text, key);
      return c.json({ ...NOT_DELIVERED, message: `A note stands on ticket #${number}.` }, 201);
    }
    const shown = seen ?? (await assumeSeen(() => readReplyForm(sql, deps.desk, actor, id, text)));
    const answer = await sendReply(sql, deps.desk, actor, id, {
      text,
      shown: { ...shown, warnings: shown.warnings.map(fingerprintWarning) },
      key,
    });
    switch (answer.state) {
      case "queued": {
        const { deliveryId, undoSeconds, hold = null, note = null } = answer;
        return c.json({ deliveryId, undoSeconds, hold, note, message: sayAnswered(number, hold, note) }, 201);
      }
      case "confirm": {
        const message = `Held back: ${answer.form.warnings.join(" ")} Send it again with seen of this form.`;
        return c.json({ error: { code: "conflict", message }, form: presentForm(answer.form) }, 409);
      }
      case "refused":
        throw new AppError("conflict", answer.text);
      default:
        return answer satisfies never;
    }
  });

  addUndo(app);
  return app;
}

/** Of what is for the desk alone, or from the requester. */
const NOT_DELIVERED = { deliveryId: null, undoSeconds: 0, hold: null, note: null };

function sayAnswered(number: number, hold: string | null, note: string | null): string {
  if (hold !== null) return `The answer on ticket #${number} stands, and has not left. ${hold}`;
  return `Ticket #${number} is answered.${note === null ? "" : ` ${note}`}`;
}

function sayAdded({ number, reopened }: AddedMessage): string {
  return `Your message stands on ticket #${number}${reopened ? ", which is open again" : ""}.`;
}

function addUndo(app: OpenAPIHono<ApiEnv>): void {
  app.openapi(undoRoute, async (c) => {
    const [sql, user] = [c.get("sql"), c.get("user")];
    const { deliveryId } = c.req.valid("json");
    await findTicket(sql, ticketViewerOf(user), c.req.valid("param").id);
    if (!isUuid(deliveryId)) throw new FieldError("deliveryId", "deliveryId: must be that of the answer");
    const answer = await undoReply(sql, staffActorOf(user), deliveryId);
    if (answer.state === "too-late") throw new AppError("conflict", answer.text);
    return c.json({ text: answer.text }, 200);
  });
}

/** Who names no form has read nothing: recipients and messages as they are, and no warning. */
async function assumeSeen(read: () => Promise<ReplyForm>): Promise<z.infer<typeof SeenSchema>> {
  return { ...describeSeen(await read()), warnings: [] };
}

function describeSeen({ audience, latest, warnings }: ReplyForm): z.infer<typeof SeenSchema> {
  return { audienceKey: audience.key, latestMessageId: latest?.messageId ?? null, warnings };
}

function presentForm(form: ReplyForm): z.infer<typeof ReplyFormSchema> {
  const { audience, draft, latest, warnings, undoSeconds, hold = null, note = null } = form;
  const { key: audienceKey, to, cc, slackChannel } = audience;
  return {
    audienceKey,
    to,
    cc,
    slackChannel,
    draft,
    latest: latest && { ...latest, at: latest.at.toISOString() },
    warnings,
    undoSeconds,
    hold,
    note,
    seen: describeSeen(form),
  };
}
