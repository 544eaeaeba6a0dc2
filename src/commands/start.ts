import { createLog } from "../log.ts";
import { type CommandContext, EXIT, readConfig } from "./command-context.ts";
import { waitForStopSignal } from "./stop-signal.ts";

/** `deskhand start`: runs until it is told to stop, then lets what is in hand end. */
export async function start(context: CommandContext, options: { json: boolean }): Promise<number> {
  const config = readConfig(context);
  const log = createLog(config.service.logLevel);
  const stopSignal = waitForStopSignal();
  // After the settings are read: a wrong one should not wait for everything else to load.
  const { startService } = await import("../main.ts");
  const service = await startService(config, log);
  if (options.json || config.service.logLevel === "silent") {
    context.print(JSON.stringify({ ready: true, url: service.url }));
  }
  const ended = await Promise.race([stopSignal, service.broken]);
  if (ended instanceof Error) log.error({ err: ended }, "The service cannot go on.");
  else log.info({ signal: ended }, "Stopping: what is in hand is finished first.");
  await service.stop();
  log.info({}, "Stopped.");
  return ended instanceof Error ? EXIT.failed : EXIT.done;
}
