import { checkImap } from "../channels/email/imap/client.ts";
import { checkSlackSocket } from "../channels/slack/check-socket.ts";
import type { Config } from "../config.ts";
import { countRuns } from "../db/engine-run-queries.ts";
import { countHeldDeliveries } from "../db/held-deliveries.ts";
import { readModelHealth } from "../db/model-health.ts";
import { createDeskSettings } from "../runtime/desk-settings.ts";
import { openMailAccess } from "../runtime/mail-access.ts";
import { openMailSender } from "../runtime/mail-out.ts";
import { type OpenDatabase, openDatabase } from "../runtime/open-database.ts";
import { createSlack } from "../runtime/slack.ts";
import { createSmtpSignIn, type SmtpSignIn } from "../runtime/smtp-sign-in.ts";
import { StartupError } from "../runtime/startup-error.ts";
import { checkGemini } from "../triage/gemini.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

interface Check {
  name: string;
  /** `odd`: it stops nothing, and may not be what was meant. */
  state: "ok" | "off" | "odd" | "wrong";
  /** What is there, or what is wrong. */
  detail: string;
  /** What to do; only where it is wrong. */
  fix?: string;
}

type Answer = { ok: true } | { ok: false; problem: string; fix: string };

/** `deskhand doctor`: one line for each connection. Exit 1 where something is wrong. */
export async function doctor(context: CommandContext, options: { json: boolean }): Promise<number> {
  const config = readConfig(context);
  const log = createCommandLog(context);
  const checks: Check[] = [];
  const tell = (check: Check): void => {
    checks.push(check);
    if (!options.json) context.print(describe(check));
  };
  const database = await checkDatabase(config, context, tell);
  try {
    const { mailIn, smtpTokens } = await openMailAccess(config, database?.sql ?? null);
    for (const settings of mailIn?.mailboxes ?? []) {
      tell(toCheck(`mail in (${settings.mailbox})`, "connected", await checkImap(settings)));
    }
    if (config.mailIn === null) tell(off("mail in", "IMAP_URL"));
    tell(
      config.inboundEmail === null
        ? off("mail by request", "INBOUND_EMAIL_SECRET")
        : { name: "mail by request", state: "ok", detail: "POST /api/inbound/email takes signed mails" },
    );
    const held = database === null ? { email: 0, slack: 0 } : await countHeldDeliveries(database.sql);
    const mailOut = await checkMailOut(config, createSmtpSignIn(smtpTokens, { sql: null, log }));
    tell(withHeld(mailOut, held.email));
    tell(withHeld(await checkSlackChannel(config, database, log), held.slack));
    tell(await checkModel(config, database));
    tell(await describeWorkflows(config, database));
    tell(describeJwt(config));
  } finally {
    await database?.close();
  }
  for (const detail of config.warnings) tell({ name: "settings", state: "odd", detail });
  const ok = checks.every((check) => check.state !== "wrong");
  if (options.json) context.print(JSON.stringify({ ok, checks }));
  return ok ? EXIT.done : EXIT.failed;
}

async function checkDatabase(
  config: Config,
  context: CommandContext,
  tell: (check: Check) => void,
): Promise<OpenDatabase | null> {
  try {
    const log = createCommandLog(context);
    const database = await openDatabase(config, { role: "command", log, connectionsMax: 2 });
    const { applied, already } = database.migrated;
    const where = database.embedded ? `embedded in ${config.service.dataDir}` : "at DATABASE_URL";
    tell({ name: "database", state: "ok", detail: `${where}, ${applied.length + already} migrations` });
    return database;
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    tell({ name: "database", state: "wrong", detail: error.problem, fix: error.fix });
    return null;
  }
}

