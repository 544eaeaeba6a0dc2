/** `/api/tickets/{id}/attachments`: files that came with messages. Always a download, never a page of ours. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../../core/errors.ts";
import { readAttachment } from "../../db/ticket-queries.ts";
import { ticketViewerOf } from "../auth.ts";
import type { ApiEnv } from "../deps.ts";
import { downloadHeaders } from "../downloads.ts";
import { refuseMisfit } from "../errors.ts";
import { findTicket } from "../find-ticket.ts";
import { bearerSecurity, missingAnswer, signedOutAnswer } from "../schemas.ts";
import { isUuid } from "../uuid.ts";

const downloadRoute = createRoute({
  method: "get",
  path: "/{id}/attachments/{attachmentId}",
  tags: ["Tickets"],
  summary: "Download a file",
  description: "For whoever may read the message that it came with.",
  security: bearerSecurity,
  request: {
    params: z.object({
      id: z.string().openapi({ description: "The ticket's id or number." }),
      attachmentId: z.string(),
    }),
  },
  responses: {
    200: {
      description: "The file, as a download of its own type.",
      content: { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } },
    },
    ...signedOutAnswer,
    ...missingAnswer,
  },
});

/** Mounted where requireUser has run. */
export function attachmentRoutes(): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.openapi(downloadRoute, async (c) => {
    const { id, attachmentId } = c.req.valid("param");
    const viewer = ticketViewerOf(c.get("user"));
    const ticket = await findTicket(c.get("sql"), viewer, id);
    const file = isUuid(attachmentId)
      ? await readAttachment(c.get("sql"), viewer, ticket.id, attachmentId)
      : null;
    if (!file) throw new AppError("not_found", "This ticket has no such file, or none that you may see.");
    return c.body(new Uint8Array(file.content), 200, downloadHeaders(file));
  });
  return app;
}
