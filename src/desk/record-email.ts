/** From a parsed mail to its one outcome. The rules are core's; this asks the database and writes. */
import type { Actor } from "../core/actor.ts";
import type { EmailAddress, InboundEmail } from "../core/inbound.ts";
import { classifyMail } from "../core/loop-guard.ts";
import { whyNoAutomaticAnswer } from "../core/loop-guard-answering.ts";
import type { OwnIdentity } from "../core/loop-guard-types.ts";
import { hasContent, UNKNOWN_SENDER } from "../core/sender.ts";
import { threadIndexConversation } from "../core/thread-index.ts";
import type { ThreadDecision, ThreadVia } from "../core/threading.ts";
import { cleanSubject } from "../core/title.ts";
import type { SqlTransaction } from "../db/client.ts";
import { claimFingerprint } from "../db/ledger.ts";
import { addMessage, insertAttachments } from "../db/messages.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { deleteRawMessage, insertRawMessage } from "../db/raw-messages.ts";
import { findOrCreateRequester, setMailState } from "../db/requesters.ts";
import type { StaffRow } from "../db/staff.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { lockTicketStatus } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { findThread, type MailThread } from "./find-thread.ts";
import { addRequesterReply, openTicket, type RequesterMessage } from "./open-ticket.ts";
import { recordBounce } from "./record-bounce.ts";
import type { RecordedOutcome } from "./record-inbound.ts";

/** What has been done for a mail together with others. */
export interface PreparedMail {
  /** The original's id, where it is stored already. */
  storedAs: string | null;
  /** It is no copy: its fingerprint was new, and is claimed. */
  isFirst: boolean;
}

const UNPREPARED: PreparedMail = { storedAs: null, isFirst: false };

/** Decides and writes; the caller holds the ledger row. */
export async function recordEmail(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
  ledgerId: string,
  { storedAs, isFirst }: PreparedMail = UNPREPARED,
): Promise<RecordedOutcome> {
  const copy = isFirst ? null : await claimFingerprint(tx, mail.fingerprint, ledgerId);
  if (copy !== null) {
    if (storedAs !== null) await deleteRawMessage(tx, storedAs);
    const of = copy.ticketNumber === null ? "" : ` on ticket #${copy.ticketNumber}`;
    return {
      outcome: "duplicate",
      reason: `The same mail${of} was recorded before.`,
      ticketId: copy.ticketId,
      ticketNumber: copy.ticketNumber,
      messageId: null,
      rawId: null,
      emailMessageId: mail.messageId,
    };
  }
  const rawId = storedAs ?? (await insertRawMessage(tx, mail.raw));
  const { kind, reason } = classifyMail(mail, ownIdentity(settings));
  if (kind === "person") return recordPersonsMail(tx, settings, mail, rawId);
  const tied =
    kind === "bounce"
      ? await recordBounce(tx, settings, mail, reason)
      : joinedTicket(await findThread(tx, settings, mail));
  return {
    outcome: kind,
    reason,
    ticketId: tied?.ticketId ?? null,
    ticketNumber: tied?.number ?? null,
    messageId: null,
    rawId,
    emailMessageId: mail.messageId,
  };
}

function ownIdentity({ ownAddresses, messageIdDomain }: DeskSettings): OwnIdentity {
  return { addresses: ownAddresses, messageIdDomain };
}

function joinedTicket({ decision }: MailThread): { ticketId: string; number: number } | null {
  return decision.kind === "join" ? { ticketId: decision.ticketId, number: decision.number } : null;
}

async function recordPersonsMail(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
  rawId: string,
): Promise<RecordedOutcome> {
  const thread = await findThread(tx, settings, mail);
  const { staff, trusted } = thread;
  const settled = { rawId, emailMessageId: mail.messageId };
  if (thread.sender === null && !hasContent(mail)) {
    return {
      outcome: "parked",
      reason: "It names no sender and says nothing. A person should look at it.",
      ticketId: null,
      ticketNumber: null,
      messageId: null,
      ...settled,
    };
  }
  const sender = thread.sender ?? UNKNOWN_SENDER;
  const decision = thread.sender === null ? FROM_NOBODY : thread.decision;
  if (decision.kind === "join" && staff !== null) {
    return { ...(await recordStaffMail(tx, decision.ticketId, staff, mail, sender, rawId)), ...settled };
  }
  const requesterId = await findOrCreateRequester(tx, {
    channel: "email",
    address: sender.address,
    name: sender.name,
    email: sender.address,
    userId: null,
  });
  // Who writes can be reached again, unless somebody else writes in their name.
  if (trusted) await setMailState(tx, [sender.address], "ok");
  const message = toMessage(mail, sender, requesterId, rawId);
  const actor = { kind: "requester", requesterId, via: "email" } as const;
  if (decision.kind === "join") {
    return { ...(await recordReply(tx, decision, message, mail, actor)), ...settled };
  }
  return { ...(await recordFirstContact(tx, settings, decision, message, mail, sender, actor)), ...settled };
}

