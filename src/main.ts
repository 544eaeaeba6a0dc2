/** The Node root: wires the service together, and takes it apart in the opposite order. */
import { getConnInfo } from "@hono/node-server/conninfo";
import type { Logger } from "pino";
import { createApp } from "./api/app.ts";
import type { TokenSettings } from "./api/deps.ts";
import { createVerificationToken } from "./api/tokens.ts";
import type { Config } from "./config.ts";
import type { RecordInbound } from "./core/inbound.ts";
import { listActiveCategories } from "./db/categories.ts";
import type { SqlPool } from "./db/client.ts";
import type { DeskSettings } from "./desk/desk-settings.ts";
import { recordInbound } from "./desk/record-inbound.ts";
import { createBatchRecorder } from "./desk/record-inbound-batch.ts";
import { createPasswordHasher } from "./passwords.ts";
import { createTrustedProxies, readClientAddress } from "./runtime/client-address.ts";
import { createDeskSettings } from "./runtime/desk-settings.ts";
import { readDocsAsset } from "./runtime/docs-assets.ts";
import { openHttpServer } from "./runtime/http-server.ts";
import { loadJwtSecrets } from "./runtime/jwt-secret.ts";
import { rebuildLocalModel } from "./runtime/local-models/rebuild-local-model.ts";
import { trainInThread } from "./runtime/local-models/train-in-thread.ts";
import { createLocalTriage } from "./runtime/local-triage.ts";
import { openMailAccess } from "./runtime/mail-access.ts";
import { openMailIntake } from "./runtime/mail-intake.ts";
import { openMailOut } from "./runtime/mail-out.ts";
import { renderMetrics } from "./runtime/metrics.ts";
import { createModel } from "./runtime/model.ts";
import { type OpenDatabase, openDatabase } from "./runtime/open-database.ts";
import { checkReadiness } from "./runtime/readiness.ts";
import { createMailReceiver } from "./runtime/receive-mail.ts";
import { createRightOfWay } from "./runtime/right-of-way.ts";
import { openSlack } from "./runtime/slack.ts";
import { createSlackInbox } from "./runtime/slack-inbox.ts";
import { listenToSlack } from "./runtime/slack-socket.ts";
import { createSmtpSignIn } from "./runtime/smtp-sign-in.ts";
import { startWorkflows } from "./runtime/workflow-runner.ts";
import type { EmbeddedEngine } from "./workflows/engine/engine.ts";
import { type ReconcileReport, reconcile } from "./workflows/reconcile.ts";
import type { WorkflowDeps } from "./workflows/workflow-deps.ts";

const TOKEN_SECONDS = 12 * 60 * 60;
/** Takes in what Slack delivers, many events in one statement, and does nothing else. */
const SLACK_LANE = 1;

export interface Service {
  /** Where it listens, e.g. `http://127.0.0.1:8787`. */
  url: string;
  sql: SqlPool;
  settings: DeskSettings;
  /** Null where Inngest runs the workflows. */
  engine: EmbeddedEngine | null;
  reconcile(): Promise<ReconcileReport>;
  /** Resolves when the service can do its work no more, with the reason: stop it, and end the process. */
  broken: Promise<Error>;
  /** Stops reading, lets what is in hand end, and closes everything. */
  stop(): Promise<void>;
}

