/** Pieces that several resources describe themselves with in the OpenAPI document. */
import { z } from "@hono/zod-openapi";

export const ErrorSchema = z
  .object({
    error: z.object({
      code: z.string().openapi({ example: "invalid" }),
      message: z.string().openapi({ description: "For people: what is wrong and what to do." }),
      field: z.string().optional().openapi({ description: "The field that is wrong, where it is one." }),
    }),
  })
  .openapi("Error");

function errorAnswer(description: string) {
  return { description, content: { "application/json": { schema: ErrorSchema } } };
}

export const invalidAnswer = { 400: errorAnswer("The input is wrong; `field` names where.") };
export const signedOutAnswer = { 401: errorAnswer("No token, or one that does not hold.") };
export const notAdminAnswer = { 403: errorAnswer("Only an admin may do this.") };
export const notStaffAnswer = { 403: errorAnswer("Only a moderator or an admin may do this.") };
export const missingAnswer = { 404: errorAnswer("There is none, or none that you may see.") };
export const conflictAnswer = { 409: errorAnswer("The present state does not allow it.") };
export const tooLargeAnswer = { 413: errorAnswer("The body is too large; the message says what fits.") };
export const unavailableAnswer = {
  503: errorAnswer("Not now, and nothing was changed; `Retry-After` says when to try again."),
};
export const limitedAnswer = {
  429: errorAnswer("Too many attempts; `Retry-After` says how many seconds to wait."),
};

/** For routes that need a token. */
export const bearerSecurity = [{ bearer: [] }];

export const DateTimeSchema = z
  .string()
  .openapi({ format: "date-time", example: "2026-11-22T09:30:00.000Z" });

export function jsonBody<Schema extends z.ZodType>(schema: Schema) {
  return { body: { required: true, content: { "application/json": { schema } } } };
}

export function jsonAnswer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { "application/json": { schema } } };
}
