/** `/api/tickets/{id}/messages/{messageId}`: a message as it was sent. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../../core/errors.ts";
import { readMessageHtml, readMessageSource } from "../../db/message-content.ts";
import { listAttachments } from "../../db/ticket-queries.ts";
import { ticketViewerOf } from "../auth.ts";
import type { ApiEnv } from "../deps.ts";
import { downloadHeaders } from "../downloads.ts";
import { refuseMisfit } from "../errors.ts";
import { findTicket } from "../find-ticket.ts";
import { sanitiseMessage } from "../html/sanitise-message.ts";
import { bearerSecurity, jsonAnswer, missingAnswer, signedOutAnswer } from "../schemas.ts";
import { isUuid } from "../uuid.ts";

const params = z.object({
  id: z.string().openapi({ description: "The ticket's id or number." }),
  messageId: z.string(),
});

const htmlRoute = createRoute({
  method: "get",
  path: "/{id}/messages/{messageId}/html",
  tags: ["Tickets"],
  summary: "Read a message's HTML, made safe",
  description: "For whoever may read the message. No scripts, no forms, no loads from elsewhere.",
  security: bearerSecurity,
  request: { params },
  responses: {
    200: jsonAnswer(
      "The HTML. Images that lie elsewhere have their address in `data-original-src`, and are not loaded.",
      z.object({ html: z.string(), remoteImages: z.int() }),
    ),
    ...signedOutAnswer,
    ...missingAnswer,
  },
});

const sourceRoute = createRoute({
  method: "get",
  path: "/{id}/messages/{messageId}/source",
  tags: ["Tickets"],
  summary: "Download the original of a mail",
  description: "Byte for byte, as it reached us. For moderators and admins.",
  security: bearerSecurity,
  request: { params },
  responses: {
    200: {
      description: "The mail, as a download.",
      content: { "message/rfc822": { schema: z.string().openapi({ format: "binary" }) } },
    },
    ...signedOutAnswer,
    ...missingAnswer,
  },
});

/** Mounted where requireUser has run. */
export function messageRoutes(): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.openapi(htmlRoute, async (c) => {
    const { id, messageId } = c.req.valid("param");
    const viewer = ticketViewerOf(c.get("user"));
    const sql = c.get("sql");
    const ticket = await findTicket(sql, viewer, id);
    const html = isUuid(messageId) ? await readMessageHtml(sql, viewer, ticket.id, messageId) : null;
    if (html === null)
      throw new AppError("not_found", "There is no such message with HTML, or none that you may see.");
    return c.json(sanitiseMessage(ticket.id, html, await listAttachments(sql, [messageId])), 200);
  });
  app.openapi(sourceRoute, async (c) => {
    const { id, messageId } = c.req.valid("param");
    const viewer = ticketViewerOf(c.get("user"));
    const ticket = await findTicket(c.get("sql"), viewer, id);
    const isAllowed = viewer.kind === "staff" && isUuid(messageId);
    const source = isAllowed ? await readMessageSource(c.get("sql"), ticket.id, messageId) : null;
    if (source === null)
      throw new AppError("not_found", "There is no original of this message, or none that you may see.");
    const file = { filename: `ticket-${ticket.number}-${messageId}.eml`, contentType: "message/rfc822" };
    return c.body(new Uint8Array(source), 200, downloadHeaders(file));
  });
  return app;
}
