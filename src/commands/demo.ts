import { runDemo } from "../demo/run-demo.ts";
import { createLog } from "../log.ts";
import { startService } from "../main.ts";
import type { CommandContext } from "./command-context.ts";
import { waitForStopSignal } from "./stop-signal.ts";

/** `deskhand demo`. The account of what happens is the output: the log only speaks up when something is wrong. */
export async function demo(
  context: CommandContext,
  options: { once: boolean; json: boolean; geminiStub: boolean },
): Promise<number> {
  const stopping = new AbortController();
  void waitForStopSignal().then(() => stopping.abort());
  return runDemo({
    ...options,
    env: context.env,
    startService,
    log: createLog(context.env.LOG_LEVEL ?? "error"),
    stdout: process.stdout,
    stderr: process.stderr,
    signal: stopping.signal,
  });
}
