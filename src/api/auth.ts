/** Who makes a request, and what they may do. */
import { createMiddleware } from "hono/factory";
import type { StaffActor } from "../core/actor.ts";
import { AppError } from "../core/errors.ts";
import type { TicketViewer } from "../db/ticket-queries.ts";
import { findSessionUser, type SessionUser } from "../db/users.ts";
import type { ApiDeps, ApiEnv } from "./deps.ts";
import { markPassword, readSessionToken } from "./tokens.ts";

const BEARER = /^bearer +([\w.~+/-]+=*) *$/i;

/**
 * Lets through whoever has a token that holds: signed by us, not expired, of an account that still exists and has the
 * same password. The account is read each time, so that a change of role holds from the next request.
 */
export function requireUser(deps: Pick<ApiDeps, "tokens" | "now">) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const header = c.req.header("authorization");
    if (header === undefined) {
      throw new AppError("unauthenticated", "Log in, and send the token as Authorization: Bearer <token>.");
    }
    const token = BEARER.exec(header)?.[1];
    const claims = token === undefined ? null : await readSessionToken(deps.tokens, token, deps.now());
    const user = claims && (await findSessionUser(c.get("sql"), claims.userId));
    if (!user?.passwordHash || (await markPassword(user.passwordHash)) !== claims?.passwordMark) {
      throw new AppError("unauthenticated", "This token does not hold, or no longer. Log in again.");
    }
    c.set("user", user);
    await next();
  });
}

/** After requireUser. */
export const requireAdmin = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.get("user").role !== "admin") throw new AppError("forbidden", "Only an admin may do this.");
  await next();
});

/** After requireUser. */
export const requireStaff = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.get("user").role === "user") {
    throw new AppError("forbidden", "Only a moderator or an admin may do this.");
  }
  await next();
});

/** Who does something to the desk. Only staff act as themselves. */
export function staffActorOf(user: SessionUser): StaffActor {
  if (user.role === "user") throw new AppError("forbidden", "Only a moderator or an admin may do this.");
  return { kind: user.role, userId: user.id, name: user.name || user.email, via: "api" };
}

export function ticketViewerOf(user: SessionUser): TicketViewer {
  return { kind: user.role === "user" ? "user" : "staff", userId: user.id };
}