const FROM_NOBODY: ThreadDecision = {
  kind: "new",
  reason: "It names no sender: a person has to find out who wrote it.",
};

type Recorded = Omit<RecordedOutcome, "rawId" | "emailMessageId">;

async function recordFirstContact(
  tx: SqlTransaction,
  settings: DeskSettings,
  decision: Exclude<ThreadDecision, { kind: "join" }>,
  message: RequesterMessage,
  mail: InboundEmail,
  sender: EmailAddress,
  actor: Extract<Actor, { kind: "requester" }>,
): Promise<Recorded> {
  const followUp = decision.kind === "follow-up";
  const ticket = {
    title: cleanSubject(mail.subject),
    description: mail.textTrimmed === "" ? mail.text : mail.textTrimmed,
    channel: "email",
    account: mail.account,
    requesterId: actor.requesterId,
    followUpOf: followUp ? decision.of : null,
    noAutomaticAnswer:
      sender === UNKNOWN_SENDER
        ? "It names no sender."
        : whyNoAutomaticAnswer(mail, sender, ownIdentity(settings)),
  } as const;
  const opened = await openTicket(tx, ticket, message, mail.attachments, actor);
  return {
    outcome: "ticket",
    reason: followUp ? `It follows the closed ticket #${decision.number}.` : decision.reason,
    ticketId: opened.ticketId,
    ticketNumber: opened.number,
    messageId: opened.messageId,
  };
}

async function recordReply(
  tx: SqlTransaction,
  decision: Extract<ThreadDecision, { kind: "join" }>,
  message: RequesterMessage,
  mail: InboundEmail,
  actor: Actor,
): Promise<Recorded> {
  const { ticketId, via } = decision;
  const newcomer = decision.as === "newcomer";
  const { messageId, number } = await addRequesterReply(
    tx,
    ticketId,
    { ...message, newcomer },
    mail.attachments,
    actor,
  );
  if (newcomer) await addTicketEvent(tx, ticketId, "newcomer-wrote", actor, { messageId, via });
  const who = newcomer ? ", and its sender is new there" : "";
  return {
    outcome: "reply",
    reason: `It belongs to ticket #${number}: ${VIA_WORDS[via]}${who}.`,
    ticketId,
    ticketNumber: number,
    messageId,
  };
}

/** What staff write by mail is a note, whoever else they wrote to: by mail nobody answers a requester by mistake. */
async function recordStaffMail(
  tx: SqlTransaction,
  ticketId: string,
  staff: StaffRow,
  mail: InboundEmail,
  sender: EmailAddress,
  rawId: string,
): Promise<Recorded> {
  const ticket = await lockTicketStatus(tx, ticketId);
  if (!ticket) throw new Error("The ticket that the note belongs to does not exist.");
  const messageId = await addMessage(tx, {
    ...toMessage(mail, sender, null, rawId),
    ticketId,
    kind: "note",
    visibility: "internal",
    direction: "inbound",
    authorUserId: staff.userId,
    authorName: staff.name,
  });
  await insertAttachments(tx, messageId, mail.attachments);
  const actor: Actor = { kind: staff.role, userId: staff.userId, name: staff.name, via: "email" };
  await addTicketEvent(tx, ticketId, "note-added", actor, { messageId });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
  return {
    outcome: "reply",
    reason: `${staff.name} wrote it on ticket #${ticket.number}: kept as an internal note.`,
    ticketId,
    ticketNumber: ticket.number,
    messageId,
  };
}

const VIA_WORDS: Record<ThreadVia, string> = {
  "own-message-id": "it answers a mail that we sent",
  "plus-address": "it was sent to that ticket's own address",
  references: "it answers a mail in it, and its sender takes part in it",
  "subject-token": "its subject names the number, and its sender takes part in it",
};

function readThreadIndexHeader({ headers }: InboundEmail): string | null {
  const value = Object.hasOwn(headers, "thread-index") ? headers["thread-index"]?.[0] : undefined;
  return threadIndexConversation(value ?? null) === null ? null : (value ?? null);
}

function toMessage(
  mail: InboundEmail,
  sender: EmailAddress,
  requesterId: string | null,
  rawId: string,
): RequesterMessage {
  return {
    channel: "email",
    authorUserId: null,
    authorRequesterId: requesterId,
    authorName: sender.name === "" ? sender.address : sender.name,
    subject: mail.subject,
    text: mail.text,
    textTrimmed: mail.textTrimmed,
    html: mail.html,
    email: {
      messageId: mail.messageId,
      inReplyTo: mail.inReplyTo,
      references: mail.references,
      from: sender.address,
      to: mail.to,
      cc: mail.cc,
      replyTo: mail.replyTo,
      authentication: mail.authentication,
      threadIndex: readThreadIndexHeader(mail),
    },
    slack: null,
    rawId,
  };
}
