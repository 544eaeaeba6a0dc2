/** Ports for what goes out. Channels implement them; workflows call them. */
import type { EmailAddress } from "./inbound.ts";
import type { Channel, Priority, TicketStatus } from "./ticket.ts";
import type { Evidence, EvidenceField, TriageSource } from "./triage.ts";

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
}

export type MailSendResult =
  | { state: "sent"; response: string }
  /** The server refused for good (5xx): another try cannot help. */
  | { state: "rejected"; error: string };

export interface MailSender {
  /** Rejects with a retryable AppError (`unavailable`) on a temporary failure. */
  send(mail: OutgoingMail): Promise<MailSendResult>;
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
}

/** A word of the desk itself to the moderators, such as an alert. */
export interface SlackNotice {
  /** Travels as message metadata, so that it never stands there twice. */
  noticeId: string;
  /** Plain text: escaped and cut for Slack by the channel. */
  text: string;
}

/** Everything that the moderators' card shows. */
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
  putCard(card: TicketCard, at: SlackPosition | null, maybePosted: boolean): Promise<SlackPosition>;
  /** Posts to the moderators' channel, once for each notice id. */
  postNotice(notice: SlackNotice): Promise<void>;
}
