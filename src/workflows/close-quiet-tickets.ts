/** Every hour: tickets that have been quiet for as many days as the desk allows. */
import { listResolvedTickets, listWaitingTickets } from "../db/quiet-tickets.ts";
import {
  closeResolvedTicket,
  resolveQuietTicket,
  warnAfterDays,
  warnQuietTicket,
} from "../desk/close-quiet-tickets.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

const TICKETS_MAX = 500;
const DAY_MS = 24 * 60 * 60 * 1000;

export function createCloseQuietTickets(client: WorkflowClient, deps: WorkflowDeps) {
  const { waitingDays, resolvedDays } = deps.policies.closing;
  return client.createFunction(
    { id: "close-quiet-tickets", triggers: [{ cron: "23 * * * *" }], concurrency: 1, retries: 2 },
    async ({ step }) => {
      const counts = { warned: 0, resolved: 0, closed: 0 };
      if (waitingDays > 0) {
        counts.resolved = await step.run("resolve", () => withWorkflowErrors(() => resolveQuiet(deps)));
        counts.warned = await step.run("warn", () => withWorkflowErrors(() => warnQuiet(deps)));
      }
      if (resolvedDays > 0) {
        counts.closed = await step.run("close", () => withWorkflowErrors(() => closeResolved(deps)));
      }
      return counts;
    },
  );
}

async function warnQuiet(deps: WorkflowDeps): Promise<number> {
  const { sql, settings } = deps;
  const rule = deps.policies.closing;
  const before = daysBefore(deps.now(), warnAfterDays(rule));
  const quiet = await listWaitingTickets(sql, before, { unwarned: true, limit: TICKETS_MAX });
  return countDone(deps, quiet, (id) => warnQuietTicket(sql, settings, rule, id, deps.now()));
}

async function resolveQuiet(deps: WorkflowDeps): Promise<number> {
  const { sql, settings } = deps;
  const rule = deps.policies.closing;
  const before = daysBefore(deps.now(), rule.waitingDays);
  const quiet = await listWaitingTickets(sql, before, { unwarned: false, limit: TICKETS_MAX });
  return countDone(deps, quiet, (id) => resolveQuietTicket(sql, settings, rule, id, deps.now()));
}

async function closeResolved(deps: WorkflowDeps): Promise<number> {
  const rule = deps.policies.closing;
  const quiet = await listResolvedTickets(deps.sql, daysBefore(deps.now(), rule.resolvedDays), TICKETS_MAX);
  return countDone(deps, quiet, (id) => closeResolvedTicket(deps.sql, rule, id, deps.now()));
}

/** One ticket's trouble must not keep the others waiting: it is logged, and tried again in an hour. */
async function countDone(
  { log }: WorkflowDeps,
  ticketIds: string[],
  act: (ticketId: string) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  for (const ticketId of ticketIds) {
    try {
      if (await act(ticketId)) done++;
    } catch (error) {
      log.error({ ticketId, err: error }, "A quiet ticket could not be moved on.");
    }
  }
  return done;
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getTime() - days * DAY_MS);
}
