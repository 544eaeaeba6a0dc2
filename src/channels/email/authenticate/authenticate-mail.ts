/** Whether a mail comes from where it says: by the receiving server's word, else by our own look. */
import type { AuthenticationResults, InboundEmail, InboundUnreadable } from "../../../core/inbound.ts";
import { checkByDns, type DnsCheckOptions, TIME_MS_MAX } from "./check-by-dns.ts";
import { type ReceiverPolicy, readReceiverResults } from "./receiver-results.ts";

export interface AuthenticateOptions extends ReceiverPolicy {
  /** Null: the DNS is never asked. */
  dns: DnsCheckOptions | null;
}

export type AuthenticateMail = <Mail extends InboundEmail | InboundUnreadable>(mail: Mail) => Promise<Mail>;

/**
 * Puts the results into the mail that was parsed. The receiving server's word counts where it is certainly the server's;
 * else the DNS is asked, if it may be. Where that says nothing either, a claim that nobody vouches for is kept only if
 * it speaks against the mail: nobody forges that. Never rejects, and never delays a mail by more than the time limit.
 */
export function createMailAuthenticator(options: AuthenticateOptions): AuthenticateMail {
  const dns = options.dns === null ? null : createPatientCheck(options.dns);
  return async (mail) => {
    if (mail.channel !== "email") return mail;
    return { ...mail, authentication: await authenticate(mail, options, dns) };
  };
}

type Check = (mail: InboundEmail) => Promise<AuthenticationResults | null>;

/** How often the DNS may take all of its time in a row, and how long it is then left alone: mail must not queue up. */
const SLOW_CHECKS_MAX = 3;
const REST_MS = 60_000;

function createPatientCheck(options: DnsCheckOptions): Check {
  const slowMs = (options.timeMsMax ?? TIME_MS_MAX) * 0.9;
  let slowChecks = 0;
  let restUntilMs = 0;
  return async (mail) => {
    const startMs = performance.now();
    if (startMs < restUntilMs) return null;
    const results = await checkByDns(mail, options);
    slowChecks = results === null && performance.now() - startMs > slowMs ? slowChecks + 1 : 0;
    if (slowChecks < SLOW_CHECKS_MAX) return results;
    slowChecks = 0;
    restUntilMs = performance.now() + REST_MS;
    return results;
  };
}

async function authenticate(
  mail: InboundEmail,
  policy: ReceiverPolicy,
  dns: Check | null,
): Promise<AuthenticationResults | null> {
  const { results, certain } = readReceiverResults(mail, policy);
  if (results !== null && certain) return results;
  const checked = dns === null ? null : await dns(mail);
  if (checked !== null) return checked;
  return results !== null && (results.dmarc === "fail" || dns === null) ? results : null;
}
