/** `/api/auth`: signing up and in, and the accounts as admins see them. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { AppError } from "../../core/errors.ts";
import { findUserById, listUsers, type UserPosition } from "../../db/users.ts";
import { logInUser } from "../../desk/log-in-user.ts";
import { type SignedInUser, signUpUser } from "../../desk/sign-up-user.ts";
import { updatePresence } from "../../desk/update-presence.ts";
import { updateUser } from "../../desk/update-user.ts";
import { requireAdmin, requireUser, staffActorOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { FieldError, refuseMisfit } from "../errors.ts";
import { limitLogin, limitSignup } from "../rate-limit.ts";
import {
  bearerSecurity,
  conflictAnswer,
  invalidAnswer,
  jsonAnswer,
  jsonBody,
  limitedAnswer,
  missingAnswer,
  notAdminAnswer,
  notStaffAnswer,
  signedOutAnswer,
} from "../schemas.ts";
import { createSessionToken } from "../tokens.ts";
import {
  EmailSchema,
  NameSchema,
  NewPasswordSchema,
  NewWorkingHoursSchema,
  PasswordSchema,
  presentUser,
  SkillsSchema,
  UserSchema,
} from "../user-schema.ts";

const tags = ["Accounts"];

const SignedInSchema = z
  .object({
    user: UserSchema,
    token: z.string().openapi({ description: "Send it as `Authorization: Bearer <token>`." }),
  })
  .openapi("SignedIn");

const signUpRoute = createRoute({
  method: "post",
  path: "/signup",
  tags,
  summary: "Sign up",
  description:
    "Opens an account with the role `user`. Roles are given by admins only. Skills that the desk does not know are " +
    "proposed, and count once an admin has given them to somebody.",
  request: jsonBody(
    z.strictObject({
      email: EmailSchema,
      password: NewPasswordSchema,
      name: NameSchema.optional(),
      skills: SkillsSchema.optional(),
    }),
  ),
  responses: {
    201: jsonAnswer("The account and its first token.", SignedInSchema),
    ...invalidAnswer,
    ...conflictAnswer,
    ...limitedAnswer,
  },
});

const logInRoute = createRoute({
  method: "post",
  path: "/login",
  tags,
  summary: "Log in",
  request: jsonBody(z.strictObject({ email: EmailSchema, password: PasswordSchema })),
  responses: {
    200: jsonAnswer("The account and a token.", SignedInSchema),
    ...invalidAnswer,
    401: { ...signedOutAnswer[401], description: "No account has this address with this password." },
    ...limitedAnswer,
  },
});

const meRoute = createRoute({
  method: "get",
  path: "/me",
  tags,
  summary: "Your own account",
  security: bearerSecurity,
  responses: { 200: jsonAnswer("The account.", z.object({ user: UserSchema })), ...signedOutAnswer },
});

const updateMeRoute = createRoute({
  method: "patch",
  path: "/me",
  tags,
  summary: "Say when you are there (moderators and admins)",
  description: "What is not given stays. Skills, capacity and roles are for admins to set.",
  security: bearerSecurity,
  request: jsonBody(
    z.strictObject({
      away: z.boolean().optional(),
      handOver: z
        .boolean()
        .optional()
        .openapi({ description: "Away for long: your open tickets go to others now." }),
      workingHours: NewWorkingHoursSchema.optional(),
    }),
  ),
  responses: {
    200: jsonAnswer("The account as it is now.", z.object({ user: UserSchema })),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notStaffAnswer,
    ...conflictAnswer,
  },
});

const USERS_PER_PAGE = 500;

const listUsersRoute = createRoute({
  method: "get",
  path: "/users",
  tags,
  summary: "All accounts, the oldest first (admin)",
  security: bearerSecurity,
  request: {
    query: z.strictObject({
      cursor: z.string().optional().openapi({ description: "`nextCursor` of the page before." }),
      limit: z.coerce.number().int().min(1).max(1000).default(USERS_PER_PAGE),
    }),
  },
  responses: {
    200: jsonAnswer(
      "A page of accounts. `nextCursor` is null on the last.",
      z.object({ users: z.array(UserSchema), nextCursor: z.string().nullable() }),
    ),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

const updateUserRoute = createRoute({
  method: "post",
  path: "/update-user",
  tags,
  summary: "Change an account (admin)",
  description:
    "Names the account by its address. What is not given stays. `skills` replaces all of them; new ones become skills " +
    "of the desk. A role holds from the user's next request. The last admin stays one. Who loses the role or is " +
    "deactivated keeps no open tickets: they go to others within moments.",
  security: bearerSecurity,
  request: jsonBody(
    z.strictObject({
      email: EmailSchema,
      role: UserSchema.shape.role.optional(),
      skills: SkillsSchema.optional(),
      name: NameSchema.optional(),
      capacity: z.int().min(0).max(1000).optional(),
      away: z.boolean().optional(),
      handOver: z.boolean().optional().openapi({
        description: "Away for long: their open tickets go to others now. Needs `away`.",
      }),
      takesGeneral: UserSchema.shape.takesGeneral.optional(),
      workingHours: NewWorkingHoursSchema.optional(),
      active: z
        .boolean()
        .optional()
        .openapi({ description: "false deactivates: no sign-in, no tickets; open ones go to others." }),
      slackUserId: z
        .string()
        .regex(/^[A-Z0-9]{3,30}$/, "must be a Slack user id such as U024BE7LH")
        .nullable()
        .optional()
        .openapi({ description: "null unlinks." }),
    }),
  ),
  responses: {
    200: jsonAnswer("The account as it is now.", z.object({ user: UserSchema, message: z.string() })),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
    ...conflictAnswer,
  },
});

export function accountRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  const signedIn = requireUser(deps);
  app.use("/me", signedIn);
  app.use("/users", signedIn, requireAdmin);
  app.use("/update-user", signedIn, requireAdmin);

  app.openapi(signUpRoute, async (c) => {
    const { email, password, name = "", skills = [] } = c.req.valid("json");
    await limitSignup(c.get("sql"), email, deps.clientAddress(c));
    const account = await signUpUser(c.get("sql"), deps.passwords, { email, password, name, skills });
    return c.json(await answerSignedIn(deps, account), 201);
  });

  app.openapi(logInRoute, async (c) => {
    const login = c.req.valid("json");
    const forgive = await limitLogin(c.get("sql"), login.email, deps.clientAddress(c));
    const account = await logInUser(c.get("sql"), deps.passwords, login);
    if (!account) throw new AppError("unauthenticated", "No account has this address with this password.");
    await forgive();
    return c.json(await answerSignedIn(deps, account), 200);
  });

  app.openapi(meRoute, async (c) => {
    const user = await findUserById(c.get("sql"), c.get("user").id);
    if (!user) throw new AppError("unauthenticated", "This account is gone.");
    return c.json({ user: presentUser(user) }, 200);
  });

  app.openapi(updateMeRoute, async (c) => {
    const { away, handOver, workingHours: hours } = c.req.valid("json");
    const user = await updatePresence(c.get("sql"), staffActorOf(c.get("user")), { away, handOver, hours });
    return c.json({ user: presentUser(user) }, 200);
  });

  app.openapi(listUsersRoute, async (c) => {
    const { cursor, limit } = c.req.valid("query");
    const after = cursor === undefined ? null : parseUserCursor(cursor);
    const { users, next } = await listUsers(c.get("sql"), { after, limit });
    return c.json({ users: users.map(presentUser), nextCursor: next && formatUserCursor(next) }, 200);
  });

  app.openapi(updateUserRoute, async (c) => {
    const { email, workingHours, ...rest } = c.req.valid("json");
    const update = { ...rest, hours: workingHours };
    const { user, changed } = await updateUser(c.get("sql"), staffActorOf(c.get("user")), email, update);
    const message = changed ? "The account has been updated." : "Nothing was given to change.";
    return c.json({ user: presentUser(user), message }, 200);
  });
  return app;
}

async function answerSignedIn(deps: ApiDeps, { user, passwordHash }: SignedInUser) {
  const token = await createSessionToken(deps.tokens, { userId: user.id, passwordHash }, deps.now());
  return { user: presentUser(user), token };
}

function formatUserCursor({ createdAt, id }: UserPosition): string {
  return `${createdAt}_${id}`;
}

function parseUserCursor(cursor: string): UserPosition {
  const [, createdAt, id] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)_([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor) ??
    [];
  if (!createdAt || !id || !isRealTime(createdAt)) {
    throw new FieldError("cursor", "cursor: must be the nextCursor of the page before");
  }
  return { createdAt, id };
}

/** Not the 31st of February, which Date.parse takes and Postgres refuses. */
function isRealTime(time: string): boolean {
  const milliseconds = Date.parse(time);
  return !Number.isNaN(milliseconds) && new Date(milliseconds).toISOString().startsWith(time.slice(0, 19));
}
