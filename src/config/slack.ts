import type { SettingsReader } from "./settings-reader.ts";

export interface SlackConfig {
  botToken: string;
  /** Null where Slack is listened to by Socket Mode only. */
  signingSecret: string | null;
  /** Of Socket Mode; null: Slack calls us. */
  appToken: string | null;
  supportChannels: string[];
  triageChannel: string;
  /** Ids of bots (`B…`) or apps (`A…`) whose messages in support channels become tickets. */
  ticketBots: string[];
  /** Milliseconds between new messages in one channel, after a short burst; 1,000 is what Slack allows. */
  postIntervalMs: number;
  apiUrl: string | null;
}

export function readSlack(reader: SettingsReader): SlackConfig | null {
  const botToken = reader.text("SLACK_BOT_TOKEN");
  if (botToken === null) return null;
  expectPrefix(
    reader,
    "SLACK_BOT_TOKEN",
    botToken,
    "xoxb-",
    "the Bot User OAuth Token of the app's page OAuth & Permissions",
  );
  const appToken = reader.text("SLACK_APP_TOKEN");
  if (appToken !== null) {
    const source = "an App-Level Token with connections:write of the app's page Basic Information";
    expectPrefix(reader, "SLACK_APP_TOKEN", appToken, "xapp-", source);
  }
  const signingSecret = reader.text("SLACK_SIGNING_SECRET");
  if (signingSecret === null && appToken === null) {
    reader.report(
      "SLACK_SIGNING_SECRET",
      "it is not set, and neither is SLACK_APP_TOKEN.",
      "Copy the Signing Secret of the app's page Basic Information; or, without a public address, set SLACK_APP_TOKEN for Socket Mode.",
    );
  }
  const triageChannel = reader.required(
    "SLACK_TRIAGE_CHANNEL",
    "SLACK_BOT_TOKEN",
    "Set the id of the moderators' channel, for example C0123ABCD.",
  );
  return {
    botToken,
    signingSecret,
    appToken,
    supportChannels: reader.list("SLACK_SUPPORT_CHANNELS"),
    triageChannel: triageChannel ?? "",
    ticketBots: reader.list("SLACK_TICKET_BOTS"),
    postIntervalMs: reader.integer("SLACK_POST_INTERVAL_MS", { fallback: 1_000, min: 0, max: 60_000 }),
    apiUrl: reader.httpUrl("SLACK_API_URL"),
  };
}

function expectPrefix(
  reader: SettingsReader,
  key: string,
  token: string,
  prefix: string,
  source: string,
): void {
  if (!token.startsWith(prefix)) reader.report(key, `it does not begin with ${prefix}.`, `Copy ${source}.`);
}
