/** The workflows by which a mail leaves, on the real engine and through a real mail server, and no others. */
import { createMailSender } from "../../src/channels/email/send/send-mail.ts";
import type { SqlPool } from "../../src/db/client.ts";
import { createAcknowledgeTicket } from "../../src/workflows/acknowledge-ticket.ts";
import { createWorkflowClient } from "../../src/workflows/client.ts";
import { createDeliverMessage } from "../../src/workflows/deliver-message.ts";
import { embeddedClientOptions } from "../../src/workflows/engine/client-options.ts";
import { createEmbeddedEngine } from "../../src/workflows/engine/engine.ts";
import { createNotifyDeliveryTrouble } from "../../src/workflows/notify-delivery-trouble.ts";
import { startOutboxRelay } from "../../src/workflows/outbox.ts";
import type { WorkflowDeps } from "../../src/workflows/workflow-deps.ts";
import { SETTINGS } from "../helpers/inbound.ts";
import { QUIET } from "../helpers/workflows.ts";

export async function startMailWorkflows(sql: SqlPool, smtpUrl: string): Promise<{ stop(): Promise<void> }> {
  const sender = createMailSender({ smtpUrl });
  const from = { address: "support@desk.example", name: "Support" };
  const deps = {
    sql,
    settings: SETTINGS,
    log: QUIET,
    slack: null,
    // A wait of at least a second is the shortest that Retry-After can say.
    mail: { sender, from, retryDelayMs: () => 1 },
  } as Partial<WorkflowDeps> as WorkflowDeps;
  const engine = createEmbeddedEngine({ sql, log: QUIET, soleProcess: true });
  const client = createWorkflowClient(embeddedClientOptions(engine, QUIET));
  const functions = [createAcknowledgeTicket, createDeliverMessage, createNotifyDeliveryTrouble];
  await engine.start(
    functions.map((create) => create(client, deps)),
    { client },
  );
  const relay = await startOutboxRelay(sql, client, QUIET);
  return {
    async stop() {
      await relay.stop();
      await engine.stop();
      await sender.close();
    },
  };
}
