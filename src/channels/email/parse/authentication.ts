/** Authentication-Results (RFC 8601) of the server that received the mail. */
import type { AuthenticationResults, AuthenticationVerdict } from "../../../core/inbound.ts";
import type { HeaderField } from "./headers.ts";

const VERDICTS: Readonly<Record<string, AuthenticationVerdict>> = {
  pass: "pass",
  fail: "fail",
  hardfail: "fail",
  softfail: "softfail",
  neutral: "neutral",
  policy: "neutral",
  none: "none",
  temperror: "temperror",
  permerror: "permerror",
};

const VALUE_LENGTH_MAX = 20_000;

/**
 * The results that the mailbox's own server wrote, or null. Only the topmost header counts: anybody can send one.
 * One that stands below Received lines must carry the domain of a server named in them (`by …`), since an earlier hop
 * or the sender wrote what no such server signs; RFC 8601, section 5, has the receiving server remove forgeries of
 * its own name.
 */
export function readAuthentication(fields: HeaderField[]): AuthenticationResults | null {
  const at = fields.findIndex(({ name }) => name === "authentication-results");
  const field = fields[at];
  if (field === undefined) return null;
  const results = readResults(field.value);
  const hops = fields.slice(0, at).filter(({ name }) => name === "received");
  return hops.length > 0 && !hops.some((hop) => isWrittenBy(hop.value, results.server)) ? null : results;
}

/** The results of one Authentication-Results value, whoever wrote it. */
export function readResults(value: string): AuthenticationResults {
  const [first = "", ...rest] = stripComments(value.slice(0, VALUE_LENGTH_MAX)).split(";");
  // Microsoft 365 writes the first result where the server's name belongs.
  const hasServer = !first.includes("=");
  const server = hasServer ? (first.trim().split(/\s+/)[0] ?? "").toLowerCase() : "";
  const results = hasServer ? rest : [first, ...rest];
  return {
    server,
    spf: readVerdict(results, "spf"),
    dkim: readVerdict(results, "dkim"),
    dmarc: readVerdict(results, "dmarc"),
  };
}

/** Does the server say that the chain of seals (RFC 8617) holds? */
export function saysSealsHold(value: string): boolean {
  return stripComments(value.slice(0, VALUE_LENGTH_MAX))
    .split(";")
    .some((result) => /^\s*arc\s*=\s*pass\b/i.test(result));
}

function isWrittenBy(received: string, server: string): boolean {
  const by = /(?:^|\s)by\s+([\w.-]+)/i.exec(received)?.[1]?.toLowerCase() ?? "";
  if (server === "") return by.endsWith(".outlook.com");
  return by !== "" && (by === server || parentDomain(by) === parentDomain(server));
}

/** The domain that mx1.example.com and mail.example.com, or mx.example.co.uk and its like, have in common. */
function parentDomain(host: string): string {
  const labels = host.split(".");
  const isShortSecondLevel = labels.length > 2 && (labels.at(-2) ?? "").length <= 3;
  return labels.slice(isShortSecondLevel ? -3 : -2).join(".");
}

/** Several signatures give several results: one that passes is a pass. */
function readVerdict(results: string[], method: string): AuthenticationVerdict {
  const verdicts = results
    .map((result) => /^\s*([\w-]+)(?:\/\d+)?\s*=\s*([a-z]+)/i.exec(result))
    .filter((match) => match?.[1]?.toLowerCase() === method)
    .map((match) => VERDICTS[match?.[2]?.toLowerCase() ?? ""] ?? "none");
  return verdicts.includes("pass") ? "pass" : (verdicts[0] ?? "none");
}

/** Comments may hold semicolons and look like results. */
function stripComments(value: string): string {
  let text = "";
  let depth = 0;
  for (const char of value) {
    if (char === "(") depth++;
    else if (char === ")") depth = Math.max(0, depth - 1);
    else if (depth === 0) text += char;
  }
  return text;
}
