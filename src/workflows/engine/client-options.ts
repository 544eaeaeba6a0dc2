/** How an Inngest client is set up to run on the embedded engine. */
import type { ClientOptions, Logger } from "inngest";
import type { Log } from "../../core/log.ts";
import type { EngineFetch } from "./api-fetch.ts";

/**
 * The options to spread into `new Inngest({ id, ...embeddedClientOptions(engine, log) })`. The address is never dialled:
 * it keeps `INNGEST_*` of the environment from naming another one.
 */
export function embeddedClientOptions(engine: { fetch: EngineFetch }, log: Log) {
  const logger = createSdkLogger(log);
  return {
    fetch: engine.fetch,
    isDev: true,
    baseUrl: "http://embedded.invalid/",
    eventKey: "embedded",
    logger,
    internalLogger: logger,
    aiMetadata: false,
  } satisfies Omit<ClientOptions, "id">;
}

/**
 * Routes what the SDK, and functions by `ctx.logger`, log to `log`. The errors of steps and functions are left out:
 * the engine logs each once, with its ids.
 */
export function createSdkLogger(log: Log): Logger & { flush(): Promise<void> } {
  const method = (level: keyof Log) => (first?: unknown, second?: unknown) => {
    const isPair = first !== null && typeof first === "object";
    const message = String(isPair ? (second ?? "") : (first ?? ""));
    if (ENGINE_LOGS_IT.has(message)) return;
    log[level]({ ...(isPair ? first : {}), from: "inngest" }, message);
  };
  return {
    debug: method("debug"),
    info: method("info"),
    warn: method("warn"),
    error: method("error"),
    // Without it, the SDK waits for a timer at the end of each call.
    flush: async () => {},
  };
}

const ENGINE_LOGS_IT = new Set(["Inngest step error", "Inngest function error"]);
