/** What came from Slack, kept as JSON until it is recorded. Only we write what is read here. */
import type {
  InboundSlackChange,
  InboundSlackForm,
  InboundSlackMessage,
  InboundSlackRequest,
} from "../core/inbound-slack.ts";

export type InboundFromSlack =
  | InboundSlackMessage
  | InboundSlackChange
  | InboundSlackRequest
  | InboundSlackForm;

const CHANNELS: readonly string[] = [
  "slack",
  "slack-change",
  "slack-request",
  "slack-form",
] satisfies InboundFromSlack["channel"][];

/** JSON turned its dates into texts. */
export function reviveSlackMessage<T extends InboundFromSlack>(stored: T): T {
  const dated = { ...stored, receivedAt: new Date(stored.receivedAt) };
  if (dated.channel !== "slack-change" || dated.change.kind !== "edited") return dated;
  const inner = dated.change.message;
  return {
    ...dated,
    change: { ...dated.change, message: { ...inner, receivedAt: new Date(inner.receivedAt) } },
  };
}

/** Null where the source is an event as Slack sent it, whose `channel` is the id of one. */
export function readStoredSlackMessage(source: Uint8Array): InboundFromSlack | null {
  const stored = JSON.parse(new TextDecoder().decode(source)) as InboundFromSlack;
  return CHANNELS.includes(stored.channel) ? reviveSlackMessage(stored) : null;
}
