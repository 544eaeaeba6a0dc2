import { type ExplainLine, explainMail } from "../channels/email/files/explain.ts";
import { readMailSources } from "../channels/email/files/sources.ts";
import { createParsePool } from "../channels/email/parse/parse-pool.ts";
import { loadConfig } from "../config.ts";
import { ownAddressesOf } from "../runtime/desk-settings.ts";
import { type CommandContext, EXIT } from "./command-context.ts";

/** `deskhand explain [FILE…]`: what intake would decide for each mail as a first contact. Changes nothing. */
export async function explain(
  context: CommandContext,
  files: string[],
  options: { json: boolean },
): Promise<number> {
  const own = { addresses: readOwnAddresses(context) };
  // In a thread of its own: a mail that hangs the parser is parked after the time limit, and the next one is explained.
  const pool = createParsePool();
  try {
    for await (const { file, raw } of readMailSources(files, process.stdin)) {
      const line = await explainMail(file, raw, own, (mail, origin) => pool.parse(mail, origin));
      context.print(options.json ? JSON.stringify(line) : describe(line));
    }
    return EXIT.done;
  } finally {
    await pool.close();
  }
}

/** Our own addresses sharpen the answer, but a broken configuration must not keep a mail from being explained. */
function readOwnAddresses(context: CommandContext): string[] {
  try {
    return ownAddressesOf(loadConfig(context.env));
  } catch {
    context.say(
      "The configuration cannot be used, so our own addresses are not known here: see `deskhand doctor`.",
    );
    return [];
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
