/** `/api/openapi.json` and its page at `/api/docs`, which loads nothing from another host. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { Hono } from "hono";
import type { ApiDeps, ApiEnv } from "../deps.ts";
import { answerUnknownPath } from "../errors.ts";

/** Of swagger-ui-dist, the files that the page uses; no other name is ever asked for. */
const ASSETS = new Set(["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]);

/** Swagger UI sets style attributes and draws its icons as data URLs; scripts run from our own files only. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskhand API</title>
<link rel="icon" type="image/png" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<noscript>This page needs JavaScript. The document that it shows is at <a href="openapi.json">openapi.json</a>.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** No validator: it would send the document's address to another host. */
const START = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#docs",
  deepLinking: true,
  validatorUrl: null,
});
`;

const DESCRIPTION = `Deskhand turns mails, Slack messages and calls of this API into tickets, triages and assigns them, and answers where
the requester wrote.

Log in with \`POST /api/auth/login\`, and send the token as \`Authorization: Bearer <token>\`. Every error is
\`{"error": {"code", "message", "field"?}}\`. Lists answer with \`nextCursor\`: send it as \`cursor\` for the next page.`;

export function docsRoutes(deps: Pick<ApiDeps, "docsAssets">, described: OpenAPIHono<ApiEnv>): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>();
  let document: string | null = null;
  app.get("/openapi.json", (c) => {
    document ??= describeApi(described);
    return c.body(document, 200, { "Content-Type": "application/json", "Cache-Control": "no-cache" });
  });
  app.get("/docs", (c) =>
    c.body(PAGE, 200, {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": PAGE_POLICY,
      "Cache-Control": "no-cache",
    }),
  );
  app.get("/docs/", (c) => c.redirect("../docs"));
  app.get("/docs/start.js", (c) => c.body(START, 200, { "Content-Type": "text/javascript; charset=utf-8" }));
  app.get("/docs/:name", async (c) => {
    const name = c.req.param("name");
    const asset = ASSETS.has(name) ? await deps.docsAssets(name) : null;
    if (!asset) return answerUnknownPath(c);
    return c.body(asset.body, 200, {
      "Content-Type": asset.contentType,
      "Cache-Control": "public, max-age=3600",
    });
  });
  return app;
}

/** OpenAPI 3.1, of every route that the app has by now. */
function describeApi(app: OpenAPIHono<ApiEnv>): string {
  const document = app.getOpenAPI31Document({
    openapi: "3.1.0",
    info: { title: "Deskhand", version: "1", description: DESCRIPTION },
    servers: [{ url: "/" }],
    tags: [{ name: "Accounts" }, { name: "Tickets" }, { name: "Service" }],
  });
  return JSON.stringify(document);
}
