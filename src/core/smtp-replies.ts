/** What a mail server's refusal is about, by its codes (RFC 5321, RFC 3463) and, where those say little, by its words. */
import type { MailErrorClass } from "./delivery.ts";

/** The enhanced status code of a reply such as `550 5.1.1 No such user`, or null. */
export function readEnhancedStatus(reply: string): string | null {
  return /^\d{3}[ -](?:#)?([245]\.\d{1,3}\.\d{1,3})\b/.exec(reply)?.[1] ?? null;
}

const WORDS: { errorClass: MailErrorClass; pattern: RegExp }[] = [
  {
    errorClass: "mailbox-full",
    pattern:
      /\b(?:mailbox|inbox|account|recipient)\b.{0,40}\b(?:is )?full\b|over ?quota|quota exceeded|insufficient (?:system )?storage/i,
  },
  {
    errorClass: "too-large",
    pattern:
      /\b(?:message|mail|size|content)\b.{0,60}\b(?:too (?:large|big)|exceed\w*|larger than|size limit)\b/i,
  },
  {
    errorClass: "policy",
    pattern:
      /\b(?:spam|blacklist\w*|blocklist\w*|block(?:ed|ing)|blocked using|rbl|dnsbl|reputation|policy|greylist\w*|graylist\w*|dmarc|spf|dkim|not authori[sz]ed|relay(?:ing)? (?:access )?denied|access denied|rate limit\w*|too many)\b/i,
  },
  {
    errorClass: "address",
    pattern:
      /\b(?:no such (?:user|recipient|mailbox|address|person)|user unknown|unknown (?:user|recipient|mailbox|address|local.part)|(?:user|mailbox|recipient|address|account)\b.{0,40}\b(?:not found|unknown|unavailable|does ?n[o']t exist|disabled|inactive|rejected|invalid)|invalid (?:recipient|mailbox|address)|host(?:name)? (?:unknown|not found)|domain (?:not found|does not exist))/i,
  },
];

/**
 * Sorts a refusal. `command` is the SMTP command that was answered, `MAIL FROM`, `RCPT TO` or `DATA`; empty where the
 * server spoke before any mail.
 */
export function classifyRefusal(reply: string, command: string): MailErrorClass {
  const status = readEnhancedStatus(reply);
  const byStatus = status === null ? null : classifyStatus(status);
  if (byStatus !== null) return byStatus;
  const byWords = WORDS.find(({ pattern }) => pattern.test(reply.slice(0, 1_000)))?.errorClass;
  if (byWords !== undefined) return byWords;
  if (/^MAIL/i.test(command)) return "sender";
  if (/^RCPT/i.test(command)) return reply.startsWith("5") ? "address" : "server";
  return /^DATA/i.test(command) && reply.startsWith("5") ? "content" : "server";
}

/** Null where the code says too little: x.0.0, x.2.0 and their like. */
function classifyStatus(status: string): MailErrorClass | null {
  const detail = status.slice(2);
  if (detail === "2.2") return "mailbox-full";
  if (detail === "3.4" || detail === "2.3") return "too-large";
  if (detail === "1.7" || detail === "1.8") return "sender";
  if (detail.startsWith("1.") && detail !== "1.0") return "address";
  if (detail === "2.1") return "address";
  if (detail.startsWith("7.")) return "policy";
  return detail.startsWith("6.") ? "content" : null;
}
