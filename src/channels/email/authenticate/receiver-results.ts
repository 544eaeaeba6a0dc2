/** Which Authentication-Results are the receiving server's own (RFC 8601), and what seals (RFC 8617) add to them. */
import type { AuthenticationResults, InboundEmail, MailHeaders } from "../../../core/inbound.ts";
import { readResults, saysSealsHold } from "../parse/authentication.ts";

export interface ReceiverPolicy {
  /** The names (authserv-id, lower case) by which our receiving servers sign their results; none: not known. */
  servers: string[];
  /** Domains (lower case) whose ARC seals are believed: forwarders that work for us. */
  sealers: string[];
}

export interface ReceiverVerdict {
  results: AuthenticationResults | null;
  /** False where a sender could have written them too. */
  certain: boolean;
}

/**
 * Providers that are known to take their own name off what comes in from outside, as RFC 8601, section 5, asks. Behind
 * others a sender could have written the header, unless the operator says otherwise (MAIL_AUTHSERV_ID).
 */
const PROVIDERS =
  /(?:^|\.)(?:google\.com|outlook\.com|messagingengine\.com|fastmail\.com|yahoo\.com|aol\.com|icloud\.com|apple\.com|me\.com|zoho\.(?:com|eu|in)|mail\.ru|yandex\.(?:net|ru)|gmx\.(?:net|com)|web\.de|kundenserver\.de|mailbox\.org|posteo\.de|protonmail\.ch|proton\.ch)$/;

/** Reads the topmost Authentication-Results only: what stands lower, the sender or an earlier server may have written. */
export function readReceiverResults(
  mail: Pick<InboundEmail, "headers" | "authentication">,
  policy: ReceiverPolicy,
): ReceiverVerdict {
  const topmost = valuesOf(mail.headers, "authentication-results")[0];
  if (topmost === undefined) return { results: null, certain: false };
  if (policy.servers.length > 0) {
    const results = readResults(topmost);
    const isOurs =
      policy.servers.includes(results.server) || (results.server === "" && namesMicrosoft(policy));
    return isOurs
      ? { results: withSeals(results, topmost, mail.headers, policy), certain: true }
      : { results: null, certain: false };
  }
  // Parsing has read them, and compared the name with those of the servers in the Received lines above.
  const results = mail.authentication;
  if (results === null) return { results: null, certain: false };
  const host = results.server === "" ? "outlook.com" : results.server;
  return { results: withSeals(results, topmost, mail.headers, policy), certain: PROVIDERS.test(host) };
}

/** Microsoft 365 leaves the server's name out. */
function namesMicrosoft({ servers }: ReceiverPolicy): boolean {
  return servers.some((server) => server === "outlook.com" || server.endsWith(".outlook.com"));
}

/**
 * A forwarder breaks SPF, and a list that changes the mail breaks DKIM: what the forwarder found before is in its seal.
 * It counts where the receiving server says that the chain holds and the last seal is of a domain that we believe.
 */
function withSeals(
  results: AuthenticationResults,
  topmost: string,
  headers: MailHeaders,
  { sealers }: ReceiverPolicy,
): AuthenticationResults {
  if (sealers.length === 0 || results.dmarc === "pass" || !saysSealsHold(topmost)) return results;
  const sealed = newestInstance(valuesOf(headers, "arc-seal"));
  const domain = /(?:^|;)\s*d\s*=\s*([\w.-]+)/i.exec(sealed?.value ?? "")?.[1]?.toLowerCase();
  if (sealed === null || domain === undefined || !sealers.includes(domain)) return results;
  const found = newestInstance(valuesOf(headers, "arc-authentication-results"));
  if (found === null || found.instance !== sealed.instance) return results;
  const { spf, dkim, dmarc } = readResults(found.value.replace(/^\s*i\s*=\s*\d+\s*;/i, ""));
  return { server: `${results.server} (sealed by ${domain})`, spf, dkim, dmarc };
}

function newestInstance(values: readonly string[]): { instance: number; value: string } | null {
  let newest: { instance: number; value: string } | null = null;
  for (const value of values) {
    const instance = Number(/(?:^|;)\s*i\s*=\s*(\d{1,2})\s*(?:;|$)/i.exec(value)?.[1] ?? 0);
    if (instance > (newest?.instance ?? 0)) newest = { instance, value };
  }
  return newest;
}

function valuesOf(headers: MailHeaders, name: string): readonly string[] {
  return Object.hasOwn(headers, name) ? (headers[name] ?? []) : [];
}
