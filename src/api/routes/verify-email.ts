/**
 * `/api/auth/verify`: the link of the verification mail. Opening it changes nothing, since mail scanners open links too;
 * the page asks for the account's password, and its form does the rest.
 */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { AppError } from "../../core/errors.ts";
import type { UserRow } from "../../db/users.ts";
import { verifyEmail } from "../../desk/verify-email.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { FieldError, refuseMisfit } from "../errors.ts";
import { limitLogin } from "../rate-limit.ts";
import { invalidAnswer, jsonAnswer, jsonBody, limitedAnswer, signedOutAnswer } from "../schemas.ts";
import { readVerificationToken, type VerificationClaims } from "../tokens.ts";
import { PasswordSchema, presentUser, UserSchema } from "../user-schema.ts";

const tags = ["Accounts"];
const TokenSchema = z.string().min(1).max(2000);

const pageRoute = createRoute({
  method: "get",
  path: "/verify",
  tags,
  summary: "The page behind the link of the verification mail",
  request: { query: z.strictObject({ token: TokenSchema }) },
  responses: {
    200: {
      description: "A page that asks for the password.",
      content: { "text/html": { schema: z.string() } },
    },
    ...invalidAnswer,
  },
});

const verifyRoute = createRoute({
  method: "post",
  path: "/verify",
  tags,
  summary: "Verify your address",
  description:
    "Shows the account the tickets that its address wrote by mail or Slack. Takes the token of the verification mail " +
    "and the account's password; as JSON, or as the form of the page.",
  request: jsonBody(z.strictObject({ token: TokenSchema, password: PasswordSchema })),
  responses: {
    200: jsonAnswer("The account.", z.object({ user: UserSchema, message: z.string() })),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...limitedAnswer,
  },
});

export function verifyEmailRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });

  app.openapi(pageRoute, async (c) => {
    const { token } = c.req.valid("query");
    const claims = await readVerificationToken(deps.tokens, token, deps.now());
    return page(c, claims ? askForPassword(token, claims.email, "") : linkIsOver, claims ? 200 : 400);
  });

  app.on("POST", "/verify", async (c, next) => {
    if (!/^application\/x-www-form-urlencoded/i.test(c.req.header("content-type") ?? "")) return next();
    return answerForm(deps, c);
  });

  app.openapi(verifyRoute, async (c) => {
    const { token, password } = c.req.valid("json");
    const claims = await readVerificationToken(deps.tokens, token, deps.now());
    if (!claims) throw new FieldError("token", "token: does not hold, or no longer");
    const user = await verify(deps, c, claims, password);
    if (!user) throw new AppError("unauthenticated", "This is not the password of the account.");
    return c.json({ user: presentUser(user), message: `${user.email} has been verified.` }, 200);
  });
  return app;
}

async function answerForm(deps: ApiDeps, c: Context<ApiEnv>): Promise<Response> {
  const { token, password } = await c.req.parseBody();
  const claims =
    typeof token === "string" ? await readVerificationToken(deps.tokens, token, deps.now()) : null;
  if (typeof token !== "string" || !claims) return page(c, linkIsOver, 400);
  const given = PasswordSchema.safeParse(password);
  const user = given.success ? await verify(deps, c, claims, given.data) : null;
  if (user) return page(c, isVerified(user.email), 200);
  return page(c, askForPassword(token, claims.email, "This is not the password of the account."), 401);
}

/** A password is checked here too: under the same limits as a login. */
async function verify(
  deps: ApiDeps,
  c: Context<ApiEnv>,
  { userId, email }: VerificationClaims,
  password: string,
): Promise<UserRow | null> {
  const forgive = await limitLogin(c.get("sql"), email, deps.clientAddress(c));
  const user = await verifyEmail(c.get("sql"), deps.passwords, { userId, email, password });
  if (user) await forgive();
  return user;
}

type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** The form posts to the page's own path: without the token, which would stand in the browser's history again. */
function askForPassword(token: string, email: string, problem: string): Markup {
  return html`<h1>Verify ${email}</h1>
    <p>An account was opened with this address. If that was you, enter its password: the account will then show the
    tickets that this address has written. If it was not you, close this page, and nothing will happen.</p>
    <p role="alert">${problem}</p>
    <form method="post" action="verify">
      <input type="hidden" name="token" value="${token}">
      <label>Password <input type="password" name="password" autocomplete="current-password" required></label>
      <button>Verify</button>
    </form>`;
}

const linkIsOver = html`<h1>This link does not hold</h1><p>It may have been cut, or be older than a day.</p>`;

function isVerified(email: string): Markup {
  return html`<h1>${email} is verified</h1><p>You can close this page.</p>`;
}

function page(c: Context<ApiEnv>, content: Markup, status: 200 | 400 | 401): Response | Promise<Response> {
  c.header(
    "Content-Security-Policy",
    "default-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  );
  const document = html`<!doctype html>
    <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>Deskhand</title></head><body>${content}</body></html>`;
  return c.html(document, status);
}
