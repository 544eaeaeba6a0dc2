/** The Inngest client: the same for Inngest Cloud, a self-hosted server and the embedded engine. */
import { Inngest } from "inngest";
import type { Log } from "../core/log.ts";

/** Part of every function's identity: changing it would orphan what is running. */
export const APP_ID = "deskhand";

export interface InngestConnection {
  /** Stands for the network where the embedded engine runs. */
  fetch?: typeof fetch;
  baseUrl?: string;
  eventKey?: string;
  signingKey?: string;
  isDev: boolean;
}

export type WorkflowClient = Inngest;

export function createWorkflowClient(connection: InngestConnection, log: Log): WorkflowClient {
  const write = (method: keyof Log) => (message: unknown, fields?: unknown) =>
    log[method](typeof fields === "object" && fields !== null ? fields : {}, String(message));
  return new Inngest({
    id: APP_ID,
    isDev: connection.isDev,
    ...(connection.fetch ? { fetch: connection.fetch } : {}),
    ...(connection.baseUrl ? { baseUrl: connection.baseUrl } : {}),
    ...(connection.eventKey ? { eventKey: connection.eventKey } : {}),
    ...(connection.signingKey ? { signingKey: connection.signingKey } : {}),
    logger: { info: write("debug"), warn: write("warn"), error: write("error"), debug: write("debug") },
  });
}
