/** Which ticket a mail belongs to: what the mail says about it, and who may join by saying so. */
import type { EmailAddress, InboundEmail } from "./inbound.ts";
import type { TicketStatus } from "./ticket.ts";

const MESSAGE_IDS_MAX = 50;
/** Of a longer header the end is read: the newest ids stand there. */
const REFERENCES_LENGTH_MAX = 100_000;
const PLUS_TOKENS_MAX = 10;
/** RFC 5322 lets no line be longer than 998 characters; an id that is longer is no id. */
const MESSAGE_ID_LENGTH_MAX = 998;

export interface ThreadHints {
  /** With angle brackets: In-Reply-To first, then References, newest first; deduplicated, at most 50. */
  messageIds: string[];
  /** What stands after the `+` in our own addresses, as addressed (addresses are lower case). */
  plusTokens: string[];
  /** The number of a `[#1042]` in the subject. */
  subjectNumber: number | null;
}

export type ThreadVia = "own-message-id" | "plus-address" | "references" | "subject-token";

/** A ticket that one of the hints leads to; within one `via`, in the order of the hints. */
export interface ThreadCandidate {
  ticketId: string;
  number: number;
  status: TicketStatus;
  /** Whole or broken days since it was closed; null where it is not closed. */
  closedDaysAgo: number | null;
  via: ThreadVia;
  /** Lower-case addresses of everybody who wrote or was addressed in the ticket. */
  participants: string[];
}

export interface ThreadSender {
  /** Lower-case address of the From header. */
  address: string;
  /** False where the mail fails DMARC: the address is a claim, not a fact. */
  trusted: boolean;
}

export type ThreadDecision =
  | { kind: "join"; ticketId: string; number: number; via: ThreadVia }
  | { kind: "follow-up"; of: string; number: number; via: ThreadVia }
  | { kind: "new"; reason: string };

/** Reads the threading hints of a mail. Nothing here is trusted yet: see `decideThread`. */
export function extractThreadHints(
  mail: Pick<InboundEmail, "inReplyTo" | "references" | "subject" | "to" | "cc">,
  supportAddresses: string[],
): ThreadHints {
  const newestFirst = mail.references.flatMap(readMessageIds).reverse();
  const messageIds = [...new Set([...readMessageIds(mail.inReplyTo ?? ""), ...newestFirst])];
  return {
    messageIds: messageIds.slice(0, MESSAGE_IDS_MAX),
    plusTokens: readPlusTokens([...mail.to, ...mail.cc], supportAddresses),
    subjectNumber: readSubjectNumber(mail.subject),
  };
}

/**
 * Decides where a mail goes. In this order:
 * 1. `own-message-id`: it answers a Message-ID that we signed. Only who holds one of our mails knows it, and mail
 *    programs neither show nor quote it, so this is enough for anybody: a colleague to whom our mail was forwarded,
 *    and a customer whose forwarding broke DMARC.
 * 2. `plus-address`: it was sent to the ticket's own address. That address is shown and quoted in mails, so it can
 *    leak: a sender with a forged address does not join by it.
 * 3. `references`: it answers a message that we know but did not write; Message-IDs of others can be guessed or read
 *    in archives, so from a participant only.
 * 4. `subject-token`: `[#1042]`; anybody can count, so from a participant only.
 * A sender who fails DMARC is no participant, whatever address is claimed.
 *
 * A closed ticket gets a follow-up (a new ticket linked to it), unless it was closed less than
 * `followUpAfterDays` days ago (default 0: always a follow-up); a resolved one is joined, which reopens it.
 */
export function decideThread(
  candidates: ThreadCandidate[],
  sender: ThreadSender,
  options: { followUpAfterDays?: number } = {},
): ThreadDecision {
  let refused: string | null = null;
  for (const via of ["own-message-id", "plus-address", "references", "subject-token"] as const) {
    for (const candidate of candidates) {
      if (candidate.via !== via) continue;
      const refusal = refuseToJoin(candidate, sender);
      if (refusal === null) return joinOrFollowUp(candidate, options.followUpAfterDays ?? 0);
      refused ??= refusal;
    }
  }
  return { kind: "new", reason: refused ?? "It answers no message of ours: a first contact." };
}