/** Rejects with StartupError where something must be put right first; whatever was opened is closed again. */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) {
      await close().catch((error: unknown) => log.error({ err: error }, "A part did not stop cleanly."));
    }
  };
  let onLost: (error: Error) => void = () => {};
  const broken = new Promise<Error>((resolve) => {
    onLost = resolve;
  });
  try {
    const database = await openDatabase(config, { role: "service", log, onLost });
    closers.push(database.close);
    return { ...(await startParts(config, log, database, closers)), broken, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  config: Config,
  log: Logger,
  database: OpenDatabase,
  closers: (() => Promise<void>)[],
): Promise<Omit<Service, "broken" | "stop">> {
  const { sql } = database;
  const proxies = createTrustedProxies(config.service.trustedProxies);
  const settings = createDeskSettings(config);
  const record: RecordInbound = (message, position) => recordInbound(sql, settings, message, position);
  const server = await openHttpServer(config);
  closers.push(server.close);
  const appUrl = config.service.appUrl ?? server.url;
  const tokens = await readTokenSettings(config);

  const access = await openMailAccess(config, sql);
  const mailOut = await openMailOut(config, log, createSmtpSignIn(access.smtpTokens, { sql, log }));
  if (mailOut) closers.push(mailOut.close);
  const rightOfWay = createRightOfWay();
  const lane = database.openLane(SLACK_LANE);
  const slackInbox = createSlackInbox({ lane, sql, settings, rightOfWay, log });
  const { accept } = slackInbox;
  const slack = await openSlack(config, { sql, settings, recordInbound: record, accept, rightOfWay, log });
  if (slack) {
    closers.push(slackInbox.stop, slack.settled);
    await slackInbox.start();
  }
  const mailIn = await openMailIntake(access, {
    sql,
    recordInbound: record,
    recordInboundBatch: createBatchRecorder(sql, settings),
    log,
    authentication: config.mailAuthentication,
  });
  closers.push(mailIn.stop);
  const runReconcile = (): Promise<ReconcileReport> =>
    reconcile({
      sql,
      recordInbound: record,
      log,
      sources: [...mailIn.sources(), ...(slack?.sources() ?? [])],
    });

  const localTriage = createLocalTriage({ sql, log, train: trainInThread });
  // In its thread while the rest starts; a ticket that is faster waits for it, and nothing else does.
  void localTriage.warmUp(await listActiveCategories(sql));

  const deps: WorkflowDeps = {
    sql,
    settings,
    policies: config.policies,
    now: () => new Date(),
    log,
    model: createModel(config, log),
    createLocalClassifier: localTriage.createClassifier,
    rankSimilar: localTriage.rankSimilar,
    rebuildLocalModel: () => rebuildLocalModel({ sql, train: trainInThread }, { always: false }),
    mail: mailOut,
    slack: slack?.desk ?? null,
    slackIntake: slack?.intake ?? null,
    appUrl,
    createVerificationLink: ({ id, email }) => createVerificationLink(tokens, appUrl, id, email),
    reconcile: runReconcile,
  };
  const workflows = await startWorkflows(config.inngest, deps, {
    soleProcess: database.embedded,
    giveWay: rightOfWay.give,
  });
  // Closed in the opposite order: the doors first, then what is in hand, then what it needs.
  closers.splice(closers.indexOf(mailIn.stop), 1);
  closers.push(workflows.stop, mailIn.stop, server.close);

  const { engine } = workflows;
  const app = createApp({
    sql,
    tokens,
    passwords: createPasswordHasher(),
    desk: settings,
    recordInbound: (pool, ticket) => recordInbound(pool, settings, ticket),
    slackEvents: slack?.handle ?? undefined,
    inboundEmail: config.inboundEmail
      ? {
          keys: [config.inboundEmail.signingKey, ...config.inboundEmail.previousKeys],
          receive: createMailReceiver(mailIn.parse, settings),
        }
      : undefined,
    inngest: workflows.inngestEndpoint ?? undefined,
    replayRun: engine ? (id) => engine.replayDeadRun(id) : undefined,
    readiness: () => checkReadiness(sql, mailIn.mailboxes()),
    metrics: () => renderMetrics(sql, mailIn.mailboxes()),
    docsAssets: readDocsAsset,
    model: config.gemini?.model ?? null,
    log,
    now: () => new Date(),
    clientAddress: (c) =>
      readClientAddress(getConnInfo(c).remote.address, c.req.header("x-forwarded-for"), proxies),
    appUrl,
  });
  server.serve(app.fetch);
  if ((config.mailIn || config.inboundEmail) && !config.mailOut) {
    log.warn({}, "Mail comes in, but no answer can leave: set SMTP_URL and MAIL_FROM.");
  }
  for (const warning of config.warnings) log.warn({}, warning);
  mailIn.start();
  if (slack) {
    const patiently: RecordInbound = async (...message) => {
      await rightOfWay.give();
      return record(...message);
    };
    const compare = { sql, recordInbound: patiently, log, sources: slack.sources() };
    closers.push(listenToSlack(config, { channel: slack.channel, log, catchUp: () => reconcile(compare) }));
  }
  log.info({ url: server.url, ...describeSwitches(config) }, "Deskhand is ready.");
  return { url: server.url, sql, settings, engine: workflows.engine, reconcile: runReconcile };
}

async function readTokenSettings(config: Config): Promise<TokenSettings> {
  const secrets = await loadJwtSecrets(config);
  return { ...secrets, issuer: "deskhand", audience: "deskhand-api", expiresInSeconds: TOKEN_SECONDS };
}

async function createVerificationLink(
  tokens: TokenSettings,
  appUrl: string,
  userId: string,
  email: string,
): Promise<string> {
  const token = await createVerificationToken(tokens, { userId, email }, new Date());
  return `${appUrl}/api/auth/verify?token=${encodeURIComponent(token)}`;
}

/** What is on and what is off, for the log of the start. */
function describeSwitches(config: Config): Record<string, string> {
  const onOff = (block: unknown): string => (block === null ? "off" : "on");
  return {
    database: config.databaseUrl === null ? "embedded" : "external",
    mailIn: onOff(config.mailIn),
    mailOut: onOff(config.mailOut),
    inboundEmail: onOff(config.inboundEmail),
    slack: onOff(config.slack),
    gemini: onOff(config.gemini),
    workflows: config.inngest === null ? "embedded engine" : "Inngest",
  };
}
