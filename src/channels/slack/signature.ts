/** Slack's request signature, v0. https://docs.slack.dev/authentication/verifying-requests-from-slack */

/** Slack's own window against replays, in seconds; applied to the future too, which Bolt's verifier lets pass. */
const CLOCK_SKEW_MAX_S = 300;

export interface SignedRequest {
  /** The raw body: one changed byte breaks the signature. */
  body: Uint8Array<ArrayBuffer>;
  /** X-Slack-Request-Timestamp, in seconds. */
  timestamp: string | null;
  /** X-Slack-Signature, `v0=<hex>`. */
  signature: string | null;
}

/** Whether Slack signed a request within five minutes of `nowMs`, before or after. Never rejects. */
export type SignatureCheck = (request: SignedRequest, nowMs: number) => Promise<boolean>;

/** Whether the code is the HMAC-SHA256 of the bytes under the signing secret; compares in constant time. */
export type VerifyMac = (
  mac: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
) => boolean | Promise<boolean>;

export function createSignatureCheck(verifyMac: VerifyMac): SignatureCheck {
  return async ({ timestamp, signature, body }, nowMs) => {
    if (timestamp === null || !/^\d{1,12}$/.test(timestamp)) return false;
    if (Math.abs(nowMs / 1000 - Number(timestamp)) > CLOCK_SKEW_MAX_S) return false;
    const expected = signature === null ? null : parseSignature(signature);
    if (expected === null) return false;
    return verifyMac(expected, signedBytes(timestamp, body));
  };
}

/** By the Web Cryptography API, which asks verify() to compare in constant time. The key is made once. */
export function createWebVerifier(signingSecret: string): VerifyMac {
  let key: Promise<CryptoKey> | undefined;
  return async (mac, bytes) => {
    key ??= importKey(signingSecret);
    return crypto.subtle.verify("HMAC", await key, mac, bytes);
  };
}

function importKey(secret: string): Promise<CryptoKey> {
  const bytes = new TextEncoder().encode(secret);
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
}

function signedBytes(timestamp: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`v0:${timestamp}:`);
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
}

function parseSignature(header: string): Uint8Array<ArrayBuffer> | null {
  const hex = /^v0=([0-9a-f]{64})$/.exec(header)?.[1];
  if (hex === undefined) return null;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
