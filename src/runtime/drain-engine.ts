/**
 * From the embedded engine to Inngest: what the engine had begun when INNGEST_* was set, it brings to its end. New
 * events go to Inngest; those that a run here waits for, or is cancelled by, reach it too.
 */
import { hasUnroutedEvents } from "../db/engine-events.ts";
import { countRuns } from "../db/engine-run-queries.ts";
import { createWorkflowClient, type WorkflowClient } from "../workflows/client.ts";
import { embeddedClientOptions } from "../workflows/engine/client-options.ts";
import { createEmbeddedEngine, type EmbeddedEngine, type EngineOptions } from "../workflows/engine/engine.ts";
import { createWorkflows } from "../workflows/functions.ts";
import type { RelayOptions } from "../workflows/outbox.ts";
import type { WorkflowDeps } from "../workflows/workflow-deps.ts";

const REPORT_EVERY_MS = 60_000;

export interface DrainedEngine {
  engine: EmbeddedEngine;
  /** For the outbox relay. */
  alongside: NonNullable<RelayOptions["alongside"]>;
  stop(): Promise<void>;
}

/** Null where the engine has left nothing: no run that goes on, and no dead one that could be replayed. */
export async function startDrainedEngine(
  inngest: WorkflowClient,
  deps: WorkflowDeps,
  options: Pick<EngineOptions, "soleProcess" | "now">,
): Promise<DrainedEngine | null> {
  const { sql, log } = deps;
  const { active, dead } = await countRuns(sql);
  if (active + dead === 0 && !(await hasUnroutedEvents(sql))) return null;
  const engine = createEmbeddedEngine({ sql, log, ...options });
  const client = createWorkflowClient(embeddedClientOptions(engine, log));
  const send = async (events: readonly { id: string; name: string; data: unknown; ts: number }[]) => {
    await inngest.send(events.map(({ id, name, data, ts }) => ({ id, name, data, ts })));
  };
  await engine.start(createWorkflows(client, deps), { client, drain: { send } });
  log.info({ active, dead }, "Inngest runs the workflows; the embedded engine ends what it had begun.");
  const reports = setInterval(() => void report(), REPORT_EVERY_MS);
  let told = active;
  const report = async (): Promise<void> => {
    const left = await countRuns(sql).catch(() => null);
    if (left === null || left.active === told) return;
    told = left.active;
    const message = told === 0 ? "All runs of the embedded engine have ended." : "Runs of it are left.";
    log.info({ active: told, dead: left.dead }, message);
  };
  return {
    engine,
    alongside: (events, tx) =>
      engine.passToWaits(
        events.map((event) => ({ ...event })),
        tx,
      ),
    stop: async () => {
      clearInterval(reports);
      await engine.stop();
    },
  };
}
