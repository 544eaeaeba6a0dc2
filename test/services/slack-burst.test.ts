/** 500 events from 50 people in bursts, each three times and out of order, past two kills: nothing lost, and quick. */
import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createSlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { createTestDatabase } from "../helpers/database.ts";
import { runDeskhand, startDeskhand } from "../helpers/deskhand-process.ts";
import { HELP, SECRET, TRIAGE, WORKSPACE } from "../helpers/slack.ts";
import {
  type BurstPlan,
  burstUsers,
  deliverBursts,
  percentile,
  writeBursts,
} from "../helpers/slack-burst.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const PLAN: BurstPlan = { users: 50, bursts: 10, perBurst: 50, channel: HELP, pauseMs: 1_000 };

it("records 500 events once each past two kills, and tells how soon they were acknowledged", async () => {
  const load = loadavg()[0] ?? 0;
  const db = await createTestDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), "deskhand-burst-"));
  const slack = await createSlackStandIn({
    users: burstUsers(PLAN.users),
    channels: WORKSPACE.channels,
    signingSecret: SECRET,
    eventsUrl: null,
  });
  const settings = {
    DATABASE_URL: db.url,
    DATA_DIR: dataDir,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_SIGNING_SECRET: SECRET,
    SLACK_SUPPORT_CHANNELS: HELP,
    SLACK_TRIAGE_CHANNEL: TRIAGE,
    SLACK_API_URL: slack.url,
    SLACK_POST_INTERVAL_MS: "0",
  };
  let service = await startDeskhand(settings);
  let address: string | null = service.url;
  try {
    const bursts = await writeBursts(slack, PLAN);
    const figures = await deliverBursts(bursts, PLAN, {
      copies: 3,
      url: () => address,
      onBurst: async (index) => {
        if (index !== 3 && index !== 6) return;
        address = null;
        await service.kill();
        service = await startDeskhand(settings);
        address = service.url;
      },
    });
    await waitUntil(
      "everything is recorded",
      async () => (await db.sql`select 1 from slack_inbox limit 1`).length === 0,
      60_000,
    );
    const events = bursts.flat();
    const [count] = await db.sql`
      select (select count(*) from tickets) as tickets,
        (select count(*) from messages where direction = 'inbound') as messages`;
    expect(count).toEqual({
      tickets: events.filter(({ threadTs }) => threadTs === null).length,
      messages: events.length,
    });
    const report = JSON.parse((await runDeskhand(["reconcile", "--json"], settings)).stdout);
    expect(report).toMatchObject({ unexplained: 0, failed: [] });
    const p50 = percentile(figures.ackMs, 0.5);
    const p99 = percentile(figures.ackMs, 0.99);
    process.stderr.write(
      `${events.length} events, ${figures.ackMs.length} acknowledgements: p50 ${p50.toFixed(0)} ms, ` +
        `p99 ${p99.toFixed(0)} ms, most ${percentile(figures.ackMs, 1).toFixed(0)} ms; ` +
        `${figures.unacknowledged} not acknowledged, ${figures.unheard} while nobody listened; ` +
        `load ${load.toFixed(1)} before, ${(loadavg()[0] ?? 0).toFixed(1)} after\n`,
    );
  } finally {
    await service.kill();
    await slack.stop();
    await db.drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 300_000);
