/** Slack's envelope of Socket Mode. https://docs.slack.dev/apis/events-api/using-socket-mode */
import { z } from "zod";
import type { Dispatch, InteractionResult } from "./dispatch.ts";

const envelopeSchema = z.object({
  envelope_id: z.string().min(1),
  type: z.string(),
  payload: z.record(z.string(), z.unknown()).optional(),
  retry_attempt: z.number().nullish(),
  retry_reason: z.string().nullish(),
});
const noticeSchema = z.object({ type: z.enum(["hello", "disconnect"]), reason: z.string().optional() });

export type SocketFrame =
  | { kind: "hello" }
  /** Slack is about to close this connection: open another one. */
  | { kind: "disconnect"; reason: string }
  | { kind: "envelope"; envelope: z.infer<typeof envelopeSchema> }
  | { kind: "unknown" };

export function readFrame(text: string): SocketFrame {
  const value = parse(text);
  const notice = noticeSchema.safeParse(value).data;
  if (notice?.type === "hello") return { kind: "hello" };
  if (notice?.type === "disconnect") return { kind: "disconnect", reason: notice.reason ?? "" };
  const envelope = envelopeSchema.safeParse(value).data;
  return envelope === undefined ? { kind: "unknown" } : { kind: "envelope", envelope };
}

/**
 * The acknowledgement to send back, or null where there is none: an event that was not recorded is then delivered again,
 * with its `retry_attempt`.
 */
export async function answerEnvelope(
  dispatch: Dispatch,
  envelope: z.infer<typeof envelopeSchema>,
): Promise<string | null> {
  const { envelope_id: id, type, payload = {} } = envelope;
  if (type !== "events_api") return writeAnswer(id, await dispatch.interaction(payload));
  // Such as app_rate_limited: nothing that a listener hears.
  if (typeof payload.event !== "object" || payload.event === null) return writeAck(id, undefined);
  const result = await dispatch.event(payload, {
    ...(typeof envelope.retry_attempt === "number" ? { retryNum: envelope.retry_attempt } : {}),
    ...(typeof envelope.retry_reason === "string" ? { retryReason: envelope.retry_reason } : {}),
  });
  return result === "done" ? writeAck(id, undefined) : null;
}

/** What nobody listens to is acknowledged as well: it would only come back. */
function writeAnswer(id: string, result: InteractionResult): string | null {
  if (result.kind === "acknowledged") return writeAck(id, result.value);
  return result.kind === "unheard" ? writeAck(id, undefined) : null;
}

function writeAck(id: string, value: unknown): string {
  const payload = typeof value === "string" && value !== "" ? { text: value } : value;
  const isEmpty = payload === undefined || payload === null || payload === "";
  return JSON.stringify(isEmpty ? { envelope_id: id } : { envelope_id: id, payload });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
