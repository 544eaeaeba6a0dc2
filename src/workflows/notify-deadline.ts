/** `deadline/reminded`, `deadline/missed`: the assignee is told; of a missed one the admins and the channel too. */
import { writeDeadlineNotice } from "../core/deadline-notice.ts";
import type { Notice } from "../core/notices.ts";
import type { DeadlineKind } from "../core/sla.ts";
import { listAdmins } from "../db/alerts.ts";
import { listDeadlines } from "../db/deadlines.ts";
import { readTicket } from "../db/tickets.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import { mailStaff } from "./mail-staff.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createNotifyDeadline(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "notify-deadline",
      triggers: [{ event: "deadline/reminded" }, { event: "deadline/missed" }],
      retries: 8,
    },
    async ({ event, step, runId }) => {
      const { ticketId, kind } = parseEventData("deadline/missed", event.data);
      const told = await step.run("write", () =>
        withWorkflowErrors(() => writeNotice(deps, ticketId, kind, event.name === "deadline/missed")),
      );
      if (told === null) return { state: "over-already" };
      const noticeId = `deadline.${runId}`;
      // One channel's failure must not keep the notice from the others: each step has its own tries.
      const tries = [
        ...told.people.map((person) =>
          step.run(`mail-${person.id}`, () =>
            withWorkflowErrors(() => mailStaff(deps, `${noticeId}.${person.id}`, person, told.notice)),
          ),
        ),
        step.run("post-in-slack", () => withWorkflowErrors(() => post(deps, noticeId, told.notice))),
      ];
      const results = await Promise.allSettled(tries);
      const failed = results.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      return { state: "told" };
    },
  );
}

/** Null where the ticket has been answered or resolved in the meantime: nobody is told any more. */
async function writeNotice(
  deps: WorkflowDeps,
  ticketId: string,
  kind: DeadlineKind,
  missed: boolean,
): Promise<{ notice: Notice; people: { id: string; email: string; name: string }[] } | null> {
  const ticket = await readTicket(deps.sql, ticketId);
  const deadline = (await listDeadlines(deps.sql, ticketId)).find((one) => one.kind === kind);
  if (!ticket || deadline?.state !== "running" || deadline.dueAt === null) return null;
  const { number, title, priority, assigneeId, assigneeEmail } = ticket;
  const notice = writeDeadlineNotice({
    number,
    title,
    priority,
    kind,
    missed,
    dueAt: deadline.dueAt,
    timeZone: deps.policies.hours.timeZone,
    assigneeName: ticket.assigneeName ?? "",
  });
  const assignee =
    assigneeId === null || assigneeEmail === null
      ? []
      : [{ id: assigneeId, email: assigneeEmail, name: ticket.assigneeName ?? "" }];
  const admins = missed || assignee.length === 0 ? await listAdmins(deps.sql) : [];
  return { notice, people: [...assignee, ...admins.filter((admin) => admin.id !== assigneeId)] };
}

async function post(deps: WorkflowDeps, noticeId: string, notice: Notice): Promise<{ state: string }> {
  if (deps.slack === null) return { state: "slack-off" };
  await deps.slack.postNotice({ noticeId, text: `${notice.subject}\n\n${notice.text}` });
  return { state: "posted" };
}
