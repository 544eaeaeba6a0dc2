import type { InboundMessage } from "../../../core/inbound.ts";
import type { ListenerDeps } from "./deps.ts";

/** Rejects where it could not be recorded. */
export async function recordAndLog(
  deps: Pick<ListenerDeps, "recordInbound" | "log">,
  inbound: InboundMessage,
): ReturnType<ListenerDeps["recordInbound"]> {
  const result = await deps.recordInbound(inbound);
  const { outcome, alreadyRecorded } = result;
  const facts = {
    externalId: inbound.externalId,
    outcome,
    ticketId: result.ticket?.id ?? null,
    alreadyRecorded,
  };
  deps.log.info({ component: "slack", ...facts }, "recorded a Slack message");
  return result;
}
