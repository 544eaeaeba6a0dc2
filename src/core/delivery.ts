/** Ports for what goes out. Channels implement them; workflows call them. */
import { AppError } from "./errors.ts";
import type { EmailAddress } from "./inbound.ts";
import type { Home, SkillProposalView, TicketCardView } from "./slack-views.ts";
import type { Channel, Priority, TicketStatus } from "./ticket.ts";
import type { Evidence, EvidenceField, TriageSource } from "./triage.ts";

export interface OutgoingFile {
  filename: string;
  contentType: string;
  content: Uint8Array;
}

export interface OutgoingMail {
  /** With angle brackets; the same for every try of one delivery. */
  messageId: string;
  from: EmailAddress;
  to: EmailAddress[];
  cc: EmailAddress[];
  replyTo: EmailAddress | null;
  subject: string;
  text: string;
  inReplyTo: string | null;
  references: string[];
  /** Written by a machine: gets Auto-Submitted and its friends (RFC 3834). */
  automatic: boolean;
  /** Outlook's thread id (header Thread-Index), see `continueThreadIndex`. */
  threadIndex?: string | null;
  attachments?: readonly OutgoingFile[];
  /** Where bounces go; `from` unless it is said. */
  envelopeFrom?: string;
  /** Who of To and CC is still to be reached, lower case; all of them unless it is said. The headers stay as they are. */
  envelopeTo?: readonly string[];
}

/** What went wrong, for people to sort by. */
export const MAIL_ERROR_CLASSES = [
  "address", // no such mailbox or domain
  "mailbox-full",
  "policy", // refused as spam, by reputation or by rule
  "content",
  "too-large",
  "sender", // the server does not take our address
  "server", // it refuses or is troubled, whatever the mail
  "connection", // it cannot be reached, or the connection broke
  "configuration", // password, TLS, a setting of ours
  "bounced", // taken, and returned later
] as const;
export type MailErrorClass = (typeof MAIL_ERROR_CLASSES)[number];

export interface RecipientRefusal {
  address: string;
  /** False: the same may be taken later (4xx). */
  permanent: boolean;
  error: string;
  errorClass: MailErrorClass;
  /** Enhanced status code (RFC 3463) such as `5.1.1`, or null. */
  status: string | null;
}

export type MailSendResult =
  | {
      state: "sent";
      response: string;
      /** The Message-ID that the server put in place of ours, where it says so. */
      providerMessageId?: string | null;
      /** Recipients that the server did not take, while it took others. */
      refused?: RecipientRefusal[];
    }
  /** The server refused for good (5xx): another try cannot help. */
  | {
      state: "rejected";
      error: string;
      errorClass?: MailErrorClass;
      refused?: RecipientRefusal[];
    };

export interface MailSender {
  /** Rejects with a retryable AppError on a temporary failure: MailDeferral, where it is known what failed. */
  send(mail: OutgoingMail): Promise<MailSendResult>;
}

/** A temporary failure of sending, and of what sort. */
export class MailDeferral extends AppError {
  readonly errorClass: MailErrorClass;
  /** What the server said of single recipients; among them may be some that it refuses for good. */
  readonly refused: readonly RecipientRefusal[];
  constructor(
    message: string,
    errorClass: MailErrorClass,
    details: { cause?: unknown; refused?: RecipientRefusal[] } = {},
  ) {
    super("unavailable", message, { cause: details.cause });
    this.errorClass = errorClass;
    this.refused = details.refused ?? [];
  }
}

export type RecipientState = "waiting" | "sent" | "failed" | "bounced";

export interface RecipientOutcome {
  address: string;
  state: RecipientState;
  error: string | null;
  errorClass: MailErrorClass | null;
  status: string | null;
}

