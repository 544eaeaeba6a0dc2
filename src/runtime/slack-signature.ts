/** Slack's signature by Node's own cryptography. */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { VerifyMac } from "../channels/slack/signature.ts";

/**
 * At once, where the Web Cryptography API sends each request to another thread and back: in a burst that took longer
 * than the signatures.
 */
export function createNodeVerifier(signingSecret: string): VerifyMac {
  return (mac, bytes) => {
    const expected = createHmac("sha256", signingSecret).update(bytes).digest();
    return expected.length === mac.length && timingSafeEqual(expected, mac);
  };
}
