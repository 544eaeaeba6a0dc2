/** What authentication results say about the sender's address. */
import type { AuthenticationResults } from "./inbound.ts";

/**
 * `verified`: the domain of the From header vouches for the mail. `forged`: it disowns it, or (having no DMARC policy)
 * its SPF record does and no signature speaks for it. `unknown`: nothing is said, or the DNS was away.
 */
export type SenderStanding = "verified" | "unknown" | "forged";

/** RFC 7489 decides; where a domain has no policy, a hard SPF failure without any valid signature does. */
export function judgeSender(results: AuthenticationResults | null): SenderStanding {
  if (results === null) return "unknown";
  if (results.dmarc === "pass") return "verified";
  if (results.dmarc === "fail") return "forged";
  return results.spf === "fail" && results.dkim !== "pass" ? "forged" : "unknown";
}