function refuseToJoin(candidate: ThreadCandidate, sender: ThreadSender): string | null {
  if (candidate.via === "own-message-id") return null;
  const says = `It names ticket #${candidate.number} by ${VIA_WORDS[candidate.via]}`;
  if (!sender.trusted) return `${says}, but the sender's address fails DMARC and may be forged.`;
  if (candidate.via === "plus-address") return null;
  const address = sender.address.toLowerCase();
  if (address !== "" && candidate.participants.includes(address)) return null;
  return `${says}, but the sender takes no part in that ticket.`;
}

const VIA_WORDS: Record<ThreadVia, string> = {
  "own-message-id": "our Message-ID",
  "plus-address": "its address",
  references: "a message in it",
  "subject-token": "its number in the subject",
};

function joinOrFollowUp(candidate: ThreadCandidate, followUpAfterDays: number): ThreadDecision {
  const { ticketId, number, via } = candidate;
  const closedLongAgo =
    candidate.status === "closed" &&
    (candidate.closedDaysAgo === null || candidate.closedDaysAgo >= followUpAfterDays);
  return closedLongAgo
    ? { kind: "follow-up", of: ticketId, number, via }
    : { kind: "join", ticketId, number, via };
}

/** Every `<id>` of a header value; where it has none, each word with an `@` counts as an id that lost its brackets. */
function readMessageIds(value: string): string[] {
  const bracketed = value.slice(-REFERENCES_LENGTH_MAX).match(/<[^<>]+>/g) ?? [];
  const ids = bracketed.map((id) => id.replace(/\s+/g, "")).filter((id) => id.length > 2);
  const found = ids.length > 0 ? ids : bareMessageIds(value.slice(0, MESSAGE_ID_LENGTH_MAX));
  return found.filter((id) => id.length <= MESSAGE_ID_LENGTH_MAX);
}

function bareMessageIds(value: string): string[] {
  return value
    .split(/[\s,;"<>]+/)
    .filter((word) => word.includes("@") && !word.startsWith("@"))
    .map((word) => `<${word}>`);
}

function readPlusTokens(addressed: EmailAddress[], supportAddresses: string[]): string[] {
  const own = supportAddresses.map((address) => splitAddress(address.toLowerCase()));
  const tokens = new Set<string>();
  for (const { address } of addressed) {
    const { local, domain } = splitAddress(address.toLowerCase());
    for (const ours of own) {
      if (domain !== ours.domain || !local.startsWith(`${ours.local}+`)) continue;
      const token = local.slice(ours.local.length + 1);
      if (token !== "" && tokens.size < PLUS_TOKENS_MAX) tokens.add(token);
    }
  }
  return [...tokens];
}

function splitAddress(address: string): { local: string; domain: string } {
  const at = address.lastIndexOf("@");
  return at < 0
    ? { local: address, domain: "" }
    : { local: address.slice(0, at), domain: address.slice(at + 1) };
}

/** The token that our mails carry in the subject, e.g. `[#1042]`. */
export function formatSubjectToken(number: number): string {
  return `[#${number}]`;
}

/** The number of the first `[#1042]` in a subject, or null. Brackets and `#` are asked for exactly. */
export function readSubjectNumber(subject: string): number | null {
  const digits = /\[#([1-9]\d{0,14})\]/.exec(subject)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * The subject of our answer: `Re: [#1042] Printer on fire`, with `Re: ` and the token once each.
 * The token stands in front: clients that compare subjects skip a leading `[...]` (RFC 5256, base subject).
 */
export function withSubjectToken(subject: string, number: number): string {
  const token = formatSubjectToken(number);
  const line = subject
    .split(token)
    .join(" ")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
  const rest = line.replace(/^(?:re ?: ?)+/i, "").trim();
  return `Re: ${token} ${rest === "" ? "(no subject)" : rest}`;
}
