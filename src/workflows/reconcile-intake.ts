/** Every hour: compare what the servers have with the ledger, repair gaps, and say if anything stays unexplained. */
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createReconcileIntake(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "reconcile-intake", triggers: [{ cron: "17 * * * *" }], concurrency: 1, retries: 3 },
    async ({ step }) => {
      const report = await step.run("compare", () => withWorkflowErrors(() => deps.reconcile()));
      if (report.unexplained > 0) {
        deps.log.error(
          { unexplained: report.unexplained },
          "Messages without an outcome: run `deskhand reconcile --json`.",
        );
      }
      return { unexplained: report.unexplained };
    },
  );
}
