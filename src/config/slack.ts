import { quote, type SettingsReader } from "./settings-reader.ts";

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
  const botToken = readToken(reader, "SLACK_BOT_TOKEN");
  const appToken = readToken(reader, "SLACK_APP_TOKEN");
  const signingSecret = reader.text("SLACK_SIGNING_SECRET");
  const triageChannel = reader.text("SLACK_TRIAGE_CHANNEL");
  const supportChannels = reader.list("SLACK_SUPPORT_CHANNELS");
  const ticketBots = reader.list("SLACK_TICKET_BOTS");
  const postIntervalMs = reader.integer("SLACK_POST_INTERVAL_MS", { fallback: 1_000, min: 0, max: 60_000 });
  const apiUrl = reader.httpUrl("SLACK_API_URL");
  refuseTokenAsSecret(reader, signingSecret);
  if (botToken === null) {
    reportMissingToken(reader, { signingSecret, appToken, triageChannel, supportChannels });
    return null;
  }
  if (signingSecret === null && appToken === null) {
    reader.report(
      "SLACK_SIGNING_SECRET",
      "it is not set, and neither is SLACK_APP_TOKEN.",
      "Copy the Signing Secret of the app's page Basic Information; or, without a public address, set SLACK_APP_TOKEN for Socket Mode.",
    );
  }
  reader.required(
    "SLACK_TRIAGE_CHANNEL",
    "SLACK_BOT_TOKEN",
    "Set the id of the moderators' channel, for example C0123ABCD.",
  );
  checkChannels(reader, triageChannel, supportChannels);
  checkBots(reader, ticketBots);
  return {
    botToken,
    signingSecret,
    appToken,
    supportChannels,
    triageChannel: triageChannel ?? "",
    ticketBots,
    postIntervalMs,
    apiUrl,
  };
}

const TOKENS = {
  SLACK_BOT_TOKEN: {
    prefix: "xoxb-",
    source: "the Bot User OAuth Token of the app's page OAuth & Permissions",
  },
  SLACK_APP_TOKEN: {
    prefix: "xapp-",
    source: "an App-Level Token with connections:write of the app's page Basic Information",
  },
} as const;
type TokenKey = keyof typeof TOKENS;

function readToken(reader: SettingsReader, key: TokenKey): string | null {
  const token = reader.text(key);
  const { prefix, source } = TOKENS[key];
  if (token === null || token.startsWith(prefix)) return token;
  const other = findTokenKey(token);
  const problem = `it does not begin with ${prefix}${other === null ? "" : `: that is the token for ${other}`}.`;
  reader.report(key, problem, `Copy ${source}.`);
  return token;
}

/** Which setting a token is for, by how Slack begins them. */
function findTokenKey(text: string): TokenKey | null {
  const keys: TokenKey[] = ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"];
  return keys.find((key) => text.startsWith(TOKENS[key].prefix)) ?? null;
}

function refuseTokenAsSecret(reader: SettingsReader, secret: string | null): void {
  const key = secret === null ? null : findTokenKey(secret);
  if (key === null) return;
  reader.report(
    "SLACK_SIGNING_SECRET",
    `it is a token, the one for ${key}.`,
    "Copy the Signing Secret of the app's page Basic Information: 32 digits and letters.",
  );
}

/** Whoever has set one of these wants Slack, and would wait in vain for its messages. */
function reportMissingToken(reader: SettingsReader, others: SlackGroup): void {
  const { signingSecret, appToken, triageChannel, supportChannels } = others;
  const set = [
    ...(signingSecret === null ? [] : ["SLACK_SIGNING_SECRET"]),
    ...(appToken === null ? [] : ["SLACK_APP_TOKEN"]),
    ...(triageChannel === null ? [] : ["SLACK_TRIAGE_CHANNEL"]),
    ...(supportChannels.length === 0 ? [] : ["SLACK_SUPPORT_CHANNELS"]),
  ];
  const [first] = set;
  if (first === undefined) return;
  reader.report(
    "SLACK_BOT_TOKEN",
    `it is missing, and ${first} is set.`,
    `Copy ${TOKENS.SLACK_BOT_TOKEN.source}; or, to keep Slack off, remove ${set.join(", ")}.`,
  );
}

type SlackGroup = Pick<SlackConfig, "signingSecret" | "appToken" | "supportChannels"> & {
  triageChannel: string | null;
};

/** `C…`, or `G…` as private channels were once named. */
const CHANNEL_ID = /^[CG][A-Z0-9]+$/;
const CHANNEL_FIX =
  "Copy the id at the bottom of the channel's About tab in Slack, for example C0123ABCD: a name is not enough.";

function checkChannels(reader: SettingsReader, triage: string | null, support: readonly string[]): void {
  const report = (key: string, id: string) =>
    reader.report(key, `${quote(id)} is no channel id.`, CHANNEL_FIX);
  for (const id of support) if (!CHANNEL_ID.test(id)) report("SLACK_SUPPORT_CHANNELS", id);
  if (triage === null) return;
  if (!CHANNEL_ID.test(triage)) report("SLACK_TRIAGE_CHANNEL", triage);
  if (!support.includes(triage)) return;
  reader.report(
    "SLACK_TRIAGE_CHANNEL",
    "it is one of SLACK_SUPPORT_CHANNELS too.",
    "Give the moderators a channel of their own: what stands there is not for those who ask.",
  );
}

function checkBots(reader: SettingsReader, bots: readonly string[]): void {
  for (const id of bots) {
    if (/^[AB][A-Z0-9]+$/.test(id)) continue;
    reader.report(
      "SLACK_TICKET_BOTS",
      `${quote(id)} is no id of a bot or an app.`,
      "Set ids that begin with B (a bot) or A (an app), for example B0123ABCD.",
    );
  }
}
