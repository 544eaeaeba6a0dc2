/** Keeps a renewed refresh token such that a copy of the database alone signs nobody in. */

const IV_BYTES = 12;
const INFO = "deskhand: renewed refresh token";

/**
 * AES-256-GCM under a key made (HKDF, RFC 5869) of the refresh token and the client secret in the settings. So no
 * further secret is needed, and a row that descends from other settings than today's cannot be opened: a new sign-in
 * replaces what is stored by itself.
 */
export async function sealToken(token: string, configured: ConfiguredSecrets): Promise<Uint8Array> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const key = await deriveKey(configured);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(token));
  const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), IV_BYTES);
  return bytes;
}

/** Null where it was sealed under other settings, or is damaged. */
export async function openToken(sealed: Uint8Array, configured: ConfiguredSecrets): Promise<string | null> {
  try {
    const bytes = new Uint8Array(sealed);
    const iv = bytes.subarray(0, IV_BYTES);
    const key = await deriveKey(configured);
    const opened = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytes.subarray(IV_BYTES));
    return new TextDecoder().decode(opened);
  } catch {
    return null;
  }
}

export interface ConfiguredSecrets {
  refreshToken: string;
  clientSecret: string | null;
}

async function deriveKey({ refreshToken, clientSecret }: ConfiguredSecrets): Promise<CryptoKey> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const material = await crypto.subtle.importKey("raw", bytes(refreshToken), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: bytes(clientSecret ?? ""), info: bytes(INFO) },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}
