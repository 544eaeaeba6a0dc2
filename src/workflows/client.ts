/** The Inngest client: the same for Inngest Cloud, a self-hosted server and the embedded engine. */
import { type ClientOptions, Inngest } from "inngest";

/** Part of every function's identity: changing it would orphan what is running. */
export const APP_ID = "deskhand";

export type WorkflowClient = Inngest;

export function createWorkflowClient(options: Omit<ClientOptions, "id">): WorkflowClient {
  return new Inngest({ ...options, id: APP_ID });
}
