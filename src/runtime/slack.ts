/** Opens the Slack channel of the configuration. */
import { createSlackChannel, type SlackChannel } from "../channels/slack/app.ts";
import type { Config } from "../config.ts";
import type { SlackDesk } from "../core/delivery.ts";
import type { RecordInbound } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
import { watchSlackChannel } from "../db/slack-cards.ts";
import { findSlackThread } from "../db/ticket-threads.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { createSlackActions } from "../desk/slack-actions.ts";
import type { MessageSource } from "../workflows/reconcile.ts";
import { openSlackSources } from "./slack-source.ts";
import { StartupError } from "./startup-error.ts";

export interface OpenSlack {
  handle(request: Request): Promise<Response>;
  desk: SlackDesk;
  openSources(): Promise<MessageSource[]>;
  settled(): Promise<void>;
}

export interface SlackParts {
  sql: SqlPool;
  settings: DeskSettings;
  recordInbound: RecordInbound;
  log: Log;
}

/** Null where Slack is off. Slack being away does not keep the service from starting; a wrong token does. */
export async function openSlack(config: Pick<Config, "slack">, parts: SlackParts): Promise<OpenSlack | null> {
  const channel = createSlack(config, parts);
  if (channel === null || config.slack === null) return null;
  const check = await channel.check();
  if (!check.ok && check.kind === "refused")
    throw new StartupError("SLACK_BOT_TOKEN", check.problem, check.fix);
  if (!check.ok) parts.log.warn({ problem: check.problem }, "Slack is on, but something is wrong with it.");
  const { sql } = parts;
  const nowTs = (Date.now() / 1000).toFixed(6);
  for (const id of [...config.slack.supportChannels, config.slack.triageChannel]) {
    await watchSlackChannel(sql, id, nowTs);
  }
  return {
    handle: (request) => channel.handle(request),
    desk: channel.desk,
    openSources: () => openChannelSources(sql, channel),
    settled: () => channel.settled(),
  };
}

export async function openChannelSources(sql: SqlPool, channel: SlackChannel): Promise<MessageSource[]> {
  return openSlackSources(sql, channel.history, await channel.readTeamId(), Date.now());
}

/** The channel without a check: for the doctor, reconcile and Workers. */
export function createSlack({ slack }: Pick<Config, "slack">, parts: SlackParts): SlackChannel | null {
  if (slack === null) return null;
  const { sql, settings, recordInbound, log } = parts;
  return createSlackChannel({
    botToken: slack.botToken,
    signingSecret: slack.signingSecret,
    slackApiUrl: slack.apiUrl ?? undefined,
    supportChannels: slack.supportChannels,
    triageChannel: slack.triageChannel,
    recordInbound,
    actions: createSlackActions(sql, settings),
    log,
    isTicketThread: async (channel, threadTs) => (await findSlackThread(sql, channel, threadTs)) !== null,
  });
}
