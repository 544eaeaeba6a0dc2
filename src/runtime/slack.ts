/** Opens the Slack channel of the configuration. */
import { type AcceptedSlackMessage, createSlackChannel, type SlackChannel } from "../channels/slack/app.ts";
import { SLACK_PACE } from "../channels/slack/post-pace.ts";
import type { VerifyMac } from "../channels/slack/signature.ts";
import type { Config } from "../config.ts";
import type { SlackDesk } from "../core/delivery.ts";
import type { RecordInbound } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import type { SlackIntake } from "../core/slack-intake.ts";
import { inTransaction, type SqlPool } from "../db/client.ts";
import { watchSlackChannel } from "../db/slack-cards.ts";
import { listSlackChannelMoves, moveSlackChannel } from "../db/slack-threads.ts";
import { findSlackThread } from "../db/ticket-threads.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { createRequesterActions } from "../desk/requester-actions.ts";
import { createSlackActions } from "../desk/slack-actions.ts";
import type { SourceOpener } from "../workflows/reconcile.ts";
import type { RightOfWay } from "./right-of-way.ts";
import { createNodeVerifier } from "./slack-signature.ts";
import { slackSources } from "./slack-source.ts";
import { StartupError } from "./startup-error.ts";

export interface OpenSlack {
  /** Null where Slack does not call us. */
  handle: ((request: Request) => Promise<Response>) | null;
  channel: SlackChannel;
  desk: SlackDesk;
  intake: SlackIntake;
  sources(): SourceOpener[];
  settled(): Promise<void>;
}

export interface SlackParts {
  sql: SqlPool;
  settings: DeskSettings;
  recordInbound: RecordInbound;
  /** Takes events in where the service runs; without it they are recorded at once. */
  accept?: (message: AcceptedSlackMessage) => Promise<void>;
  verifyMac?: VerifyMac;
  log: Log;
}

/** Null where Slack is off. Slack being away does not keep the service from starting; a wrong token does. */
export async function openSlack(
  config: Pick<Config, "slack">,
  parts: SlackParts & { rightOfWay: RightOfWay },
): Promise<OpenSlack | null> {
  const { rightOfWay } = parts;
  const signingSecret = config.slack?.signingSecret ?? null;
  const quickly = signingSecret === null ? {} : { verifyMac: createNodeVerifier(signingSecret) };
  const channel = createSlack(config, { ...parts, ...quickly });
  if (channel === null || config.slack === null) return null;
  await followMoves(channel, parts.sql);
  const check = await channel.check();
  if (!check.ok && check.kind === "refused")
    throw new StartupError("SLACK_BOT_TOKEN", check.problem, check.fix);
  if (!check.ok) parts.log.warn({ problem: check.problem }, "Slack is on, but something is wrong with it.");
  const nowTs = (Date.now() / 1000).toFixed(6);
  for (const id of channel.watchedChannels()) await watchSlackChannel(parts.sql, id, nowTs);
  return {
    handle:
      config.slack.signingSecret === null
        ? null
        : (request) => rightOfWay.take(() => channel.handle(request)),
    channel,
    desk: channel.desk,
    intake: channel.intake,
    sources: () => slackSources(parts.sql, channel),
    settled: () => channel.settled(),
  };
}

/** Settings may still name a channel by an id that Slack has replaced. */
export async function followMoves(channel: SlackChannel, sql: SqlPool): Promise<void> {
  for (const { oldId, newId } of await listSlackChannelMoves(sql)) channel.moveChannel(oldId, newId);
}

/** The channel without a check: for the doctor, reconcile and Workers. */
export function createSlack({ slack }: Pick<Config, "slack">, parts: SlackParts): SlackChannel | null {
  if (slack === null) return null;
  const { sql, settings, recordInbound, accept, verifyMac, log } = parts;
  return createSlackChannel({
    botToken: slack.botToken,
    signingSecret: slack.signingSecret,
    verifyMac,
    slackApiUrl: slack.apiUrl ?? undefined,
    supportChannels: slack.supportChannels,
    triageChannel: slack.triageChannel,
    ticketBots: slack.ticketBots,
    recordInbound,
    accept,
    actions: createSlackActions(sql, settings),
    requesters: createRequesterActions(sql),
    log,
    pace: { ...SLACK_PACE, intervalMs: slack.postIntervalMs },
    isTicketThread: async (channel, threadTs) => (await findSlackThread(sql, channel, threadTs)) !== null,
    moveChannel: (oldId, newId) => inTransaction(sql, (tx) => moveSlackChannel(tx, oldId, newId)),
  });
}
