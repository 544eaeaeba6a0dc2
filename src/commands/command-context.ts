/** What every command works with: the settings, where it writes, and how it says that something is wrong. */
import { config as readDotenv } from "dotenv";
import type { Logger } from "pino";
import { ConfigError } from "../config/settings-reader.ts";
import { type Config, loadConfig } from "../config.ts";
import { AppError } from "../core/errors.ts";
import { createLog } from "../log.ts";
import { StartupError } from "../runtime/startup-error.ts";

export const EXIT = { done: 0, failed: 1, usage: 2, tryLater: 75 } as const;

export interface CommandContext {
  env: Record<string, string | undefined>;
  /** One document or line for standard output. */
  print(text: string): void;
  /** For people, on standard error. */
  say(text: string): void;
}

/** The environment, with `.env` of the working folder below it. */
export function createCommandContext(): CommandContext {
  readDotenv({ quiet: true });
  endAtClosedPipe();
  return {
    env: process.env,
    print: (text) => process.stdout.write(`${text}\n`),
    say: (text) => process.stderr.write(`${text}\n`),
  };
}

/**
 * Whoever read the output has gone (`deskhand demo | head`). What runs until Ctrl-C ends as by Ctrl-C; a command with an
 * end goes on to it, so that nothing is left half done.
 */
function endAtClosedPipe(): void {
  let isClosed = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code !== "EPIPE") throw error;
    // Each further write fails as well; a second signal would end the process at once.
    if (!isClosed) process.emit("SIGINT");
    isClosed = true;
  };
  for (const stream of [process.stdout, process.stderr]) stream.on("error", onError);
}

/** Throws ConfigError, which names every bad setting. */
export function readConfig(context: CommandContext): Config {
  return loadConfig(context.env);
}

/** Commands speak for themselves: their log begins at warnings unless LOG_LEVEL asks for more. */
export function createCommandLog(context: CommandContext): Logger {
  return createLog(context.env.LOG_LEVEL ?? "warn");
}

/** Runs a command; what an operator can cure ends in one message without a stack trace. */
export async function runCommand(context: CommandContext, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConfigError || error instanceof StartupError) {
      context.say(error.message);
      return EXIT.usage;
    }
    if (error instanceof AppError) {
      context.say(error.message);
      return error.code === "invalid" ? EXIT.usage : EXIT.failed;
    }
    throw error;
  }
}
