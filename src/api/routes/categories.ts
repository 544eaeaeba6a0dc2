/** `/api/admin/categories`: the desk's own list; `/api/categories`: what of it is in use. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { listActiveCategories, listCategories } from "../../db/categories.ts";
import { addCategory, reviseCategory } from "../../desk/keep-categories.ts";
import { requireAdmin, requireStaff, requireUser, staffActorOf } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { refuseMisfit } from "../errors.ts";
import {
  bearerSecurity,
  conflictAnswer,
  invalidAnswer,
  jsonAnswer,
  jsonBody,
  missingAnswer,
  notAdminAnswer,
  notStaffAnswer,
  signedOutAnswer,
} from "../schemas.ts";

const tags = ["Categories and skills"];

const CategorySchema = z
  .object({
    name: z.string(),
    description: z.string().openapi({ description: "What belongs in it: classifiers read this." }),
    position: z.int().openapi({ description: "Lists are ordered by this, then by name." }),
    active: z.boolean().openapi({ description: "False: retired. Tickets keep it, no new one gets it." }),
  })
  .openapi("Category");

const name = z
  .string()
  .transform((text) => text.replace(/[\s\p{Cc}]+/gu, " ").trim())
  .pipe(z.string().min(1, "must not be empty").max(80, "must have 80 characters or fewer"))
  .openapi({ type: "string", minLength: 1, maxLength: 80, example: "Hardware" });
const description = z.string().trim().max(500);
const position = z.int().min(0).max(10_000);
const answer = z.object({ category: CategorySchema });

const listRoute = createRoute({
  method: "get",
  path: "/categories",
  tags,
  summary: "List categories (admin)",
  description: "Active ones first, in their order; 500 at most.",
  security: bearerSecurity,
  responses: {
    200: jsonAnswer("The categories.", z.object({ categories: z.array(CategorySchema) })),
    ...signedOutAnswer,
    ...notAdminAnswer,
  },
});

const addRoute = createRoute({
  method: "post",
  path: "/categories",
  tags,
  summary: "Add a category (admin)",
  security: bearerSecurity,
  request: jsonBody(
    z.strictObject({ name, description: description.default(""), position: position.optional() }),
  ),
  responses: {
    201: jsonAnswer("The category.", answer),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...conflictAnswer,
  },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/categories/{name}",
  tags,
  summary: "Rename, describe, order or retire a category (admin)",
  description:
    "Tickets and corrections follow a new name. With very many tickets in it a new name takes a while, since each is written.",
  security: bearerSecurity,
  request: {
    params: z.object({ name: z.string() }),
    ...jsonBody(
      z.strictObject({
        name: name.optional(),
        description: description.optional(),
        position: position.optional(),
        active: z.boolean().optional().openapi({ description: "false retires it." }),
      }),
    ),
  },
  responses: {
    200: jsonAnswer("The category as it is now.", answer),
    ...invalidAnswer,
    ...signedOutAnswer,
    ...notAdminAnswer,
    ...missingAnswer,
    ...conflictAnswer,
  },
});

const DeskCategorySchema = CategorySchema.pick({ name: true, description: true }).openapi("DeskCategory");

const staffListRoute = createRoute({
  method: "get",
  path: "/",
  tags,
  summary: "List the categories in use (moderators and admins)",
  description: "In the desk's order: what a ticket's category can be set to.",
  security: bearerSecurity,
  responses: {
    200: jsonAnswer("The categories.", z.object({ categories: z.array(DeskCategorySchema) })),
    ...signedOutAnswer,
    ...notStaffAnswer,
  },
});

/** `/api/categories`: the list for those who choose from it. */
export function deskCategoryRoutes(deps: Pick<ApiDeps, "tokens" | "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/", requireUser(deps), requireStaff);
  app.openapi(staffListRoute, async (c) =>
    c.json({ categories: await listActiveCategories(c.get("sql")) }, 200),
  );
  return app;
}

export function categoryRoutes(deps: Pick<ApiDeps, "tokens" | "now">): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/categories", requireUser(deps), requireAdmin);
  app.use("/categories/*", requireUser(deps), requireAdmin);
  app.openapi(listRoute, async (c) => c.json({ categories: await listCategories(c.get("sql")) }, 200));
  app.openapi(addRoute, async (c) => {
    const { position: at = null, ...given } = c.req.valid("json");
    const actor = staffActorOf(c.get("user"));
    return c.json({ category: await addCategory(c.get("sql"), actor, { ...given, position: at }) }, 201);
  });
  app.openapi(changeRoute, async (c) => {
    const actor = staffActorOf(c.get("user"));
    const change = c.req.valid("json");
    return c.json(
      { category: await reviseCategory(c.get("sql"), actor, c.req.valid("param").name, change) },
      200,
    );
  });
  return app;
}