async function checkMailOut({ mailIn, inboundEmail, mailOut }: Config, signIn: SmtpSignIn): Promise<Check> {
  if (mailOut === null && (mailIn !== null || inboundEmail !== null)) {
    const fix = "Set SMTP_URL and MAIL_FROM.";
    return { name: "mail out", state: "wrong", detail: "mail comes in, but no answer can leave", fix };
  }
  if (mailOut === null) return off("mail out", "SMTP_URL");
  try {
    const sender = await openMailSender(mailOut, signIn);
    const check = await sender.check().finally(() => sender.close());
    return toCheck("mail out", `connected, as ${mailOut.from.address}`, check);
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return { name: "mail out", state: "wrong", detail: `${error.setting}: ${error.problem}`, fix: error.fix };
  }
}

async function checkSlackChannel(
  config: Config,
  database: OpenDatabase | null,
  log: ReturnType<typeof createCommandLog>,
): Promise<Check> {
  if (config.slack === null) return off("slack", "SLACK_BOT_TOKEN");
  if (database === null)
    return { name: "slack", state: "off", detail: "not checked: the database comes first" };
  const slack = createSlack(config, {
    sql: database.sql,
    settings: createDeskSettings(config),
    recordInbound: () => Promise.reject(new Error("The doctor records nothing.")),
    log,
  });
  const check = await slack?.check();
  if (check === undefined) return off("slack", "SLACK_BOT_TOKEN");
  const { appToken, apiUrl } = config.slack;
  const listening =
    check.ok && appToken !== null
      ? await checkSlackSocket({ appToken, slackApiUrl: apiUrl ?? undefined, log })
      : check;
  const way = appToken === null ? "Slack calls /api/slack/events" : "Socket Mode";
  return toCheck("slack", check.ok ? `workspace ${check.team}, ${way}` : "", listening);
}

/** Answers that were kept while the channel was off. */
function withHeld(check: Check, count: number): Check {
  if (count === 0) return check;
  const answers = count === 1 ? "1 answer is kept for it" : `${count} answers are kept for it`;
  return { ...check, detail: `${check.detail}; ${answers}` };
}

async function checkModel({ gemini }: Config, database: OpenDatabase | null): Promise<Check> {
  if (gemini === null) return off("gemini", "GEMINI_API_KEY");
  const { apiKey, model, baseUrl, timeoutMs } = gemini;
  const options = { apiKey, model, timeoutMs, ...(baseUrl === null ? {} : { baseUrl }) };
  const answer = await checkGemini(options);
  const health = database === null ? null : await readModelHealth(database.sql, "gemini");
  const paused =
    health?.awaySince && answer.ok
      ? `; the service pauses until ${health.retryAt?.toISOString() ?? "the next ticket"}, since: ${health.reason ?? "it did not answer"}`
      : "";
  return toCheck("gemini", `${model}${paused}`, answer);
}

async function describeWorkflows({ inngest }: Config, database: OpenDatabase | null): Promise<Check> {
  const engine =
    inngest === null ? "embedded engine" : inngest.isDev ? "Inngest dev server" : "Inngest, signed";
  const { active, dead } = database === null ? { active: 0, dead: 0 } : await countRuns(database.sql);
  const details = [engine];
  // Where Inngest has taken over, the engine ends what it had begun.
  if (inngest !== null && active > 0) details.push(`${active} runs of the embedded engine are left`);
  if (dead > 0) details.push(`${dead} dead runs can be replayed`);
  return { name: "workflows", state: "ok", detail: details.join(", ") };
}

function describeJwt({ jwt, service }: Config): Check {
  const detail = jwt === null ? `made at the first start, in ${service.dataDir}` : "from JWT_SECRET";
  return { name: "token secret", state: "ok", detail };
}

function off(name: string, key: string): Check {
  return { name, state: "off", detail: `set ${key} to switch it on` };
}

function toCheck(name: string, detail: string, answer: Answer): Check {
  return answer.ok
    ? { name, state: "ok", detail }
    : { name, state: "wrong", detail: answer.problem, fix: answer.fix };
}

function describe({ name, state, detail, fix }: Check): string {
  const line = `${state.padEnd(6)} ${name}: ${detail}`;
  return fix === undefined ? line : `${line}\n       fix: ${fix}`;
}
