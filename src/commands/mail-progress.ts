/** The bar that shows how far a command with mails has come, on standard error. */
import { SingleBar } from "cli-progress";
import { measureMailSources } from "../channels/email/files/sources.ts";

export interface MailProgress {
  /** One mail more, of so many bytes, with its line for standard output. */
  add(bytes: number, printLine: () => void): void;
  stop(): void;
}

const QUIET: MailProgress = { add: (_bytes, printLine) => printLine(), stop: () => undefined };
/** Back to the start of the line, and the rest of it away. */
const CLEAR_LINE = "\r\u001b[K";

/**
 * A bar over the bytes of the paths; a count where they are unknown. Only where a person watches standard error. Where
 * the lines go to the same terminal, the bar makes room for each.
 */
export async function createMailProgress(
  paths: string[],
  terminal: { isErrorTerminal: boolean; isOutputTerminal: boolean; stream: NodeJS.WritableStream },
): Promise<MailProgress> {
  if (!terminal.isErrorTerminal) return QUIET;
  const total = await measureMailSources(paths);
  const format =
    total === null
      ? "{mails}, {duration_formatted}"
      : "[{bar}] {percentage}%, {mails}, {duration_formatted}, {eta_formatted} left";
  const bar = new SingleBar({ format, stream: terminal.stream, clearOnComplete: true, noTTYOutput: true });
  let mails = 0;
  let done = 0;
  bar.start(total ?? Number.MAX_SAFE_INTEGER, 0, { mails: countMails(mails) });
  return {
    add: (bytes, printLine) => {
      if (terminal.isOutputTerminal) terminal.stream.write(CLEAR_LINE);
      printLine();
      mails++;
      done += bytes;
      bar.update(Math.min(done, total ?? done), { mails: countMails(mails) });
    },
    stop: () => bar.stop(),
  };
}

function countMails(mails: number): string {
  return `${mails} ${mails === 1 ? "mail" : "mails"}`;
}

/** This process's own terminal. */
export function ownTerminal(): Parameters<typeof createMailProgress>[1] {
  return {
    isErrorTerminal: process.stderr.isTTY === true,
    isOutputTerminal: process.stdout.isTTY === true,
    stream: process.stderr,
  };
}