/** What a server's answer means for each of those whom it was asked to reach. Addresses are lower case. */
export function judgeRecipients(asked: readonly string[], result: MailSendResult): RecipientOutcome[] {
  const refusals = new Map((result.refused ?? []).map((one) => [one.address.toLowerCase(), one]));
  return asked.map((address) => {
    const refusal = refusals.get(address);
    if (refusal !== undefined) {
      const { error, errorClass, status, permanent } = refusal;
      return { address, state: permanent ? "failed" : "waiting", error, errorClass, status };
    }
    return result.state === "sent"
      ? { address, state: "sent", error: null, errorClass: null, status: null }
      : {
          address,
          state: "failed",
          error: result.error,
          errorClass: result.errorClass ?? "server",
          status: null,
        };
  });
}

/** The state of a mail by those of its recipients: it is sent only when each of them was taken. */
export function decideDeliveryState(
  recipients: readonly RecipientState[],
): "sending" | "sent" | "failed" | "bounced" {
  if (recipients.includes("waiting")) return "sending";
  if (recipients.includes("failed")) return "failed";
  return recipients.includes("bounced") ? "bounced" : "sent";
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const RETRY_DELAYS_MS = [
  ...[5 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE],
  ...[HOUR, HOUR, 2 * HOUR, 2 * HOUR, 3 * HOUR, 3 * HOUR, 4 * HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR, 6 * HOUR],
];

/** A mail is tried so often in all: over about two days. */
export const MAIL_TRIES_MAX = RETRY_DELAYS_MS.length + 1;

/**
 * Milliseconds to the next try of a mail after `tries` that failed for the time being. The first is soon, which is right
 * for greylisting and a dropped connection; the later ones outlast a weekend's outage (RFC 5321, 4.5.4.1, asks for a
 * first retry within the hour or so and for days of patience).
 */
export function mailRetryDelayMs(tries: number): number {
  const index = Math.min(Math.max(tries, 1), RETRY_DELAYS_MS.length) - 1;
  return RETRY_DELAYS_MS[index] ?? HOUR;
}

export interface SlackPosition {
  channel: string;
  ts: string;
}

export interface SlackPost {
  channel: string;
  threadTs: string;
  /** Plain text: escaped and cut for Slack by the channel. */
  text: string;
  /** Travels as message metadata, so that a post whose answer was lost is found again and not repeated. */
  deliveryId: string;
  /** The ticket that this says is resolved: the requester may say that it is not. */
  resolvedTicketId?: string | null;
}

/** A word of the desk itself to the moderators, such as an alert. */
export interface SlackNotice {
  /** Travels as message metadata, so that it never stands there twice. */
  noticeId: string;
  /** Plain text: escaped and cut for Slack by the channel. */
  text: string;
}

/** What the desk says of a ticket: the heart of the card, see TicketCardView for the rest. */
export interface TicketCard {
  ticketId: string;
  number: number;
  title: string;
  status: TicketStatus;
  priority: Priority;
  category: string | null;
  summary: string;
  helpfulNotes: string;
  relatedSkills: string[];
  confidence: number | null;
  source: TriageSource | "person" | null;
  provisional: boolean;
  evidence: Evidence[];
  guesses: EvidenceField[];
  suspicious: string[];
  requester: { name: string; channel: Channel };
  assignee: { name: string; slackUserId: string | null } | null;
  /** One sentence: why this assignee. */
  whyAssignee: string;
  messageCount: number;
}

export interface SlackDesk {
  /** Finds the post of that delivery in the thread first where `maybePosted`, so that it never stands there twice. */
  postInThread(post: SlackPost, maybePosted: boolean): Promise<SlackPosition>;
  /**
   * Posts the card to the moderators' channel, or updates the one at `at`. Where `maybePosted`, an earlier try may have
   * posted it: the channel is searched for the card of that ticket first.
   */
  putCard(card: TicketCardView, at: SlackPosition | null, maybePosted: boolean): Promise<SlackPosition>;
  /** Posts to the moderators' channel, once for each notice id. */
  postNotice(notice: SlackNotice): Promise<void>;
  /** What a person's App Home shows from now on. */
  publishHome(slackUserId: string, home: Home): Promise<void>;
  /**
   * Asks by a direct message to `slackUserId`, or in the moderators' channel where that is null. A second message of one
   * proposal does no harm: whichever is answered first counts.
   */
  postSkillProposal(proposal: SkillProposalView, slackUserId: string | null): Promise<void>;
}
