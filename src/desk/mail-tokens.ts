/** Signs the tokens of our mails, and verifies them when they come back. By Web Crypto, which Node and Workers share. */
import {
  bounceTokenText,
  encodeMac,
  formatBounceToken,
  formatMessageId,
  formatPlusToken,
  isSameMac,
  messageIdText,
  parseBounceToken,
  parseMessageId,
  parsePlusToken,
  plusTokenText,
} from "../core/mail-tokens.ts";

export interface MailTokens {
  /** `<t1042.<message>.<mac>@domain>`. `messageId` is the id of our stored message, a UUID. */
  signMessageId(number: number, messageId: string, domain: string): Promise<string>;
  /** The ticket and message that a Message-ID of ours names; null where it is not ours, or forged. */
  readMessageId(id: string): Promise<{ number: number; messageId: string } | null>;
  signPlusToken(number: number): Promise<string>;
  /** The ticket's number; null where the token is not ours, or forged. */
  readPlusToken(token: string): Promise<number | null>;
  signBounceToken(deliveryId: string): Promise<string>;
  /** The delivery's id; null where the token is not ours, or forged. */
  readBounceToken(token: string): Promise<string | null>;
}

/**
 * `secrets` are the installation's, the current one first; a function is asked once, when a token is first needed. It signs with the first and takes tokens under any: after a
 * change of secret, mails of before find their way back while the old one is still listed. Each key is made by HKDF
 * (RFC 5869), so that a token tells nothing about the secret and no other signature can pass for one.
 */
export function createMailTokens(
  secrets: readonly string[] | (() => Promise<readonly string[]>),
): MailTokens {
  let keys: Promise<CryptoKey[]> | undefined;
  const loadKeys = (): Promise<CryptoKey[]> => {
    keys ??= (async () => {
      const listed = typeof secrets === "function" ? await secrets() : secrets;
      return Promise.all(listed.map(deriveKey));
    })();
    return keys;
  };
  const sign = async (text: string): Promise<string> => {
    const [key] = await loadKeys();
    if (key === undefined) throw new Error("Mail tokens cannot be signed without a secret.");
    return macOf(key, text);
  };
  const isSigned = async (text: string, mac: string): Promise<boolean> => {
    for (const key of await loadKeys()) if (isSameMac(await macOf(key, text), mac)) return true;
    return false;
  };
  return {
    async signMessageId(number, messageId, domain) {
      return formatMessageId(number, messageId, await sign(messageIdText(number, messageId)), domain);
    },
    async readMessageId(id) {
      const claim = parseMessageId(id);
      if (claim === null) return null;
      const { number, messageId, mac } = claim;
      return (await isSigned(messageIdText(number, messageId), mac)) ? { number, messageId } : null;
    },
    async signPlusToken(number) {
      return formatPlusToken(number, await sign(plusTokenText(number)));
    },
    async readPlusToken(token) {
      const claim = parsePlusToken(token);
      return claim !== null && (await isSigned(plusTokenText(claim.number), claim.mac)) ? claim.number : null;
    },
    async signBounceToken(deliveryId) {
      return formatBounceToken(deliveryId, await sign(bounceTokenText(deliveryId)));
    },
    async readBounceToken(token) {
      const claim = parseBounceToken(token);
      if (claim === null) return null;
      return (await isSigned(bounceTokenText(claim.deliveryId), claim.mac)) ? claim.deliveryId : null;
    },
  };
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const encoder = new TextEncoder();
  const material = await crypto.subtle.importKey("raw", encoder.encode(secret), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    {
      name: "HKDF",
      hash: "SHA-256",
      salt: encoder.encode("deskhand"),
      info: encoder.encode("mail tokens, version 1"),
    },
    material,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
}

async function macOf(key: CryptoKey, text: string): Promise<string> {
  return encodeMac(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(text))));
}
