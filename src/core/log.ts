/** What everything below the roots may know of logging. pino has this shape; so does a list in a test. */

export type LogMethod = (fields: object, message: string) => void;

/** Fields carry ids and numbers (ticketId, runId, durationMs), never bodies, tokens or addresses. */
export type Log = { debug: LogMethod; info: LogMethod; warn: LogMethod; error: LogMethod };
