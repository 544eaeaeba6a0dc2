/** `/api/auth/slack-link`: a code by which somebody says in Slack who they are. */
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { createSlackLinkCode, LINK_CODE_SECONDS } from "../../desk/link-slack-account.ts";
import { requireUser } from "../auth.ts";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { refuseMisfit } from "../errors.ts";
import { bearerSecurity, jsonAnswer, signedOutAnswer } from "../schemas.ts";

const slackLinkRoute = createRoute({
  method: "post",
  path: "/slack-link",
  tags: ["Accounts"],
  summary: "A code to link your Slack account",
  description:
    "Write `/ticket link CODE` in Slack: it then knows you, also where Slack hides your address. The code works once. " +
    "Give it to nobody: whoever types it in Slack is taken for you.",
  security: bearerSecurity,
  responses: {
    201: jsonAnswer(
      "The code; a new one takes the place of an older one.",
      z.object({
        code: z.string().openapi({ example: "ABCD-EFGH-JKMN" }),
        expiresInSeconds: z.int(),
      }),
    ),
    ...signedOutAnswer,
  },
});

export function slackLinkRoutes(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseMisfit });
  app.use("/slack-link", requireUser(deps));
  app.openapi(slackLinkRoute, async (c) => {
    const { code } = await createSlackLinkCode(c.get("sql"), c.get("user").id);
    return c.json({ code, expiresInSeconds: LINK_CODE_SECONDS }, 201);
  });
  return app;
}
