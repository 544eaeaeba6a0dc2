/** What a channel hands to intake, and what intake answers. */
import type {
  InboundSlackChange,
  InboundSlackForm,
  InboundSlackMessage,
  InboundSlackRequest,
} from "./inbound-slack.ts";

export interface EmailAddress {
  /** Lower-case addr-spec, e.g. `ada@example.com`. */
  address: string;
  /** Display name, decoded; empty where there is none. */
  name: string;
}

export interface InboundAttachment {
  /** Empty where the part has no name. */
  filename: string;
  contentType: string;
  content: Uint8Array;
  /** Content-ID without angle brackets, for inline images. */
  contentId: string | null;
  inline: boolean;
}

/** Decoded header values by lower-case name, in the order of the mail; one entry for each occurrence. */
export type MailHeaders = Readonly<Record<string, readonly string[]>>;

export type AuthenticationVerdict =
  | "pass"
  | "fail"
  | "softfail"
  | "neutral"
  | "none"
  | "temperror"
  | "permerror";

/** RFC 8601 results of the mailbox's own server (the topmost Authentication-Results). */
export interface AuthenticationResults {
  server: string;
  spf: AuthenticationVerdict;
  dkim: AuthenticationVerdict;
  dmarc: AuthenticationVerdict;
}

/** A delivery status notification, RFC 3464, or a known bounce without one. */
export interface BounceReport {
  /** Enhanced status such as `5.1.1` (RFC 3463), or null where the bounce gives none. */
  status: string | null;
  recipient: string | null;
  originalMessageId: string | null;
  kind: "hard" | "soft";
}

export interface InboundEmail {
  channel: "email";
  /** The mailbox that received it, e.g. `support@example.com/INBOX`. */
  account: string;
  /** `<uidvalidity>:<uid>` from IMAP, `sha256:<hex>` from every other door. */
  externalId: string;
  receivedAt: Date;
  /** The sender's Date header, or null where it is missing or unreadable. */
  date: Date | null;
  /** With angle brackets, as in the mail; null where missing or empty. */
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  from: EmailAddress | null;
  replyTo: EmailAddress[];
  to: EmailAddress[];
  cc: EmailAddress[];
  subject: string;
  /** The whole body as text. */
  text: string;
  /** The new words only. */
  textTrimmed: string;
  html: string | null;
  attachments: InboundAttachment[];
  headers: MailHeaders;
  authentication: AuthenticationResults | null;
  bounce: BounceReport | null;
  /** Somebody forwarded this mail by hand; the original sender as the forward names it. */
  forwardedFrom: EmailAddress | null;
  /** Hex SHA-256 over Message-ID, From, Date, Subject, body and attachments: the same for every copy of one mail. */
  fingerprint: string;
  raw: Uint8Array;
  /** Sentences for people about what could not be read as it was meant: encrypted, cut, more parts than are read. */
  remarks?: readonly string[];
}

export interface InboundApiTicket {
  channel: "api";
  account: "rest";
  /** The caller's Idempotency-Key under their user id, or a random id. */
  externalId: string;
  receivedAt: Date;
  userId: string;
  /** How the user is called, or their mail address. */
  userName: string;
  title: string;
  description: string;
}

/** What no parser could read: kept with its source for a person to look at. */
export interface InboundUnreadable {
  channel: "unreadable";
  sourceChannel: "email" | "slack";
  account: string;
  externalId: string;
  receivedAt: Date;
  reason: string;
  raw: Uint8Array;
  /** `raw` is only a part of it, or nothing: the server has more, and may hand it over another time. */
  incomplete?: true;
}

export type InboundMessage =
  | InboundEmail
  | InboundSlackMessage
  | InboundSlackForm
  | InboundSlackChange
  | InboundSlackRequest
  | InboundApiTicket
  | InboundUnreadable;

export const INTAKE_OUTCOMES = [
  "ticket",
  "reply",
  "duplicate",
  "auto-reply",
  "bounce",
  "report",
  "list",
  "own",
  "edit",
  "request",
  "parked",
] as const;
export type IntakeOutcome = (typeof INTAKE_OUTCOMES)[number];

export interface IntakeResult {
  outcome: IntakeOutcome;
  /** One sentence for people: why this outcome. */
  reason: string;
  ticket: { id: string; number: number } | null;
  /** Our id of the stored message, where one was stored. */
  messageId: string | null;
  /** True where the ledger already had this external id: nothing was written. */
  alreadyRecorded: boolean;
}

/** Where an IMAP mailbox has been read to; moved in the transaction that records the message. */
export interface MailboxPosition {
  mailbox: string;
  uidValidity: number;
  uid: number;
}

/** What channels are handed to record what they received. Rejects with a retryable AppError while the database is away. */
export type RecordInbound = (message: InboundMessage, position?: MailboxPosition) => Promise<IntakeResult>;

/** A mail of a mailbox and where it stands there. */
export interface InboundMail {
  message: InboundEmail | InboundUnreadable;
  position: MailboxPosition;
}

/**
 * As `RecordInbound`, for mails of one mailbox in the order of their UIDs. When it rejects, some of them may be recorded
 * already: the same mails again are harmless.
 *
 * `before` is the recording of the mails before these. What needs nothing of them is done meanwhile; nothing is decided
 * or committed until it resolves, and nothing is recorded where it rejects.
 */
export type RecordInboundBatch = (
  mails: readonly InboundMail[],
  before?: Promise<void>,
) => Promise<IntakeResult[]>;
