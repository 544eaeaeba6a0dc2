/** Settings that change nothing, since what they belong to is off. */
import { listNames } from "./misspelt.ts";

interface Rule {
  /** Any one of these switches the group on. */
  switches: readonly string[];
  settings: readonly string[];
  /** More of them, by how they are called. */
  family?: RegExp;
  /** What follows from none of them being set. */
  so: string;
}

/** The first rule that names a setting tells of it. */
const RULES: readonly Rule[] = [
  {
    switches: ["IMAP_URL"],
    settings: [],
    family: /^IMAP_(?!URL)/,
    so: "no mailbox is read",
  },
  {
    switches: ["SMTP_URL"],
    settings: [
      ...["MAIL_FROM", "MAIL_PLUS_ADDRESS", "MAIL_BOUNCE_ADDRESS"],
      ...["MAIL_DKIM_DOMAIN", "MAIL_DKIM_SELECTOR", "MAIL_DKIM_KEY_FILE", "MAIL_DKIM_KEY"],
      "DIGEST_AT",
    ],
    family: /^SMTP_/,
    so: "no mail leaves",
  },
  {
    switches: ["MAIL_DKIM_DOMAIN"],
    settings: ["MAIL_DKIM_SELECTOR", "MAIL_DKIM_KEY_FILE", "MAIL_DKIM_KEY"],
    so: "no mail is signed",
  },
  {
    switches: ["INBOUND_EMAIL_SECRET"],
    settings: ["INBOUND_EMAIL_SECRET_PREVIOUS"],
    so: "no mail is taken by request",
  },
  {
    switches: ["JWT_SECRET"],
    settings: ["JWT_SECRET_PREVIOUS"],
    so: "the secret of the data folder signs, and only it is accepted",
  },
  {
    switches: ["SLACK_BOT_TOKEN"],
    settings: ["SLACK_TICKET_BOTS", "SLACK_POST_INTERVAL_MS", "SLACK_API_URL"],
    so: "Slack is off",
  },
  {
    switches: ["SLACK_SUPPORT_CHANNELS"],
    settings: ["SLACK_TICKET_BOTS"],
    so: "no channel is read for messages of bots",
  },
  {
    switches: ["GEMINI_API_KEY"],
    settings: ["TRIAGE_LINK_HOSTS"],
    family: /^GEMINI_/,
    so: "the local classifier triages",
  },
  {
    switches: ["INNGEST_SIGNING_KEY"],
    settings: ["INNGEST_SIGNING_KEY_FALLBACK"],
    so: "it falls back from nothing",
  },
  {
    switches: ["SLA_ANSWER", "SLA_RESOLVE"],
    settings: ["SLA_REMIND_BEFORE"],
    so: "there is nothing to remind of",
  },
  {
    switches: ["SLA_ANSWER", "SLA_RESOLVE", "DIGEST_AT"],
    settings: ["BUSINESS_HOURS", "BUSINESS_TIME_ZONE", "BUSINESS_HOLIDAYS"],
    so: "nothing goes by working time",
  },
  {
    switches: ["CLOSE_WAITING_DAYS"],
    settings: ["CLOSE_WARNING_DAYS"],
    so: "no waiting ticket is resolved, and nobody is warned of it",
  },
];

/** All names of the above: settings, though nobody may have asked for them. */
export const DEPENDENT_SETTINGS: readonly string[] = RULES.flatMap(({ settings, switches }) => [
  ...settings,
  ...switches,
]);

/**
 * One sentence for each group that is off while settings of it are not as they would be anyhow.
 * @param changed the settings that are not: all names that have a value of their own
 */
export function describeWithoutEffect(changed: ReadonlySet<string>): string[] {
  const told = new Set<string>();
  return RULES.flatMap(({ switches, settings, family, so }) => {
    if (switches.some((name) => isOn(name, changed))) return [];
    const members = [...settings, ...[...changed].filter((name) => family?.test(name))];
    const idle = members.filter((name) => changed.has(name) && !told.has(name));
    for (const name of idle) told.add(name);
    return idle.length === 0 ? [] : [`${sayIdle(idle)}: ${sayOff(switches)}, so ${so}.`];
  });
}

/** `IMAP_URL_2` reads a mailbox as `IMAP_URL` does. */
function isOn(name: string, changed: ReadonlySet<string>): boolean {
  return changed.has(name) || (name === "IMAP_URL" && [...changed].some((one) => /^IMAP_URL_\d+$/.test(one)));
}

/** `MAIL_FROM has no effect`. */
export function sayIdle(names: readonly string[]): string {
  return `${listNames(names)} ${names.length === 1 ? "has" : "have"} no effect`;
}

function sayOff(switches: readonly string[]): string {
  if (switches.length === 1) return `${switches[0]} is not set`;
  const last = switches[switches.length - 1];
  return `neither ${switches.slice(0, -1).join(", ")} nor ${last} is set`;
}
