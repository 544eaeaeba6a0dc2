/** `ticket/changed`, `ticket/replied`: the moderators' card and App Homes show the ticket as it is now. */
import { readCardView } from "../db/card-view.ts";
import { beginDrawing, finishDrawing } from "../db/slack-cards.ts";
import { outdateHomesOfTicket } from "../db/slack-homes.ts";
import { ticketExists } from "../db/tickets.ts";
import { hashValue } from "../desk/digest.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** Drawings that overtake each other are drawn again so often at most; the next change draws anyway. */
const ROUNDS_MAX = 5;
/** Cards drawn at once: in a burst the rest waits in the engine's queue instead of in Slack's. */
const DRAWING_MAX = 4;

/** One at a time for each ticket, and what is drawn is read after the drawing has begun: see finishDrawing. */
export function createRefreshCard(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "refresh-card",
      triggers: [{ event: "ticket/changed" }, { event: "ticket/replied" }],
      concurrency: [{ key: "event.data.ticketId", limit: 1 }, { limit: DRAWING_MAX }],
      retries: 8,
    },
    async ({ event, step }) => {
      const { ticketId } = parseEventData("ticket/changed", event.data);
      return step.run("put-card", () => withWorkflowErrors(() => putCard(deps, ticketId)));
    },
  );
}

/** Draws until no other drawing has begun meanwhile, so that the newest content is what stays. */
export async function putCard(
  deps: Pick<WorkflowDeps, "sql" | "slack" | "rankSimilar">,
  ticketId: string,
): Promise<{ state: string }> {
  const { sql, slack } = deps;
  if (slack === null) return { state: "slack-off" };
  await outdateHomesOfTicket(sql, ticketId);
  for (let round = 1; ; round += 1) {
    if (!(await ticketExists(sql, ticketId))) return { state: "no-ticket" };
    const drawing = await beginDrawing(sql, ticketId);
    const card = await readCardView(sql, ticketId, null, deps.rankSimilar);
    if (card === null) return { state: "no-ticket" };
    const hash = await hashValue(card);
    const isShown = drawing.at !== null && drawing.shownHash === hash;
    const at =
      isShown && drawing.at !== null
        ? drawing.at
        : await slack.putCard(card, drawing.at, drawing.maybePosted);
    const isLast = await finishDrawing(sql, ticketId, {
      token: drawing.token,
      at,
      hash: drawing.isAlone ? hash : null,
    });
    if (isLast || round === ROUNDS_MAX)
      return { state: isShown ? "unchanged" : drawing.at === null ? "posted" : "updated" };
  }
}
