/** The stand-in's HTTP side: tokens, both kinds of bodies, file downloads, and failures on demand. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type Args, METHODS, type MethodContext } from "./methods.ts";

export interface Failure {
  /** Only calls of this method; all without it. */
  method?: string;
  /** `lost-answer` does the work and then drops the connection; `hang` answers nothing until the server stops. */
  kind: "rate-limit" | "http-500" | "error" | "lost-answer" | "hang";
  /** For `error`: Slack's word, e.g. `channel_not_found`. */
  error?: string;
  /** For `rate-limit`; 1 unless said otherwise. */
  retryAfterS?: number;
  /** How many calls fail; 1 unless said otherwise. */
  times?: number;
  /** How many calls succeed before; none unless said otherwise. */
  after?: number;
}

export interface ApiCall {
  method: string;
  ok: boolean;
}

export interface HttpOptions {
  context: MethodContext;
  token: string;
  /** The app's own token, for `apps.connections.open` alone. */
  appToken: string;
  /** Scopes that the token is said to have; without it the header is left out. */
  scopes: string[] | undefined;
  failures: Failure[];
  calls: ApiCall[];
}

export function createSlackHttp(options: HttpOptions): Server {
  return createServer((request, response) => {
    handle(options, request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 500, { ok: false, error: "internal_error" });
    });
  });
}

async function handle(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://stand-in");
  const body = await readBody(request);
  if (url.pathname.startsWith("/files/")) return sendFile(options, request, url.pathname, response);
  const method = /^\/api\/([\w.]+)$/.exec(url.pathname)?.[1];
  if (method === undefined) return send(response, 404, { ok: false, error: "not_found" });
  const failure = takeFailure(options.failures, method);
  if (failure?.kind === "hang") return;
  if (failure?.kind === "rate-limit") {
    const headers = { "retry-after": String(failure.retryAfterS ?? 1) };
    return send(response, 429, { ok: false, error: "ratelimited" }, headers);
  }
  if (failure?.kind === "http-500") return send(response, 500, { ok: false, error: "internal_error" });
  const answer =
    failure?.kind === "error" ? { ok: false, error: failure.error } : call(options, request, method, body);
  options.calls.push({ method, ok: answer.ok === true });
  if (failure?.kind === "lost-answer") request.socket.destroy();
  else
    send(
      response,
      200,
      answer,
      options.scopes === undefined ? {} : { "x-oauth-scopes": options.scopes.join(",") },
    );
}

function call(
  { context, token, appToken }: HttpOptions,
  request: IncomingMessage,
  method: string,
  body: string,
): Record<string, unknown> {
  const args = readArgs(request.headers["content-type"] ?? "", body);
  if (args === null) return { ok: false, error: "invalid_json" };
  const sent = request.headers.authorization?.replace(/^Bearer /, "") ?? args.text("token");
  if (sent === "") return { ok: false, error: "not_authed" };
  if (sent !== (method === "apps.connections.open" ? appToken : token))
    return { ok: false, error: "invalid_auth" };
  return METHODS[method]?.(context, args) ?? { ok: false, error: "unknown_method" };
}

function takeFailure(failures: Failure[], method: string): Failure | undefined {
  const index = failures.findIndex((failure) => failure.method === undefined || failure.method === method);
  const failure = failures[index];
  if (failure === undefined) return undefined;
  if (failure.after !== undefined && failure.after > 0) {
    failures[index] = { ...failure, after: failure.after - 1 };
    return undefined;
  }
  const left = (failure.times ?? 1) - 1;
  if (left > 0) failures[index] = { ...failure, times: left };
  else failures.splice(index, 1);
  return failure;
}

function readArgs(contentType: string, body: string): Args | null {
  const values = contentType.startsWith("application/json")
    ? parse(body)
    : Object.fromEntries(new URLSearchParams(body));
  if (typeof values !== "object" || values === null) return null;
  const fields = values as Record<string, unknown>;
  const text = (name: string) =>
    fields[name] === undefined || fields[name] === null ? "" : String(fields[name]);
  return {
    text,
    has: (name) => text(name) !== "",
    json: (name) => (typeof fields[name] === "string" ? parse(fields[name]) : (fields[name] ?? undefined)),
    flag: (name) => text(name) === "true" || text(name) === "1",
    number: (name, otherwise) => (text(name) === "" ? otherwise : Number(text(name))),
  };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function sendFile(
  { context, token }: HttpOptions,
  request: IncomingMessage,
  path: string,
  response: ServerResponse,
): void {
  const file = context.state.file(path.split("/")[2] ?? "");
  // Slack answers a request without a valid token with its sign-in page and status 200.
  if (file === undefined || request.headers.authorization !== `Bearer ${token}`) {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>Sign in</html>");
    return;
  }
  response.writeHead(200, { "content-type": file.mimetype }).end(Buffer.from(file.base64, "base64"));
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", ...headers });
  response.end(JSON.stringify(body));
}
