import { type ExplainLine, explainMail, explainProblem } from "../channels/email/files/explain.ts";
import { readMailSources, requireMailPaths } from "../channels/email/files/sources.ts";
import { createParsePool } from "../channels/email/parse/parse-pool.ts";
import { type Config, loadConfig } from "../config.ts";
import { withAuthentication } from "../runtime/authenticated-parse.ts";
import { ownAddressesOf } from "../runtime/desk-settings.ts";
import { type CommandContext, EXIT } from "./command-context.ts";
import { createMailProgress, ownTerminal } from "./mail-progress.ts";
import { createSkippedFiles } from "./skipped-files.ts";

/**
 * `deskhand explain [FILE…]`: what intake would decide for each mail as a first contact. Changes nothing, and asks the DNS
 * about the senders only with `--dns`. Exit 1 where a file could not be read.
 */
export async function explain(
  context: CommandContext,
  files: string[],
  options: { json: boolean; dns: boolean },
): Promise<number> {
  await requireMailPaths(files);
  const skipped = createSkippedFiles(context);
  const config = readUsableConfig(context);
  const own = { addresses: config === null ? [] : ownAddressesOf(config) };
  // In a thread of its own: a mail that hangs the parser is parked after the time limit, and the next one is explained.
  const pool = createParsePool();
  const authentication = config?.mailAuthentication ?? { servers: [], sealers: [] };
  const parse = withAuthentication(pool.parse.bind(pool), { ...authentication, dns: options.dns });
  const progress = await createMailProgress(files, ownTerminal());
  let unread = 0;
  try {
    for await (const source of readMailSources(files, process.stdin)) {
      if (skipped.passOver(source)) continue;
      const { file, raw, problem } = source;
      if (problem !== undefined) {
        unread++;
        context.say(`${file}: ${problem}`);
      }
      const line =
        problem === undefined ? await explainMail(file, raw, own, parse) : explainProblem(file, problem);
      progress.add(raw.length, () => context.print(options.json ? JSON.stringify(line) : describe(line)));
    }
    skipped.end();
    return unread === 0 ? EXIT.done : EXIT.failed;
  } finally {
    progress.stop();
    await pool.close();
  }
}

/** Our own addresses sharpen the answer, but a broken configuration must not keep a mail from being explained. */
function readUsableConfig(context: CommandContext): Config | null {
  try {
    return loadConfig(context.env);
  } catch {
    context.say(
      "The configuration cannot be used, so our own addresses are not known here: see `deskhand doctor`.",
    );
    return null;
  }
}

function describe(line: ExplainLine): string {
  const from = line.from ? `${line.from.name} <${line.from.address}>`.trim() : "nobody";
  const words = (line.textTrimmed || line.text).replace(/\s+/g, " ").trim().slice(0, 200);
  const facts = [
    `${line.file}: ${line.outcome}`,
    `  why      ${line.reason}`,
    `  from     ${from}`,
    `  subject  ${line.subject}`,
    `  says     ${words}`,
  ];
  if (line.attachments.length > 0) {
    facts.push(
      `  files    ${line.attachments.map((file) => `${file.filename} (${file.size} bytes)`).join(", ")}`,
    );
  }
  return facts.map(withoutControls).join("\n");
}

/** A mail must not steer the terminal that shows it. */
function withoutControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, "\uFFFD");
}
