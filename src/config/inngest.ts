import type { SettingsReader } from "./settings-reader.ts";

export interface InngestConfig {
  eventKey: string | null;
  signingKey: string | null;
  /** The key before or after this one, good as well while keys are rotated. */
  signingKeyFallback: string | null;
  baseUrl: string | null;
  isDev: boolean;
}

export function readInngest(reader: SettingsReader): InngestConfig | null {
  // The SDK's own: the name of a branch environment.
  reader.know(["INNGEST_ENV"]);
  const eventKey = reader.text("INNGEST_EVENT_KEY");
  const signingKey = reader.text("INNGEST_SIGNING_KEY");
  const signingKeyFallback = reader.text("INNGEST_SIGNING_KEY_FALLBACK");
  const baseUrl = reader.httpUrl("INNGEST_BASE_URL");
  const dev = reader.text("INNGEST_DEV");
  checkSigningKey(reader, "INNGEST_SIGNING_KEY", signingKey);
  checkSigningKey(reader, "INNGEST_SIGNING_KEY_FALLBACK", signingKeyFallback);
  if (eventKey === null && signingKey === null && baseUrl === null && dev === null) return null;
  const isDev = dev !== null && dev !== "0" && dev !== "false";
  const devUrl = isDev && /^https?:\/\//.test(dev) ? dev : null;
  if (!isDev && signingKey === null) {
    reader.report(
      "INNGEST_SIGNING_KEY",
      "it is missing, and Inngest is switched on.",
      "Copy it from Inngest's page Signing key, or set INNGEST_DEV=1 for a dev server.",
    );
  }
  if (!isDev && eventKey === null) {
    reader.report(
      "INNGEST_EVENT_KEY",
      "it is missing, and Inngest is switched on.",
      "Copy it from Inngest's page Event keys, or set INNGEST_DEV=1 for a dev server.",
    );
  }
  return { eventKey, signingKey, signingKeyFallback, baseUrl: baseUrl ?? devUrl, isDev };
}

/** `signkey-prod-` and the like in front or not: what stands behind is read as hexadecimal, and signs each request. */
function checkSigningKey(reader: SettingsReader, name: string, key: string | null): void {
  if (key === null || /^(?:signkey-[\w-]+-)?(?:[0-9a-f]{2})+$/i.test(key)) return;
  reader.report(
    name,
    "it is not a signing key: an even number of hexadecimal digits, with or without signkey-… in front.",
    "Copy it from Inngest's page Signing key; for a server of your own make one with: openssl rand -hex 32",
  );
}
