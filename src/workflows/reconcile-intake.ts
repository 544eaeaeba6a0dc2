/** Every hour: compare what the servers have with the ledger, repair gaps, and say if anything stays unexplained. */
import { clearAlert } from "../desk/clear-alert.ts";
import { raiseAlert } from "../desk/raise-alert.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createReconcileIntake(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "reconcile-intake", triggers: [{ cron: "17 * * * *" }], concurrency: 1, retries: 3 },
    async ({ step }) => {
      const report = await step.run("compare", () => withWorkflowErrors(() => deps.reconcile()));
      await step.run("tell", () => withWorkflowErrors(() => tellUnexplained(deps, report.unexplained)));
      return { unexplained: report.unexplained, failed: report.failed.length };
    },
  );
}

/** The one promise that is not kept: operators hear of it. A source that is away is told by who watches it. */
async function tellUnexplained({ sql, log }: WorkflowDeps, unexplained: number): Promise<void> {
  if (unexplained === 0) {
    await clearAlert(sql, "unexplained");
    return;
  }
  log.error({ unexplained }, "Messages without an outcome: run `deskhand reconcile --json`.");
  await raiseAlert(sql, {
    subject: "unexplained",
    kind: "unexplained",
    problem: `${unexplained} ${unexplained === 1 ? "message has" : "messages have"} no outcome, and could not be recorded.`,
    fix: "Run `npx deskhand reconcile`: it tries again, and the log says why each one fails.",
  });
}
