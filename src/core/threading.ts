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
  /** Lower-case addresses of everybody who takes part in the ticket by mail. */
  participants: string[];
}

export interface ThreadSender {
  /** Lower-case address of the From header. */
  address: string;
  /** False where the mail fails authentication: the address is a claim, not a fact. */
  trusted: boolean;
  /** A moderator or admin. */
  staff?: boolean;
}

/**
 * As whom a mail joins. `newcomer`: took no part before, and holds an id or address that we signed, such as a colleague
 * to whom our mail was forwarded.
 */
export type ThreadRole = "participant" | "staff" | "newcomer";

export type ThreadDecision =
  | { kind: "join"; ticketId: string; number: number; via: ThreadVia; as: ThreadRole }
  | { kind: "follow-up"; of: string; number: number; via: ThreadVia; as: ThreadRole }
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
    plusTokens: extractPlusTokens([...mail.to, ...mail.cc], supportAddresses),
    subjectNumber: readSubjectNumber(mail.subject),
  };
}

/**
 * Decides where a mail goes. In this order:
 * 1. `own-message-id`: it answers a Message-ID that we signed. Who holds one has one of our mails.
 * 2. `plus-address`: it was sent to the ticket's own address, which is signed too.
 * 3. `references`: it answers a message that we know but did not write; Message-IDs of others can be guessed or read
 *    in archives, so from a participant or staff only.
 * 4. `subject-token`: `[#1042]`; anybody can count, so from a participant or staff only.
 *
 * What is signed opens the door to whoever holds it: forwarding our mail to a colleague is how people bring one in. Who
 * took no part before joins as a newcomer, and is shown as such. A sender who fails authentication joins by none of
 * the four, whatever they hold: a forwarded mail gives a stranger the id, and a forged From the customer's name.
 *
 * A ticket that was closed `followUpAfterDays` days ago or earlier gets a follow-up, a new ticket linked to it; one that
 * is resolved, or was closed later than that, is joined, which reopens it.
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
      const role = decideRole(candidate, sender);
      if (role !== null) return joinOrFollowUp(candidate, role, options.followUpAfterDays ?? 0);
      refused ??= explainRefusal(candidate, sender);
    }
  }
  return { kind: "new", reason: refused ?? "It answers no message of ours: a first contact." };
}

function decideRole(candidate: ThreadCandidate, sender: ThreadSender): ThreadRole | null {
  if (!sender.trusted) return null;
  const address = sender.address.toLowerCase();
  if (address !== "" && candidate.participants.includes(address)) return "participant";
  if (sender.staff) return "staff";
  return candidate.via === "own-message-id" || candidate.via === "plus-address" ? "newcomer" : null;
}

function explainRefusal(candidate: ThreadCandidate, sender: ThreadSender): string {
  const says = `It names ticket #${candidate.number} by ${VIA_WORDS[candidate.via]}`;
  return sender.trusted
    ? `${says}, but the sender takes no part in that ticket.`
    : `${says}, but the sender's address fails authentication and may be forged.`;
}

const VIA_WORDS: Record<ThreadVia, string> = {
  "own-message-id": "our Message-ID",
  "plus-address": "its address",
  references: "a message in it",
  "subject-token": "its number in the subject",
};

function joinOrFollowUp(
  candidate: ThreadCandidate,
  role: ThreadRole,
  followUpAfterDays: number,
): ThreadDecision {
  const { ticketId, number, via } = candidate;
  const closedLongAgo =
    candidate.status === "closed" &&
    (candidate.closedDaysAgo === null || candidate.closedDaysAgo >= followUpAfterDays);
  return closedLongAgo
    ? { kind: "follow-up", of: ticketId, number, via, as: role }
    : { kind: "join", ticketId, number, via, as: role };
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

/** What stands behind the `+` of our own addresses among these, each once, at most 10. */
export function extractPlusTokens(addressed: EmailAddress[], supportAddresses: string[]): string[] {
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

/** `Re:` as mail programs of other languages write it, also counted (`Re[2]:`) and with a full-width colon. */
const REPLY_PREFIX =
  /^(?:re|aw|antw|antwort|sv|vs|res|odp|ynt|rif|σχετ|отв|ответ|відп|回复|回覆|答复|答覆|返信|답장|رد|תשובה) ?(?:\[\d{1,3}\]|\(\d{1,3}\))? ?[:：] ?/iu;

/**
 * The subject of our answer: `Re: [#1042] Printer on fire`, with `Re: ` and the token once each, however often and in
 * which language the other side has put its own `Re:` before it.
 * The token stands in front: Gmail, and every client that compares subjects by RFC 5256 (base subject), passes over a
 * `[...]` there and keeps the thread; behind the words it would make another subject of it.
 */
export function withSubjectToken(subject: string, number: number): string {
  const topic = readThreadTopic(subject.split(formatSubjectToken(number)).join(" "));
  return `Re: ${formatSubjectToken(number)} ${topic === "" ? "(no subject)" : topic}`;
}

/**
 * What the conversation is called, for Outlook's header Thread-Topic: the subject without `Re:` and without our token.
 * Outlook compares it where a mail has no Thread-Index, and does not pass over the token by itself.
 */
export function readThreadTopic(subject: string): string {
  let rest = subject.replace(/[\s\p{Cc}]+/gu, " ").trim();
  // Long chains of prefixes are cut off at once: each `Re: ` costs a step, and a subject has few.
  rest = rest.replace(/^(?:re ?: ?)+/i, "");
  for (let i = 0; i < 20 && REPLY_PREFIX.test(rest); i++) rest = rest.replace(REPLY_PREFIX, "");
  return rest.trim();
}

/** `Re: [#1042] Printer on fire` → `Printer on fire`. */
export function topicOfAnswer(subject: string): string {
  return readThreadTopic(readThreadTopic(subject).replace(/^\[#\d{1,15}\] ?/, ""));
}

/** Longer References are shortened in the middle: clients find the thread by either end (RFC 5537, 3.4.4, does so too). */
const REFERENCES_MAX = 20;
const REFERENCES_TOTAL_LENGTH_MAX = 1_800;

/**
 * The ids for the header References, the oldest first and the answered one last: each once, where it is newest; the
 * first and the newest kept. What is no id, as something with a line break in it, is left out.
 */
export function boundReferences(references: readonly string[]): string[] {
  const ids = references.map(cleanMessageId).filter((id) => id !== null);
  const [first, ...rest] = [...new Set(ids.reverse())].reverse();
  if (first === undefined) return [];
  let length = first.length;
  const newest: string[] = [];
  for (const id of rest.reverse()) {
    length += id.length + 1;
    if (newest.length >= REFERENCES_MAX - 1 || length > REFERENCES_TOTAL_LENGTH_MAX) break;
    newest.push(id);
  }
  return [first, ...newest.reverse()];
}

/** The id with angle brackets where it can stand in a header as it is, else null. */
export function cleanMessageId(id: string | null): string | null {
  const cleaned = id?.trim() ?? "";
  return /^<[^<>\s\p{Cc}]{1,900}>$/u.test(cleaned) ? cleaned : null;
}

/**
 * What an answer refers to. `known` are the ticket's Message-IDs, the oldest first; `parent` is the mail that is
 * answered. Its own References come last but for itself, as RFC 5322, 3.6.4, has it; ids that its client has lost, as
 * Outlook and phones do, are put before them, so that the thread holds for everybody who has the older mails.
 */
export function buildReferences(
  known: readonly string[],
  parent: { messageId: string | null; references: readonly string[] } | null,
): { inReplyTo: string | null; references: string[] } {
  const parentId = cleanMessageId(parent?.messageId ?? null);
  if (parent === null || parentId === null) {
    const references = boundReferences(known);
    return { inReplyTo: references.at(-1) ?? null, references };
  }
  const at = known.indexOf(parentId);
  const older = known.slice(0, at < 0 ? known.length : at).filter((id) => !parent.references.includes(id));
  return { inReplyTo: parentId, references: boundReferences([...older, ...parent.references, parentId]) };
}
