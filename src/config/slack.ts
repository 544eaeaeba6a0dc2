import type { SettingsReader } from "./settings-reader.ts";

export interface SlackConfig {
  botToken: string;
  signingSecret: string;
  supportChannels: string[];
  triageChannel: string;
  apiUrl: string | null;
}

export function readSlack(reader: SettingsReader): SlackConfig | null {
  const botToken = reader.text("SLACK_BOT_TOKEN");
  if (botToken === null) return null;
  if (!botToken.startsWith("xoxb-")) {
    reader.report(
      "SLACK_BOT_TOKEN",
      "it does not begin with xoxb-.",
      "Copy the Bot User OAuth Token of the app's page OAuth & Permissions.",
    );
  }
  if (reader.text("SLACK_APP_TOKEN") !== null) {
    reader.report(
      "SLACK_APP_TOKEN",
      "Socket Mode is not part of this version.",
      "Remove it and use SLACK_SIGNING_SECRET with a public APP_URL.",
    );
  }
  const signingSecret = reader.required(
    "SLACK_SIGNING_SECRET",
    "SLACK_BOT_TOKEN",
    "Copy the Signing Secret of the app's page Basic Information.",
  );
  const triageChannel = reader.required(
    "SLACK_TRIAGE_CHANNEL",
    "SLACK_BOT_TOKEN",
    "Set the id of the moderators' channel, for example C0123ABCD.",
  );
  return {
    botToken,
    signingSecret: signingSecret ?? "",
    supportChannels: reader.list("SLACK_SUPPORT_CHANNELS"),
    triageChannel: triageChannel ?? "",
    apiUrl: reader.httpUrl("SLACK_API_URL"),
  };
}
