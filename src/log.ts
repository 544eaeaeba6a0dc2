/** The service's log: JSON lines on standard error, ids first, never a body, token or address. */
import { type Logger, pino, stdSerializers } from "pino";

/** What must not stand in a log, wherever somebody puts it. */
const REDACTED = [
  "password",
  "token",
  "secret",
  "authorization",
  "*.password",
  "*.token",
  "*.secret",
  "*.authorization",
  "headers.authorization",
  "headers.cookie",
];

export function createLog(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED, censor: "[redacted]" },
      serializers: { err: serialiseError },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

/** An error without the values that queries and requests hang on theirs: a message body could be among them. */
function serialiseError(error: Error): object {
  const { type, message, stack } = stdSerializers.err(error);
  const code = "code" in error ? error.code : undefined;
  return { type, message, stack, code };
}
