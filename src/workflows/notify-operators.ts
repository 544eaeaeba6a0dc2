/** `alert/raised`, `alert/cleared`: a post in the moderators' channel, and a mail to each admin. */
import { writeAlertNotice } from "../core/alert-notice.ts";
import type { Notice } from "../core/notices.ts";
import { type AlertRow, listAdmins, readAlert } from "../db/alerts.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import { mailStaff } from "./mail-staff.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

type Ports = Pick<WorkflowDeps, "sql" | "mail" | "slack" | "settings">;

export function createNotifyOperators(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "notify-operators",
      triggers: [{ event: "alert/raised" }, { event: "alert/cleared" }],
      retries: 8,
    },
    async ({ event, step }) => {
      const cleared = event.name === "alert/cleared";
      const { alertId } = parseEventData("alert/cleared", event.data);
      const time = cleared ? 0 : parseEventData("alert/raised", event.data).time;
      const noticeId = cleared ? `${alertId}.cleared` : `${alertId}.${time}`;
      const told = await step.run("write", () =>
        withWorkflowErrors(() => writeNotice(deps, alertId, { cleared, time })),
      );
      if (told === null) return { state: "over-already" };
      // One channel's failure must not keep the notice from the others: each step has its own tries.
      const tries = [
        step.run("post-in-slack", () => withWorkflowErrors(() => post(deps, noticeId, told.notice))),
        ...told.admins.map((admin) =>
          step.run(`mail-${admin.id}`, () =>
            withWorkflowErrors(() => mailStaff(deps, `alert.${noticeId}.${admin.id}`, admin, told.notice)),
          ),
        ),
      ];
      const results = await Promise.allSettled(tries);
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      return { state: "told" };
    },
  );
}

type Admin = { id: string; email: string; name: string };

/** Null where there is nothing to tell any more: it was cleared before anybody was told. */
async function writeNotice(
  deps: Ports,
  alertId: string,
  { cleared, time }: { cleared: boolean; time: number },
): Promise<{ notice: Notice; admins: Admin[] } | null> {
  const alert: AlertRow | null = await readAlert(deps.sql, alertId);
  if (alert === null || (!cleared && alert.clearedAt !== null)) return null;
  const { problem, fix, raisedAt } = alert;
  return {
    notice: writeAlertNotice({ problem, fix, raisedAt, time, cleared }),
    admins: await listAdmins(deps.sql),
  };
}

async function post(deps: Ports, noticeId: string, notice: Notice): Promise<{ state: string }> {
  if (deps.slack === null) return { state: "slack-off" };
  await deps.slack.postNotice({ noticeId, text: `${notice.subject}\n\n${notice.text}` });
  return { state: "posted" };
}
