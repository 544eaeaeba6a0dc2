/** The shapes of events, checked where a workflow receives one: an event can come from anywhere. */
import { NonRetriableError } from "inngest";
import { z } from "zod";
import type { DeskEventName, DeskEvents } from "../core/events.ts";
import { DEADLINE_KINDS } from "../core/sla.ts";

const id = z.uuid();

const SCHEMAS: { [Name in DeskEventName]: z.ZodType<DeskEvents[Name]> } = {
  "user/signup": z.object({ userId: id }),
  "user/updated": z.object({ userId: id }),
  "user/freed": z.object({ userId: id }),
  "ticket/created": z.object({ ticketId: id }),
  "ticket/assigned": z.object({ ticketId: id, userId: id }),
  "ticket/replied": z.object({ ticketId: id, messageId: id }),
  "ticket/changed": z.object({ ticketId: id }),
  "deadline/reminded": z.object({ ticketId: id, kind: z.enum(DEADLINE_KINDS) }),
  "deadline/missed": z.object({ ticketId: id, kind: z.enum(DEADLINE_KINDS) }),
  "skill/proposed": z.object({ proposalId: id }),
  "skill/changed": z.object({ skillId: id }),
  "skill/named": z.object({ skillId: id }),
  "home/outdated": z.object({ slackUserId: z.string().min(1) }),
  "delivery/queued": z.object({ deliveryId: id, ticketId: id }),
  "delivery/troubled": z.object({ deliveryId: id, ticketId: id }),
  "slack/message-recorded": z.object({ messageId: id }),
  "slack/ticket-requested": z.object({ channel: z.string(), ts: z.string(), slackUserId: z.string() }),
  "alert/raised": z.object({ alertId: id, time: z.int().positive() }),
  "alert/cleared": z.object({ alertId: id }),
};

/** The event's data, or a NonRetriableError that names what is wrong: it would be wrong on every try. */
export function parseEventData<Name extends DeskEventName>(name: Name, data: unknown): DeskEvents[Name] {
  const parsed = SCHEMAS[name].safeParse(data);
  if (parsed.success) return parsed.data;
  throw new NonRetriableError(`The event ${name} is malformed: ${z.prettifyError(parsed.error)}`);
}
