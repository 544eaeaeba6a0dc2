/** Our own messages are found again by the metadata that they carry. https://docs.slack.dev/messaging/message-metadata */

export interface OwnMetadata {
  event_type: string;
  event_payload: Record<string, string | number>;
}

export interface OwnMessage {
  ts: string;
  payload: Record<string, unknown>;
}

/** The messages of an answer of Slack that carry metadata of that type, which only an app can write. */
export function findOwnMessages(answer: unknown, eventType: string): OwnMessage[] {
  const { messages } = answer as { messages?: { ts?: unknown; metadata?: Partial<OwnMetadata> }[] };
  return (messages ?? []).flatMap(({ ts, metadata }) => {
    if (typeof ts !== "string" || metadata?.event_type !== eventType) return [];
    return [{ ts, payload: metadata.event_payload ?? {} }];
  });
}
