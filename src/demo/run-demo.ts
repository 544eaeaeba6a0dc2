/** `deskhand demo`: the main job on embedded parts, told while it happens. */
import { createServer } from "node:net";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Environment } from "../config/settings-reader.ts";
import { type Config, loadConfig } from "../config.ts";
import type { SqlPool } from "../db/client.ts";
import { formatFigures, formatHeading } from "./account.ts";
import { createCustomers } from "./customers.ts";
import { type DemoState, openDemoState } from "./demo-state.ts";
import { collectDemoFigures, type DemoFigures, findShortcomings } from "./figures.ts";
import { createGeminiStandIn } from "./gemini-stand-in.ts";
import { createDemoMailServer, type DemoMailServer } from "./mail-server.ts";
import { openOutgoingMails } from "./outgoing-mails.ts";
import {
  ADMIN,
  EMPLOYEES,
  MODERATORS,
  SUPPORT_ADDRESS,
  SUPPORT_CHANNEL,
  TRIAGE_CHANNEL,
} from "./samples/people.ts";
import { runScenario } from "./scenario.ts";
import { seedPeople } from "./seed-people.ts";
import { createSlackPeople } from "./slack-people.ts";
import { createSlackStandIn, type SlackStandIn } from "./slack-stand-in/slack-stand-in.ts";
import { chooseStyle, paint, type TerminalStyle } from "./terminal-text.ts";

/** What the demo needs of the running service. */
export interface DemoService {
  /** e.g. `http://127.0.0.1:8787`. */
  url: string;
  sql: SqlPool;
  /** Compares mailbox and Slack with the ledger, and repairs gaps. */
  reconcile(): Promise<{ unexplained: number }>;
  stop(): Promise<void>;
}

export interface RunDemoOptions {
  /** Exit when the samples are through, instead of staying up. */
  once: boolean;
  /** One JSON document on `stdout`; the account goes to `stderr`. */
  json: boolean;
  /** Triage by a local stand-in for Gemini instead of the local classifier. */
  geminiStub: boolean;
  /** Where settings such as PORT, DATA_DIR and GEMINI_API_KEY come from. */
  env: Environment;
  startService(config: Config, log: Logger): Promise<DemoService>;
  log: Logger;
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  /** Aborted by Ctrl-C: the demo then ends cleanly. */
  signal: AbortSignal;
}

/** Each wait of the scenario ends after this, with a message that says what is missing. */
const PATIENCE_MS = 45_000;
/** Short, so that nobody waits for the demo; the service's own default is 20. */
const UNDO_SECONDS = 1;
const DEFAULT_PORT = 8787;

/** Exit status: 0 done; 1 where a message is unexplained or a ticket lacks triage, assignee or acknowledgement. */
export async function runDemo(options: RunDemoOptions): Promise<number> {
  const startedAt = performance.now();
  const out = options.json ? options.stderr : options.stdout;
  const style = chooseStyle(out, options.env);
  const print = (text: string) => void out.write(text);
  const parts = await startParts(options);
  try {
    print(`${paint(describeRun(parts, options), "dim", style)}\n\n`);
    const figures = await play(parts, options, { print, style, startedAt });
    print(formatFigures(figures, style));
    if (options.json) options.stdout.write(`${JSON.stringify(figures)}\n`);
    const shortcomings = findShortcomings(figures);
    for (const shortcoming of shortcomings) print(`${paint(shortcoming, "red", style)}\n`);
    if (!options.once) await stayUp(parts, options, print, style);
    return shortcomings.length === 0 ? 0 : 1;
  } catch (error) {
    if (!options.signal.aborted) throw error;
    print("\nStopped before the end. Run it again: it goes on where it was.\n");
    return options.once ? 1 : 0;
  } finally {
    await parts.stop();
  }
}

function describeRun({ dir }: Parts, { geminiStub }: RunDemoOptions): string {
  const gemini = geminiStub ? " What says Gemini below is a local stand-in for it." : "";
  return `Everything runs on this machine; the data is in ${dir}.${gemini}`;
}

interface Parts {
  mail: DemoMailServer;
  slack: SlackStandIn;
  service: DemoService;
  state: DemoState;
  /** As the settings name it. */
  /** The demo's own folder in it. */
  dir: string;
  stop(): Promise<void>;
}

