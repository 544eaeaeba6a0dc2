import type { SettingsReader } from "./settings-reader.ts";

export interface InboundEmailConfig {
  /** The HMAC key that senders share, 24 bytes or more. */
  signingKey: Uint8Array<ArrayBuffer>;
  /** Keys of before, which hold until they are removed. */
  previousKeys: Uint8Array<ArrayBuffer>[];
}

const KEY_BYTES_MIN = 24;
const FIX = "Make one with: echo whsec_$(openssl rand -base64 32)";

/** Absent: `POST /api/inbound/email` does not exist. */
export function readInboundEmail(reader: SettingsReader): InboundEmailConfig | null {
  const previousKeys = reader
    .list("INBOUND_EMAIL_SECRET_PREVIOUS")
    .flatMap((text) => readKey(reader, "INBOUND_EMAIL_SECRET_PREVIOUS", text) ?? []);
  const text = reader.text("INBOUND_EMAIL_SECRET");
  if (text === null) return null;
  const signingKey = readKey(reader, "INBOUND_EMAIL_SECRET", text);
  return signingKey === null ? null : { signingKey, previousKeys };
}

/** `whsec_` and base64, as the Standard Webhooks specification writes a secret. */
function readKey(reader: SettingsReader, name: string, text: string): Uint8Array<ArrayBuffer> | null {
  const base64 = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text)?.[1];
  if (base64 === undefined || base64.length % 4 !== 0) {
    reader.report(name, "it is not whsec_ followed by base64.", FIX);
    return null;
  }
  const key = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
  if (key.length >= KEY_BYTES_MIN) return key;
  reader.report(name, `it holds fewer than ${KEY_BYTES_MIN} bytes.`, FIX);
  return null;
}
