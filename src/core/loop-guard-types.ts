/** What the loop guard is given, and what it answers. */
import type { InboundEmail } from "./inbound.ts";

export type MailKind = "person" | "auto-reply" | "bounce" | "report" | "list" | "own";

export interface MailVerdict {
  kind: MailKind;
  /** One sentence for people. */
  reason: string;
}

export type ClassifiableMail = Pick<
  InboundEmail,
  "headers" | "from" | "to" | "cc" | "subject" | "bounce" | "text" | "attachments" | "messageId"
>;

export interface OwnIdentity {
  /** Lower-case addresses of our mailboxes and of MAIL_FROM. */
  addresses: string[];
  /** The domain of the Message-IDs that we write. */
  messageIdDomain: string;
}