/** Starts mailbox, Slack, the service and, where asked for, Gemini; a failure stops those that run already. */
async function startParts({ env, geminiStub, once, startService, log }: RunDemoOptions): Promise<Parts> {
  const running: { stop(): Promise<void> }[] = [];
  const stop = async () => {
    for (const part of running.splice(0).reverse()) await part.stop();
  };
  try {
    const settings = loadConfig(pickServiceSettings(env));
    // Of its own: demo people and their passwords must not be found by the service that starts here later.
    const dir = join(settings.service.dataDir, "demo");
    const state = await openDemoState(dir);
    const mail = await createDemoMailServer({ dir: join(dir, "mail"), imapAddresses: [SUPPORT_ADDRESS] });
    running.push(mail);
    const slack = await createSlackStandIn({
      users: [...MODERATORS, ADMIN, ...EMPLOYEES].map(({ slackUserId, name, email }) => ({
        id: slackUserId,
        name,
        email,
      })),
      channels: [SUPPORT_CHANNEL, TRIAGE_CHANNEL],
      file: join(dir, "slack.jsonl"),
      signingSecret: state.slackSigningSecret,
      eventsUrl: null,
    });
    running.push(slack);
    const gemini = geminiStub ? await createGeminiStandIn({ behaviour: "good" }) : null;
    if (gemini !== null) running.push(gemini);
    const config = loadConfig({
      ...pickServiceSettings(env),
      DATA_DIR: dir,
      PORT: String(await choosePort(env, once, settings.service.host)),
      ...(gemini === null ? {} : { GEMINI_API_KEY: "demo", GEMINI_BASE_URL: gemini.url }),
      ...localSettings(mail, slack, state),
    });
    const service = await startService(config, log);
    running.push(service);
    return { mail, slack, service, state, dir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The operator's own database, mailbox, Slack and Inngest stay out of the demo, whatever `.env` says. */
function pickServiceSettings(env: Environment): Environment {
  const names = ["HOST", "LOG_LEVEL", "DATA_DIR"];
  const gemini = Object.keys(env).filter((name) => name.startsWith("GEMINI_"));
  return Object.fromEntries([...names, ...gemini].map((name) => [name, env[name]]));
}

function localSettings(mail: DemoMailServer, slack: SlackStandIn, state: DemoState): Environment {
  return {
    IMAP_URL: mail.imapUrl(SUPPORT_ADDRESS),
    IMAP_SINCE: "all",
    SMTP_URL: mail.smtpUrl,
    MAIL_FROM: `Support <${SUPPORT_ADDRESS}>`,
    SLACK_BOT_TOKEN: slack.token,
    SLACK_SIGNING_SECRET: state.slackSigningSecret,
    SLACK_API_URL: slack.url,
    SLACK_SUPPORT_CHANNELS: SUPPORT_CHANNEL.id,
    SLACK_TRIAGE_CHANNEL: TRIAGE_CHANNEL.id,
    SLACK_POST_INTERVAL_MS: "0",
    REPLY_UNDO_SECONDS: String(UNDO_SECONDS),
  };
}

/** PORT where it is set. Otherwise 8787 for a demo that stays up, and any free port where that is taken. */
async function choosePort(env: Environment, once: boolean, host: string): Promise<string> {
  if (env.PORT?.trim()) return env.PORT;
  return !once && (await isFree(DEFAULT_PORT, host)) ? String(DEFAULT_PORT) : "0";
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}

interface Telling {
  print(text: string): void;
  style: TerminalStyle;
  startedAt: number;
}

async function play(parts: Parts, options: RunDemoOptions, telling: Telling): Promise<DemoFigures> {
  const { mail, slack, service, state, dir } = parts;
  const patience = { timeoutMs: PATIENCE_MS, signal: options.signal };
  await seedPeople(service.sql, state.adminPassword);
  // Events that a killed run did not acknowledge are delivered now, as Slack does when the app is back.
  await slack.connect(`${service.url}/api/slack/events`);
  const customers = createCustomers(mail, await openOutgoingMails(join(dir, "sent")), patience);
  try {
    const slackPeople = createSlackPeople(slack, patience);
    await runScenario({ sql: service.sql, mail, customers, slackPeople, patience, ...telling });
  } finally {
    customers.stop();
  }
  const { unexplained } = await service.reconcile();
  const elapsedMs = performance.now() - telling.startedAt;
  return collectDemoFigures(service.sql, { unexplained, elapsedMs });
}

async function stayUp(
  { service, state, dir }: Parts,
  { signal }: RunDemoOptions,
  print: (text: string) => void,
  style: TerminalStyle,
): Promise<void> {
  const lines = [
    `API       ${service.url}/api`,
    `API docs  ${service.url}/api/docs`,
    `Console   ${service.url}/ (leads to the API docs until it is built)`,
    `Sign in   ${ADMIN.email}, password ${state.adminPassword}`,
    `Mailboxes ${join(dir, "mail")}`,
    "",
    "Ctrl-C ends it. The next run goes on with the same data.",
  ];
  print(`\n${formatHeading("Up and running", style)}${lines.join("\n")}\n`);
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  print("\nEnding.\n");
}
