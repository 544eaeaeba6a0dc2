/** Every few minutes: the local classifier learns from what people corrected and closed, where there is anything new. */
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createRebuildLocalModel(
  client: WorkflowClient,
  rebuild: NonNullable<WorkflowDeps["rebuildLocalModel"]>,
) {
  return client.createFunction(
    { id: "rebuild-local-model", triggers: [{ cron: "*/5 * * * *" }], concurrency: 1, retries: 1 },
    ({ step }) => step.run("rebuild", () => withWorkflowErrors(rebuild)),
  );
}
