/** `slack/ticket-requested`: a moderator's ticket reaction turns the message under it into a ticket. */
import type { SlackIntake } from "../core/slack-intake.ts";
import { recordInbound } from "../desk/record-inbound.ts";
import { resolveSlackActor } from "../desk/resolve-slack-actor.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

interface Request {
  channel: string;
  ts: string;
  slackUserId: string;
}

export function createOpenRequestedTicket(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "open-requested-ticket", triggers: [{ event: "slack/ticket-requested" }], retries: 6 },
    async ({ event, step }) => {
      const request = parseEventData("slack/ticket-requested", event.data);
      return step.run("open", () =>
        withWorkflowErrors(async () => {
          if (deps.slackIntake === null) return { state: "slack-off" };
          return openRequestedTicket(deps, deps.slackIntake, request);
        }),
      );
    },
  );
}

async function openRequestedTicket(
  deps: Pick<WorkflowDeps, "sql" | "settings">,
  intake: SlackIntake,
  request: Request,
): Promise<{ state: string; ticketId?: string }> {
  const { channel, ts, slackUserId } = request;
  const { email } = await intake.lookUp(slackUserId);
  const actor = await resolveSlackActor(deps.sql, slackUserId, email);
  const tell = (text: string) => intake.tellPrivately({ slackUserId, channel }, text);
  if (actor === null) {
    await tell(
      "Only moderators and admins of the desk can make tickets by reaction. Use the message's menu instead.",
    );
    return { state: "refused" };
  }
  const message = await intake.readMessage(channel, ts);
  if (message === null) {
    await tell("I cannot read that message: invite me to the channel (/invite), then react again.");
    return { state: "unreadable" };
  }
  const { ticket, outcome } = await recordInbound(deps.sql, deps.settings, {
    ...message,
    externalId: `${message.externalId}:request`,
    way: "request",
    requestedBy: slackUserId,
  });
  if (ticket !== null) await tell(tellOutcome(ticket.number, outcome));
  return { state: outcome, ...(ticket === null ? {} : { ticketId: ticket.id }) };
}

function tellOutcome(number: number, outcome: string): string {
  return outcome === "ticket"
    ? `Ticket #${number} is open for that message.`
    : `That message belongs to ticket #${number} already.`;
}
