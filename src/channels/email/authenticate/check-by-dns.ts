/** DKIM, SPF and DMARC by our own look into the DNS (RFC 6376, 7208, 7489), where the receiving server says nothing. */
import { Resolver } from "node:dns/promises";
import { isIP } from "node:net";
import { authenticate } from "mailauth";
import type { AuthenticationResults, AuthenticationVerdict, InboundEmail } from "../../../core/inbound.ts";

/** As `resolve` of node:dns/promises. Rejects with an error that has a `code` such as ENOTFOUND. */
export type DnsResolve = (name: string, type: string) => Promise<unknown>;

export interface DnsCheckOptions {
  resolve?: DnsResolve;
  /** For one mail, all questions together. Default `TIME_MS_MAX`. */
  timeMsMax?: number;
}

export const TIME_MS_MAX = 5_000;
/** Keys are changed: what is older than this was signed with keys that may be gone. */
const AGE_DAYS_MAX = 14;
/** Hashing more than this for a signature is not worth the time. */
const SIZE_BYTES_MAX = 40 * 1024 * 1024;

/**
 * What the mail's signatures and its sender's records say, or null where that cannot be known: the DNS is away or too
 * slow, or the mail is too large, too old, or came from within the house unsigned. Never rejects. SPF counts only where it passes: what it fails for is decided by the
 * server that got the mail, and a forwarded mail would fail here.
 */
export async function checkByDns(
  mail: Pick<InboundEmail, "raw" | "headers">,
  options: DnsCheckOptions = {},
): Promise<AuthenticationResults | null> {
  const received = mail.headers.received ?? [];
  const client = readClient(received);
  const isSigned = (mail.headers["dkim-signature"] ?? []).length > 0;
  if (mail.raw.length > SIZE_BYTES_MAX || isOld(received) || (client === null && !isSigned)) return null;
  const own = options.resolve === undefined ? new Resolver({ timeout: 2_000, tries: 2 }) : null;
  const resolve = options.resolve ?? ((name: string, type: string) => (own as Resolver).resolve(name, type));
  const limit = deadline(options.timeMsMax ?? TIME_MS_MAX);
  try {
    return await Promise.race([check(mail, client, resolve), limit.passed]);
  } catch {
    return null;
  } finally {
    limit.cancel();
    own?.cancel();
  }
}

/** By the date of the line that our own server wrote. */
function isOld(received: readonly string[]): boolean {
  const date = Date.parse(received[0]?.slice(received[0].lastIndexOf(";") + 1).trim() ?? "");
  return !Number.isNaN(date) && Date.now() - date > AGE_DAYS_MAX * 86_400_000;
}

function deadline(timeMs: number): { passed: Promise<null>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<null>((done) => {
    timer = setTimeout(() => done(null), timeMs);
  });
  return { passed, cancel: () => clearTimeout(timer) };
}

async function check(
  mail: Pick<InboundEmail, "raw" | "headers">,
  client: Client | null,
  resolve: DnsResolve,
): Promise<AuthenticationResults | null> {
  const troubles = { dns: false };
  const { dkim, spf, dmarc } = await authenticate(Buffer.from(mail.raw), {
    ...(client === null ? {} : { ip: client.ip, helo: client.helo }),
    sender: /<?([^<>\s]*)>?/.exec(mail.headers["return-path"]?.[0]?.trim() ?? "")?.[1] ?? "",
    mta: "deskhand.invalid",
    disableBimi: true,
    disableArc: true,
    minBitLength: 1024,
    resolver: (async (name: string, type: string) => {
      try {
        return await resolve(name, type);
      } catch (error) {
        if (!isAnswer(error)) troubles.dns = true;
        throw error;
      }
    }) as never,
  });
  const results: AuthenticationResults = {
    server: "deskhand",
    dkim: bestOf((dkim?.results ?? []).map(({ status }) => toVerdict(status?.result))),
    spf: client !== null && spf && spf.status?.result === "pass" ? "pass" : "none",
    dmarc: toVerdict(dmarc ? dmarc.status?.result : undefined),
  };
  // What a nameserver that is away did not say might have been a pass.
  if (troubles.dns && results.dmarc !== "pass") return null;
  return results;
}

/** "There is no such record" is an answer; a time-out or a refusal is not. */
function isAnswer(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return code === "ENOTFOUND" || code === "ENODATA" || code === "NXDOMAIN" || code === "ENONAME";
}

function toVerdict(result: string | undefined): AuthenticationVerdict {
  switch (result) {
    case "pass":
    case "fail":
    case "softfail":
    case "neutral":
    case "temperror":
    case "permerror":
      return result;
    default:
      return "none";
  }
}

function bestOf(verdicts: AuthenticationVerdict[]): AuthenticationVerdict {
  return verdicts.includes("pass") ? "pass" : (verdicts[0] ?? "none");
}

const PRIVATE =
  /^(?:10\.|127\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd]|fe80:)/i;

interface Client {
  ip: string;
  helo: string;
}

/**
 * The client that handed the mail to our border server: of the topmost Received line with a public sender. Lines of
 * hops within the house are passed over. Where that line names no address nothing below it is asked, since the sender
 * may have written it.
 */
function readClient(received: readonly string[]): Client | null {
  for (const line of received.slice(0, 10)) {
    const from = /^\s*from\s+(\S{1,255})([\s\S]{0,600}?)\sby\s/i.exec(line);
    if (from === null) continue;
    const helo = (from[1] ?? "").replace(/^\[|\]$/g, "");
    const ip = /\[(?:IPv6:)?([0-9a-f.:]{3,45})\]|\(([0-9a-f.:]{3,45})\)/i.exec(`${from[1]} ${from[2]}`);
    const address = ip?.[1] ?? ip?.[2] ?? "";
    if (isIP(address) !== 0 && PRIVATE.test(address)) continue;
    if (isIP(address) === 0) {
      if (/^localhost\b|\.local(?:domain)?$/i.test(helo)) continue;
      return null;
    }
    return { ip: address, helo };
  }
  return null;
}
