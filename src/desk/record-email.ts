/** From a parsed mail to its one outcome. The rules are core's; this asks the database and writes. */
import type { EmailAddress, InboundEmail } from "../core/inbound.ts";
import { classifyMail } from "../core/loop-guard.ts";
import { whyNoAutomaticAnswer } from "../core/loop-guard-answering.ts";
import { decideThread, extractThreadHints, type ThreadDecision, type ThreadVia } from "../core/threading.ts";
import { cleanSubject } from "../core/title.ts";
import type { SqlTransaction } from "../db/client.ts";
import { bounceDelivery } from "../db/deliveries.ts";
import { claimFingerprint } from "../db/ledger.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { insertRawMessage } from "../db/raw-messages.ts";
import { findOrCreateRequester, markRequesterBouncing } from "../db/requesters.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import { findThreadCandidates } from "../db/ticket-threads.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { sha256Hex } from "./digest.ts";
import { addRequesterReply, openTicket, type RequesterMessage } from "./open-ticket.ts";
import type { RecordedOutcome } from "./record-inbound.ts";

/** Decides and writes; the caller holds the ledger row. */
export async function recordEmail(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
  ledgerId: string,
): Promise<RecordedOutcome> {
  const copy = await claimFingerprint(tx, mail.fingerprint, ledgerId);
  if (copy !== null) {
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
  const rawId = await insertRawMessage(tx, mail.raw, await sha256Hex(mail.raw));
  const own = { addresses: settings.ownAddresses, messageIdDomain: settings.messageIdDomain };
  const { kind, reason } = classifyMail(mail, own);
  const thread = await decideMailThread(tx, settings, mail);
  if (kind === "person") return recordPersonsMail(tx, settings, mail, rawId, thread);
  const tied = kind === "bounce" ? await recordBounce(tx, mail, reason) : null;
  return {
    outcome: kind,
    reason,
    ticketId: tied ?? (thread.kind === "join" ? thread.ticketId : null),
    ticketNumber: thread.kind === "join" ? thread.number : null,
    messageId: null,
    rawId,
    emailMessageId: mail.messageId,
  };
}

async function decideMailThread(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
): Promise<ThreadDecision> {
  const hints = extractThreadHints(mail, settings.ownAddresses);
  const candidates = await findThreadCandidates(tx, hints);
  const trusted = mail.authentication?.dmarc !== "fail";
  return decideThread(candidates, { address: mail.from?.address ?? "", trusted });
}

async function recordPersonsMail(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
  rawId: string,
  thread: ThreadDecision,
): Promise<RecordedOutcome> {
  const sender = mail.from ?? mail.replyTo[0] ?? null;
  if (sender === null || sender.address === "") {
    return {
      outcome: "parked",
      reason: "It names no sender: nobody could be answered. A person should look at it.",
      ticketId: null,
      ticketNumber: null,
      messageId: null,
      rawId,
      emailMessageId: mail.messageId,
    };
  }
  const requesterId = await findOrCreateRequester(tx, {
    channel: "email",
    address: sender.address,
    name: sender.name,
    email: sender.address,
    userId: null,
  });
  const message = toMessage(mail, sender, requesterId, rawId);
  const actor = { kind: "requester", requesterId, via: "email" } as const;
  const settled = { rawId, emailMessageId: mail.messageId };
  if (thread.kind === "join") {
    const { messageId, number } = await addRequesterReply(
      tx,
      thread.ticketId,
      message,
      mail.attachments,
      actor,
    );
    const reason = `It belongs to ticket #${number}: ${VIA_WORDS[thread.via]}.`;
    return {
      outcome: "reply",
      reason,
      ticketId: thread.ticketId,
      ticketNumber: number,
      messageId,
      ...settled,
    };
  }
  const opened = await openTicket(
    tx,
    {
      title: cleanSubject(mail.subject),
      description: mail.textTrimmed === "" ? mail.text : mail.textTrimmed,
      channel: "email",
      account: mail.account,
      requesterId,
      followUpOf: thread.kind === "follow-up" ? thread.of : null,
      noAutomaticAnswer: whyNoAutomaticAnswer(mail, sender, {
        addresses: settings.ownAddresses,
        messageIdDomain: settings.messageIdDomain,
      }),
    },
    message,
    mail.attachments,
    actor,
  );
  return {
    outcome: "ticket",
    reason: thread.kind === "follow-up" ? `It follows the closed ticket #${thread.number}.` : thread.reason,
    ticketId: opened.ticketId,
    ticketNumber: opened.number,
    messageId: opened.messageId,
    ...settled,
  };
}

const VIA_WORDS: Record<ThreadVia, string> = {
  "own-message-id": "it answers a mail that we sent",
  "plus-address": "it was sent to that ticket's own address",
  references: "it answers a mail in it, and its sender takes part in it",
  "subject-token": "its subject names the number, and its sender takes part in it",
};

function toMessage(
  mail: InboundEmail,
  sender: EmailAddress,
  requesterId: string,
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
    },
    slack: null,
    rawId,
  };
}

/** Ties the bounce to the mail of ours that bounced; a hard one marks the address. The ticket's id, or null. */
async function recordBounce(tx: SqlTransaction, mail: InboundEmail, reason: string): Promise<string | null> {
  const bounce = mail.bounce;
  const originalMessageId = bounce?.originalMessageId ?? null;
  const why = bounce?.status ? `Bounced with status ${bounce.status}.` : reason;
  const bounced = await bounceDelivery(tx, { originalMessageId, reason: why });
  if (bounced === null) return null;
  if (bounce?.kind === "hard" && bounce.recipient !== null) await markRequesterBouncing(tx, bounce.recipient);
  const system = { kind: "system", via: "email" } as const;
  await addTicketEvent(tx, bounced.ticketId, "bounced", system, {
    deliveryId: bounced.deliveryId,
    status: bounce?.status ?? null,
    kind: bounce?.kind ?? null,
  });
  await addOutboxEvent(tx, "ticket/changed", { ticketId: bounced.ticketId });
  return bounced.ticketId;
}
