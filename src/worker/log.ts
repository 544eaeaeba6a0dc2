/** Structured lines on the console, which is where Workers' logs are read. */
import type { Log, LogMethod } from "../core/log.ts";

export function createWorkerLog(): Log {
  return { debug: () => {}, info: write("info"), warn: write("warn"), error: write("error") };
}

function write(level: "info" | "warn" | "error"): LogMethod {
  return (fields, message) => {
    // biome-ignore lint/suspicious/noConsole: the platform's own log
    console[level](JSON.stringify({ level, message, ...describeFields(fields) }));
  };
}

/** An Error would become `{}`: its name, message and stack are kept, and not what queries hang on it. */
function describeFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value,
    ]),
  );
}
