/**
 * Runs the workflows: on the embedded engine, or, where INNGEST_* is set, on Inngest, while the engine ends what it had
 * begun.
 */
import { serve } from "inngest/edge";
import type { Config } from "../config.ts";
import { createWorkflowClient } from "../workflows/client.ts";
import { createSdkLogger, embeddedClientOptions } from "../workflows/engine/client-options.ts";
import { createEmbeddedEngine, type EmbeddedEngine } from "../workflows/engine/engine.ts";
import { createWorkflows } from "../workflows/functions.ts";
import { type OutboxRelay, startOutboxRelay } from "../workflows/outbox.ts";
import type { WorkflowDeps } from "../workflows/workflow-deps.ts";
import { startDrainedEngine } from "./drain-engine.ts";

export interface WorkflowRunner {
  /** Null where the embedded engine runs: then `/api/inngest` does not exist. */
  inngestEndpoint: ((request: Request) => Promise<Response>) | null;
  /** Null where Inngest runs the workflows, and the engine has left it nothing to end or to replay. */
  engine: EmbeddedEngine | null;
  stop(): Promise<void>;
}

export async function startWorkflows(
  inngest: Config["inngest"],
  deps: WorkflowDeps,
  options: { soleProcess: boolean; now?: () => Date; giveWay?: () => Promise<void> },
): Promise<WorkflowRunner> {
  const { sql, log } = deps;
  if (inngest !== null) {
    const { client, endpoint } = createInngestEndpoint(inngest, deps);
    const drained = await startDrainedEngine(client, deps, options);
    const relay = await startOutboxRelay(sql, client, log, drained ? { alongside: drained.alongside } : {});
    const stop = async (): Promise<void> => {
      await relay.stop();
      await drained?.stop();
    };
    return { inngestEndpoint: endpoint, engine: drained?.engine ?? null, stop };
  }
  const engine = createEmbeddedEngine({ sql, log, ...options });
  const client = createWorkflowClient(embeddedClientOptions(engine, log));
  await engine.start(createWorkflows(client, deps), { client });
  const relay = await startOutboxRelay(sql, client, log);
  return { inngestEndpoint: null, engine, stop: () => stopEngine(relay, engine) };
}

async function stopEngine(relay: OutboxRelay, engine: EmbeddedEngine): Promise<void> {
  await relay.stop();
  await engine.stop();
}

/** The client that sends events to Inngest, and the handler of `/api/inngest`, which refuses what Inngest did not sign. */
export function createInngestEndpoint(inngest: NonNullable<Config["inngest"]>, deps: WorkflowDeps) {
  const client = createWorkflowClient({
    ...inngestClientOptions(inngest),
    logger: createSdkLogger(deps.log),
  });
  const endpoint = serve({ client, functions: createWorkflows(client, deps), servePath: "/api/inngest" });
  return { client, endpoint };
}

function inngestClientOptions(inngest: NonNullable<Config["inngest"]>) {
  const { isDev, baseUrl, eventKey, signingKey, signingKeyFallback } = inngest;
  return {
    isDev,
    ...(baseUrl === null ? {} : { baseUrl }),
    ...(eventKey === null ? {} : { eventKey }),
    ...(signingKey === null ? {} : { signingKey }),
    ...(signingKeyFallback === null ? {} : { signingKeyFallback }),
  };
}
