/** Signatures by the Standard Webhooks specification 1.0: HMAC-SHA-256 over `id.timestamp.body`, in base64. */
import { AppError } from "../core/errors.ts";

export interface WebhookHeaders {
  id: string;
  /** Unix time in seconds, as sent. */
  timestamp: string;
  /** Each base64, decoded; a sender that changes keys sends several. */
  signatures: Uint8Array<ArrayBuffer>[];
}

/** How far a sender's clock may be off, and how long a recorded request could be sent again. */
const TOLERANCE_SECONDS = 300;
const SIGNATURES_MAX = 8;
const ID_BYTES_MAX = 256;

/**
 * What the headers claim, before the body is read: a stranger's body is never taken in without them.
 * Throws AppError `unauthenticated` that says what is missing or wrong.
 */
export function readWebhookHeaders(headers: Headers, now: Date): WebhookHeaders {
  const id = headers.get("webhook-id") ?? "";
  const timestamp = headers.get("webhook-timestamp") ?? "";
  const signature = headers.get("webhook-signature") ?? "";
  if (id === "" || timestamp === "" || signature === "") {
    throw refusal(
      "Sign the request: the headers webhook-id, webhook-timestamp and webhook-signature are needed.",
    );
  }
  if (id.length > ID_BYTES_MAX || id.includes(".")) {
    throw refusal(`webhook-id must have ${ID_BYTES_MAX} characters or fewer, and no full stop.`);
  }
  const seconds = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) : Number.NaN;
  if (!(Math.abs(now.getTime() / 1000 - seconds) <= TOLERANCE_SECONDS)) {
    throw refusal("webhook-timestamp must be the present Unix time in seconds, within five minutes.");
  }
  const signatures = signature.split(" ").slice(0, SIGNATURES_MAX).flatMap(decodeSignature);
  if (signatures.length === 0) throw refusal("webhook-signature must be v1, a comma and base64.");
  return { id, timestamp, signatures };
}

/** Throws AppError `unauthenticated` unless one of the signatures was made with one of the keys. */
export async function verifyWebhook(
  keys: readonly Uint8Array<ArrayBuffer>[],
  claimed: WebhookHeaders,
  body: Uint8Array,
): Promise<void> {
  const signed = joinBytes(new TextEncoder().encode(`${claimed.id}.${claimed.timestamp}.`), body);
  for (const bytes of keys) {
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
      "verify",
    ]);
    for (const signature of claimed.signatures) {
      // Web Crypto compares in constant time.
      if (await crypto.subtle.verify("HMAC", key, signature, signed)) return;
    }
  }
  throw refusal(
    "The signature does not fit the body: check the secret, and sign the bytes exactly as they are sent.",
  );
}

function decodeSignature(text: string): Uint8Array<ArrayBuffer>[] {
  const base64 = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1];
  return base64 === undefined ? [] : [Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))];
}

function joinBytes(head: Uint8Array, tail: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

function refusal(message: string): AppError {
  return new AppError("unauthenticated", message);
}
