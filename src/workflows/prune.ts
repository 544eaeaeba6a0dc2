/** Every night: what has done its work, or is older than the desk wants to keep, goes. */
import { pruneHandledActions } from "../db/handled-actions.ts";
import { pruneOutbox } from "../db/outbox.ts";
import { pruneRawMessages } from "../db/raw-messages.ts";
import type { WorkflowClient } from "./client.ts";
import { pruneEngine } from "./engine/retention.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** A click can be delivered again for five minutes, while its signature is good. */
const HANDLED_ACTIONS_HOURS = 24;
/** So many originals go in one statement: a mail may have 50 MB. */
const RAW_AT_ONCE = 100;
const BATCHES_MAX = 1000;

export function createPrune(client: WorkflowClient, deps: WorkflowDeps) {
  const { rawDays, runDays } = deps.policies.retention;
  return client.createFunction(
    { id: "prune", triggers: [{ cron: "40 3 * * *" }], concurrency: 1, retries: 3 },
    async ({ step }) => {
      const events = await step.run("outbox", () => withWorkflowErrors(() => pruneOutbox(deps.sql, runDays)));
      const originals = await step.run("originals", () =>
        withWorkflowErrors(() => pruneOriginals(deps, rawDays)),
      );
      const clicks = await step.run("clicks", () =>
        withWorkflowErrors(() => pruneHandledActions(deps.sql, HANDLED_ACTIONS_HOURS)),
      );
      const engine = await step.run("runs", () =>
        withWorkflowErrors(() => pruneEngine(deps.sql, { days: runDays, now: deps.now() })),
      );
      return { events, originals, clicks, engine };
    },
  );
}

async function pruneOriginals({ sql }: Pick<WorkflowDeps, "sql">, days: number): Promise<number> {
  if (days === 0) return 0;
  let pruned = 0;
  for (let batch = 0; batch < BATCHES_MAX; batch++) {
    const count = await pruneRawMessages(sql, days, RAW_AT_ONCE);
    pruned += count;
    if (count < RAW_AT_ONCE) break;
  }
  return pruned;
}
