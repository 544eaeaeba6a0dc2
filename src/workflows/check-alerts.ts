/** Every five minutes: is something new parked or dead, and who must be reminded? */
import { countDeadRunsSince, countParkedSince } from "../db/alerts.ts";
import type { SqlPool } from "../db/client.ts";
import { readModelHealth } from "../db/model-health.ts";
import { clearAlert } from "../desk/clear-alert.ts";
import { raiseAlert, remindOfAlerts } from "../desk/raise-alert.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** What is older stays visible in metrics and `replay`, and nags nobody. */
const NEWS_DAYS = 3;

export function createCheckAlerts(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "check-alerts", triggers: [{ cron: "*/5 * * * *" }], concurrency: 1, retries: 3 },
    async ({ step }) =>
      step.run("check", () => withWorkflowErrors(() => checkAlerts(deps.sql, deps.model !== null))),
  );
}

/** Raises and clears what the database itself can tell, and reminds of what is open. */
export async function checkAlerts(
  sql: SqlPool,
  hasModel = true,
): Promise<{ parked: number; dead: number; reminded: number }> {
  const parked = await countParkedSince(sql, NEWS_DAYS);
  if (parked === 0) await clearAlert(sql, "parked");
  else {
    await raiseAlert(sql, {
      subject: "parked",
      kind: "parked",
      problem: `${parked} ${parked === 1 ? "message was" : "messages were"} parked in the last ${NEWS_DAYS} days: no ticket was made of them.`,
      fix: "Run `npx deskhand replay --parked`: it tries them again, and gives the reason of those that stay parked. `GET /api/admin/intake` lists them with their originals, and can dismiss them.",
    });
  }
  const dead = await countDeadRunsSince(sql, NEWS_DAYS);
  if (dead === 0) await clearAlert(sql, "dead-runs");
  else {
    await raiseAlert(sql, {
      subject: "dead-runs",
      kind: "dead-runs",
      problem: `${dead} workflow ${dead === 1 ? "run has" : "runs have"} used up all tries in the last ${NEWS_DAYS} days.`,
      fix: "Look for their errors in the log, cure what they name, and run `npx deskhand replay --dead`.",
    });
  }
  await checkModel(sql, hasModel);
  return { parked, dead, reminded: await remindOfAlerts(sql) };
}

/** A wrong key is told of at once; an outage only when it lasts, since the local classifier stands in. */
const MODEL_AWAY_MS = 15 * 60_000;

async function checkModel(sql: SqlPool, hasModel: boolean): Promise<void> {
  const health = await readModelHealth(sql, "gemini");
  if (!hasModel || !health?.awaySince) {
    await clearAlert(sql, "model/gemini");
    return;
  }
  const isWrong = health.code === "invalid";
  if (!isWrong && Date.now() - health.awaySince.getTime() < MODEL_AWAY_MS) return;
  await raiseAlert(sql, {
    subject: "model/gemini",
    kind: "model-away",
    problem: `Gemini triages nothing since ${health.awaySince.toISOString().slice(0, 16).replace("T", " ")} UTC: ${health.reason ?? "it does not answer."}`,
    fix: isWrong
      ? "Change the setting that is named, and start again. The local classifier triages until then."
      : "Look at `npx deskhand doctor` and at the quota of the key's project. The local classifier triages until Gemini is back; then Gemini reads those tickets once more.",
  });
}
