/** Is a mail a bounce? By structure (who sends, what is returned) and words together, for the many that follow no RFC. */
import { isToBounceAddress, returnsToItsSender } from "./bounce-return.ts";
import {
  BOUNCE_BODY,
  BOUNCE_SENDERS,
  BOUNCE_SUBJECT,
  MACHINE_LOCAL_PART,
  POSTMASTERS,
  SHARED_LOCAL_PART,
} from "./bounce-signs.ts";
import { findReturnedStart } from "./bounce-words.ts";
import type { EmailAddress, MailHeaders } from "./inbound.ts";
import {
  autoSubmitted,
  firstOf,
  hasHeader,
  isAnswerOrForward,
  isNullSender,
  valuesOf,
  withoutListTags,
} from "./loop-guard-headers.ts";

const SIGNS_LENGTH_MAX = 4_000;

export interface BounceLike {
  from: EmailAddress | null;
  subject: string;
  text: string;
  headers: MailHeaders;
  /** The parts beside the text; of what is returned as a part, the beginning is read. */
  attachments?: readonly { contentType: string; content?: Uint8Array }[];
}

/** True where the sender, a header or the words together say that a mail system returned a message. */
export function looksLikeBounce(mail: BounceLike): boolean {
  const { headers } = mail;
  if (valuesOf(headers, "x-failed-recipients").some((value) => value.includes("@"))) return true;
  const start = mail.text.slice(0, SIGNS_LENGTH_MAX);
  if (isCloudNotice(mail, start)) return true;
  const sender = mail.from === null ? "" : `${mail.from.name} <${mail.from.address}>`;
  const subject = mail.subject.slice(0, 500).trim();
  const isAnswer = isAnswerOrForward(subject);
  const hasSubject = BOUNCE_SUBJECT.test(subject) || BOUNCE_SUBJECT.test(withoutListTags(subject));
  const hasBody = () => BOUNCE_BODY.test(start);
  if (BOUNCE_SENDERS.some((pattern) => pattern.test(sender))) return true;
  if (POSTMASTERS.some((pattern) => pattern.test(sender)))
    return (
      hasSubject || (isNullSender(headers) && !isAnswer) || hasBody() || (returnsMessage(mail) && !isAnswer)
    );
  if (isNullSender(headers) || mail.from === null)
    return hasSubject || hasBody() || (returnsMessage(mail) && !isAnswer && hasCode(start));
  if (isToBounceAddress(headers) && (hasBody() || (hasSubject && !isAnswer))) return true;
  if (isAnswer) return false;
  if (isReturned(mail, start, hasSubject) && hasBody()) return true;
  const refuses = /^auto-(?:replied|generated)\s*\((?:rejected|failure|bounce|undeliver)/i;
  if (refuses.test(firstOf(headers, "auto-submitted")) && (hasSubject || hasBody())) return true;
  if (MACHINE_LOCAL_PART.test(mail.from.address) || isAutomatic(headers))
    return (hasSubject || returnsMessage(mail)) && hasBody();
  // An administrator asks about bounces too, but from a mail program.
  const isShared = SHARED_LOCAL_PART.test(mail.from.address) && !hasMailProgram(headers);
  return isShared && (hasSubject || hasCode(start)) && returnsMessage(mail) && hasBody();
}

/** Whoever sends back what we sent, under a bounce's subject or with a code that no person writes by hand. */
function isReturned(mail: BounceLike, start: string, hasSubject: boolean): boolean {
  return (hasSubject || (hasCode(start) && !hasMailProgram(mail.headers))) && returnsToItsSender(mail);
}

function hasMailProgram(headers: MailHeaders): boolean {
  return (
    hasHeader(headers, "user-agent") || hasHeader(headers, "x-mailer") || hasHeader(headers, "in-reply-to")
  );
}

function isAutomatic(headers: MailHeaders): boolean {
  return !["", "no"].includes(autoSubmitted(headers));
}

/** A mail system's own mail, by its sender or its null reverse-path, whatever it says. */
export function isMachineWritten(mail: BounceLike): boolean {
  if (isNullSender(mail.headers) || mail.from === null || isAutomatic(mail.headers)) return true;
  const sender = `${mail.from.name} <${mail.from.address}>`;
  return [...BOUNCE_SENDERS, ...POSTMASTERS].some((pattern) => pattern.test(sender));
}

const RETURNED_TYPES = /^(?:message\/(?:rfc822|global|delivery-status|.*headers)|text\/rfc822-headers)/i;

/** As a part of its own, or below the words. */
function returnsMessage({ attachments, text }: BounceLike): boolean {
  if ((attachments ?? []).some(({ contentType }) => RETURNED_TYPES.test(contentType))) return true;
  const start = text.slice(0, SIGNS_LENGTH_MAX);
  return findReturnedStart(start) < start.length;
}

function hasCode(text: string): boolean {
  return /(?:^|[^\d.])[45]\d\d[- ]#?[45]\.\d{1,3}\.\d{1,3}|(?:^|\s)[45][0-5]\d[ -]\D/m.test(text);
}

/** Amazon's notification service wraps bounces into JSON. */
function isCloudNotice(mail: BounceLike, start: string): boolean {
  return (
    mail.from?.address === "no-reply@sns.amazonaws.com" && /notificationType\\?"\s*:\s*\\?"Bounce/.test(start)
  );
}
