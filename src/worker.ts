/**
 * The Cloudflare Workers root: the same Hono application, Slack events and Inngest endpoint as on Node. Here Inngest
 * runs the workflows, and a database connection lives no longer than the request that opened it.
 */
import { createApp } from "./api/app.ts";
import type { ApiDeps } from "./api/deps.ts";
import { createVerificationToken } from "./api/tokens.ts";
import { ConfigError } from "./config/settings-reader.ts";
import { type Config, loadConfig } from "./config.ts";
import type { RecordInbound } from "./core/inbound.ts";
import { connectDatabase, type SqlPool } from "./db/client.ts";
import { recordInbound } from "./desk/record-inbound.ts";
import { createPasswordHasher } from "./passwords.ts";
import { createDeskSettings } from "./runtime/desk-settings.ts";
import { rebuildLocalModel } from "./runtime/local-models/rebuild-local-model.ts";
import { trainInSlices } from "./runtime/local-models/train-in-slices.ts";
import { createLocalTriage, createLocalTriageMemory } from "./runtime/local-triage.ts";
import { createModel } from "./runtime/model.ts";
import { checkReadiness } from "./runtime/readiness.ts";
import { createSlack } from "./runtime/slack.ts";
import { createInngestEndpoint } from "./runtime/workflow-runner.ts";
import { createWorkerLog } from "./worker/log.ts";
import { relayOutboxOnce } from "./workflows/outbox.ts";
import { reconcile } from "./workflows/reconcile.ts";

interface WorkerEnv {
  ASSETS: { fetch(request: Request): Promise<Response> };
  HYPERDRIVE?: { connectionString: string };
  [setting: string]: unknown;
}

interface WorkerContext {
  waitUntil(work: Promise<unknown>): void;
}

const TOKEN_SECONDS = 12 * 60 * 60;
const CONNECTIONS_MAX = 5;
/** Models are numbers, and outlive the request that read them. */
const LOCAL_MODELS = createLocalTriageMemory();

export default {
  async fetch(request: Request, env: WorkerEnv, context: WorkerContext): Promise<Response> {
    try {
      const parts = openParts(env, new URL(request.url).origin, context);
      const response = await parts.app.fetch(request);
      context.waitUntil(parts.finish());
      return response;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const { problems, hints } = error;
      createWorkerLog().error({ problems, hints }, "The configuration cannot be used.");
      return Response.json(
        { error: { code: "internal", message: "The service is not configured." } },
        { status: 500 },
      );
    }
  },

  /** By cron trigger: hands over events that an ended request left in the outbox. */
  async scheduled(_event: unknown, env: WorkerEnv, context: WorkerContext): Promise<void> {
    const parts = openParts(env, "https://scheduled.invalid", context);
    await parts.finish();
  },
};

function openParts(env: WorkerEnv, origin: string, context: WorkerContext) {
  const config = readWorkerConfig(env);
  const { databaseUrl, jwt, inngest } = config;
  const log = createWorkerLog();
  const settings = createDeskSettings(config);
  const sql = connectDatabase(databaseUrl, { max: CONNECTIONS_MAX });
  const record: RecordInbound = (message) => recordInbound(sql, settings, message);
  const slack = createSlack(config, { sql, settings, recordInbound: record, log });
  const appUrl = config.service.appUrl ?? origin;
  const tokens: ApiDeps["tokens"] = {
    secret: jwt.secret,
    previousSecrets: jwt.previousSecrets,
    issuer: "deskhand",
    audience: "deskhand-api",
    expiresInSeconds: TOKEN_SECONDS,
  };
  const localTriage = createLocalTriage({ sql, log, train: trainInSlices, memory: LOCAL_MODELS });
  const { client, endpoint } = createInngestEndpoint(inngest, {
    sql,
    settings,
    policies: config.policies,
    now: () => new Date(),
    log,
    model: createModel(config, log),
    createLocalClassifier: localTriage.createClassifier,
    rankSimilar: localTriage.rankSimilar,
    rebuildLocalModel: () => rebuildLocalModel({ sql, train: trainInSlices }, { always: false }),
    mail: null,
    slack: slack?.desk ?? null,
    slackIntake: slack?.intake ?? null,
    appUrl,
    createVerificationLink: async ({ id, email }) => {
      const token = await createVerificationToken(tokens, { userId: id, email }, new Date());
      return `${appUrl}/api/auth/verify?token=${encodeURIComponent(token)}`;
    },
    // Mailboxes are read by IMAP on Node; what Slack has is compared there too.
    reconcile: () => reconcile({ sql, recordInbound: record, log, sources: [] }),
  });
  const app = createApp({
    sql,
    tokens,
    passwords: createPasswordHasher(),
    desk: settings,
    recordInbound: (pool, ticket) => recordInbound(pool, settings, ticket),
    slackEvents: slack ? (request) => slack.handle(request, (work) => context.waitUntil(work)) : undefined,
    inngest: endpoint,
    readiness: () => checkReadiness(sql, []),
    metrics: async () => "",
    docsAssets: (name) => readAsset(env, name),
    model: config.gemini?.model ?? null,
    log,
    now: () => new Date(),
    clientAddress: (c) => c.req.header("cf-connecting-ip") ?? "unknown",
    appUrl,
  });
  return { app, finish: () => finishRequest(sql, () => relayOutboxOnce(sql, client)) };
}

/** What a request has put into the outbox leaves with it; what does not get through waits for the cron trigger. */
async function finishRequest(sql: SqlPool, relay: () => Promise<unknown>): Promise<void> {
  try {
    await relay();
  } catch (error) {
    createWorkerLog().warn({ err: String(error) }, "Events wait in the outbox.");
  } finally {
    await sql.end({ timeout: 5 });
  }
}

type WorkerConfig = Config & {
  databaseUrl: string;
  jwt: NonNullable<Config["jwt"]>;
  inngest: NonNullable<Config["inngest"]>;
};

/** On Workers there is no embedded database, no data folder and no engine: what Node would make must be set. */
function readWorkerConfig(env: WorkerEnv): WorkerConfig {
  const strings = Object.entries(env).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const config = loadConfig({
    ...Object.fromEntries(strings),
    ...(env.HYPERDRIVE ? { DATABASE_URL: env.HYPERDRIVE.connectionString } : {}),
  });
  const { databaseUrl, jwt, inngest } = config;
  const missing = [
    ...(databaseUrl === null ? [["DATABASE_URL", "Set it, or bind a Hyperdrive as HYPERDRIVE."]] : []),
    ...(jwt === null ? [["JWT_SECRET", "Set it by: npx wrangler secret put JWT_SECRET"]] : []),
    ...(inngest === null
      ? [["INNGEST_SIGNING_KEY", "Set it and INNGEST_EVENT_KEY: Inngest runs the workflows."]]
      : []),
  ];
  if (databaseUrl === null || jwt === null || inngest === null) {
    throw new ConfigError(missing.map(([key = "", fix = ""]) => ({ key, problem: "it is missing.", fix })));
  }
  return { ...config, databaseUrl, jwt, inngest };
}

async function readAsset(env: WorkerEnv, name: string) {
  const response = await env.ASSETS.fetch(new Request(`https://assets.invalid/${encodeURIComponent(name)}`));
  if (!response.ok) return null;
  return {
    body: new Uint8Array(await response.arrayBuffer()),
    contentType: response.headers.get("content-type") ?? "application/octet-stream",
  };
}
