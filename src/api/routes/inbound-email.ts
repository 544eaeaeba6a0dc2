/** `/api/inbound/email`: raw mails by signed request, for mail servers and relays that speak HTTP. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { createMiddleware } from "hono/factory";
import { normaliseEmail } from "../../core/account.ts";
import { AppError } from "../../core/errors.ts";
import { INTAKE_OUTCOMES } from "../../core/inbound.ts";
import type { ApiDeps, ApiEnv, InboundEmailDoor } from "../deps.ts";
import { answerTooLarge, FieldError, refuseMisfit } from "../errors.ts";
import { invalidAnswer, jsonAnswer, signedOutAnswer, tooLargeAnswer, unavailableAnswer } from "../schemas.ts";
import { readWebhookHeaders, verifyWebhook } from "../webhook-signature.ts";

export const INBOUND_EMAIL_PATH = "/api/inbound/email";
/** What the largest providers let a sender send, after base64. */
const BYTES_MAX = 50 * 1024 * 1024;
/** Bodies in memory at once, whoever sends them: the signature can be checked only when a body is there. */
const IN_HAND_MAX = 8;

const route = createRoute({
  method: "post",
  path: "/email",
  tags: ["Intake"],
  summary: "Hand over a mail",
  description:
    "The body is the mail as it came, byte for byte (RFC 5322). Signed by the Standard Webhooks specification with " +
    "INBOUND_EMAIL_SECRET. A 200 means that the mail is recorded for good. After any other answer, or none, send it " +
    "again: the same bytes for the same mailbox are recorded once.",
  request: {
    query: z.strictObject({
      mailbox: z.string().max(320).optional().openapi({
        description: "The address that received the mail. Unless given, that of MAIL_FROM.",
        example: "support@example.com",
      }),
    }),
    headers: z.object({
      "webhook-id": z.string().optional().openapi({ example: "msg_2f6d" }),
      "webhook-timestamp": z.string().optional().openapi({ example: "1795341600" }),
      "webhook-signature": z
        .string()
        .optional()
        .openapi({ example: "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=" }),
    }),
    body: {
      required: true,
      content: { "message/rfc822": { schema: z.string().openapi({ format: "binary" }) } },
    },
  },
  responses: {
    200: jsonAnswer(
      "Recorded: `outcome` says as what.",
      z.object({
        outcome: z.enum(INTAKE_OUTCOMES),
        reason: z.string(),
        ticket: z.number().int().nullable().openapi({ description: "The ticket's number." }),
        messageId: z.string().nullable().openapi({ description: "The mail's own Message-ID." }),
        alreadyRecorded: z.boolean(),
      }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...tooLargeAnswer,
    ...unavailableAnswer,
  },
});

export function inboundEmailRoutes(door: InboundEmailDoor, deps: Pick<ApiDeps, "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/email", limitInHand());
  app.use("/email", bodyLimit({ maxSize: BYTES_MAX, onError: (c) => answerTooLarge(c, BYTES_MAX) }));
  app.openapi(route, async (c) => {
    const claimed = readWebhookHeaders(c.req.raw.headers, deps.now());
    const mailbox = readMailbox(c.req.valid("query").mailbox);
    const raw = new Uint8Array(await c.req.arrayBuffer());
    await verifyWebhook(door.keys, claimed, raw);
    if (raw.length === 0) throw new FieldError("body", "The body is empty: send the mail as it came.");
    const { result, messageId } = await door.receive(c.get("sql"), raw, mailbox);
    const { outcome, reason, ticket, alreadyRecorded } = result;
    return c.json({ outcome, reason, ticket: ticket?.number ?? null, messageId, alreadyRecorded }, 200);
  });
  return app;
}

function limitInHand() {
  let inHand = 0;
  return createMiddleware<ApiEnv>(async (_c, next) => {
    if (inHand >= IN_HAND_MAX) {
      throw new AppError("unavailable", "More mails are on their way in than fit at once.", {
        publicMessage: "Too many mails are being taken in at once. Send it again in a moment.",
        retryAfterMs: 2000,
      });
    }
    inHand++;
    try {
      await next();
    } finally {
      inHand--;
    }
  });
}

function readMailbox(text: string | undefined): string | null {
  if (text === undefined) return null;
  const address = normaliseEmail(text);
  if (address !== null) return address;
  throw new FieldError("mailbox", "mailbox must be a mail address such as support@example.com.");
}
