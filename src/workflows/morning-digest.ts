/** On working days at the time that is set: each moderator gets a mail with what waits for them. */
import { isWorkingDay, localDate } from "../core/business-hours.ts";
import { writeDigest } from "../core/digest-notice.ts";
import { countOpenTickets, type DigestPerson, listDigestPeople, listDigestTickets } from "../db/digests.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { mailStaff } from "./mail-staff.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

const TICKETS_SHOWN = 30;

export function createMorningDigest(
  client: WorkflowClient,
  deps: WorkflowDeps,
  at: { hour: number; minute: number },
) {
  const { hours } = deps.policies;
  const cron = `TZ=${hours.timeZone} ${at.minute} ${at.hour} * * *`;
  return client.createFunction(
    { id: "morning-digest", triggers: [{ cron }], concurrency: 1, retries: 5 },
    async ({ step }) => {
      const people = await step.run("list", () => withWorkflowErrors(() => listPeople(deps)));
      if (people === null) return { state: "no-working-day" };
      const { date, recipients } = people;
      const sent = await Promise.allSettled(
        recipients.map((person) =>
          step.run(`mail-${person.id}`, () => withWorkflowErrors(() => mailDigest(deps, date, person))),
        ),
      );
      const failed = sent.find((result) => result.status === "rejected");
      if (failed) throw failed.reason;
      return { state: "sent", people: recipients.length };
    },
  );
}

async function listPeople(deps: WorkflowDeps): Promise<{ date: string; recipients: DigestPerson[] } | null> {
  const now = deps.now();
  if (!isWorkingDay(now, deps.policies.hours)) return null;
  return { date: localDate(now, deps.policies.hours.timeZone), recipients: await listDigestPeople(deps.sql) };
}

async function mailDigest(
  deps: WorkflowDeps,
  date: string,
  person: DigestPerson,
): Promise<{ state: string }> {
  const tickets = await listDigestTickets(deps.sql, person.id, TICKETS_SHOWN);
  const openCount = await countOpenTickets(deps.sql, person.id);
  if (openCount === 0) return { state: "nothing-open" };
  const { timeZone } = deps.policies.hours;
  const notice = writeDigest({ name: person.name, openCount, tickets, timeZone });
  return mailStaff(deps, `digest.${date}.${person.id}`, person, notice);
}
