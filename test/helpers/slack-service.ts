/** The service itself on a database of its own, beside a local Slack, on either of Slack's transports. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import type { Environment } from "../../src/config/settings-reader.ts";
import { loadConfig } from "../../src/config.ts";
import type { SqlPool } from "../../src/db/client.ts";
import {
  createSlackStandIn,
  type SlackStandIn,
  type SlackStandInOptions,
} from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { type Service, startService } from "../../src/main.ts";
import { createTestDatabase } from "./database.ts";
import { HELP, SECRET, TRIAGE, WORKSPACE } from "./slack.ts";
import { waitUntil } from "./wait-until.ts";

export type SlackTransport = "http" | "socket";

export interface SlackService {
  slack: SlackStandIn;
  service: Service;
  sql: SqlPool;
  settings: Environment;
  /** What the service wrote to its log, one JSON document a line. */
  log(): string;
  /** Stops the service and starts it again on the same database and the same Slack. */
  restart(): Promise<void>;
  /** Until nothing waits in the inbox or the outbox, and no run has work due. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export interface SlackServiceOptions {
  transport: SlackTransport;
  standIn?: Partial<SlackStandInOptions>;
  settings?: Environment;
}

export async function startSlackService(options: SlackServiceOptions): Promise<SlackService> {
  const { transport } = options;
  const db = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "deskhand-slack-"));
  const slack = await createSlackStandIn({
    ...WORKSPACE,
    signingSecret: SECRET,
    eventsUrl: null,
    transport,
    retryDelaysMs: [1, 1, 1],
    ...options.standIn,
  });
  const settings: Environment = {
    PORT: "0",
    DATA_DIR: dataDir,
    DATABASE_URL: db.url,
    SLACK_BOT_TOKEN: slack.token,
    ...(transport === "http" ? { SLACK_SIGNING_SECRET: SECRET } : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_SUPPORT_CHANNELS: HELP,
    SLACK_TRIAGE_CHANNEL: TRIAGE,
    SLACK_API_URL: slack.url,
    SLACK_POST_INTERVAL_MS: "0",
    REPLY_UNDO_SECONDS: "0",
    ...options.settings,
  };
  const lines: string[] = [];
  const log = pino({ level: "debug" }, { write: (line) => void lines.push(line) });
  const start = async (): Promise<Service> => {
    const service = await startService(loadConfig(settings), log);
    if (transport === "http") await slack.connect(`${service.url}/api/slack/events`);
    else await waitUntil("a connection of Socket Mode", async () => (slack.sockets?.connections() ?? 0) > 0);
    return service;
  };
  const bench: SlackService = {
    slack,
    service: await start(),
    sql: db.sql,
    settings,
    log: () => lines.join(""),
    restart: async () => {
      await bench.service.stop();
      bench.service = await start();
    },
    settle: () => settle(db.sql, bench.service),
    close: async () => {
      await bench.service.stop();
      await slack.stop();
      await db.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return bench;
}

async function settle(sql: SqlPool, service: Service): Promise<void> {
  for (;;) {
    const waiting = async () => {
      const [row] = await sql<{ count: number }[]>`
        select (select count(*) from outbox where sent_at is null) + (select count(*) from slack_inbox) as count`;
      return row?.count ?? 0;
    };
    if ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    else {
      await service.engine?.waitUntilIdle({ timeoutMs: 55_000 });
      if ((await waiting()) === 0) return;
    }
  }
}
