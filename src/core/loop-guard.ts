/** Who wrote a mail: a person, or a machine that must not be answered. When unsure, a person. */
import {
  AUTO_HEADERS,
  AUTO_MAILER,
  AUTO_REPLY_BODY,
  AUTO_REPLY_PREFIX,
  AUTO_REPLY_WORDS,
  AUTO_SENDER,
  NOTES_PREFIX,
} from "./auto-reply-signs.ts";
import { isNullSender, looksLikeBounce } from "./bounce.ts";
import type { EmailAddress, InboundEmail, MailHeaders } from "./inbound.ts";

export type MailKind = "person" | "auto-reply" | "bounce" | "report" | "list" | "own";

export interface MailVerdict {
  kind: MailKind;
  /** One sentence for people. */
  reason: string;
}

export type ClassifiableMail = Pick<
  InboundEmail,
  "headers" | "from" | "to" | "subject" | "bounce" | "text" | "attachments" | "messageId"
>;

export interface OwnIdentity {
  /** Lower-case addresses of our mailboxes and of MAIL_FROM. */
  addresses: string[];
  /** The domain of the Message-IDs that we write. */
  messageIdDomain: string;
}

/** The header that every mail of ours carries; its value is the domain of our Message-IDs. */
export const OWN_HEADER = "x-deskhand";

/**
 * Says what kind of mail this is, by RFC 3834 (Auto-Submitted), RFC 3464, 5965 and 8098 (reports), RFC 2919 and 2369
 * (lists), and what vendors do instead. Never throws.
 */
export function classifyMail(mail: ClassifiableMail, own: OwnIdentity): MailVerdict {
  return (
    judgeReport(mail) ??
    judgeOwn(mail, own) ??
    judgeAutoReply(mail) ??
    judgeList(mail, own) ?? { kind: "person", reason: "Nothing says that a machine wrote it." }
  );
}

function valuesOf(headers: MailHeaders, name: string): readonly string[] {
  return Object.hasOwn(headers, name) ? (headers[name] ?? []) : [];
}

function firstOf(headers: MailHeaders, name: string): string {
  return (valuesOf(headers, name)[0] ?? "").trim();
}

function judgeReport(mail: ClassifiableMail): MailVerdict | null {
  const type = firstOf(mail.headers, "content-type").toLowerCase();
  const isReport = type.startsWith("multipart/report");
  if (isReport) return judgeReportType(mail, /report-type\s*=\s*"?([\w.-]+)/.exec(type)?.[1] ?? "");
  if (isFeedback(mail)) return { kind: "report", reason: "It is a complaint, DMARC or TLS report." };
  // A person may attach a bounce: its parts alone do not make the mail one.
  const isReturned = looksLikeBounce(mail) || (mail.bounce !== null && isMachine(mail.headers));
  return isReturned ? { kind: "bounce", reason: "A mail system returned a message." } : judgeReceipt(mail);
}

function judgeReportType(mail: ClassifiableMail, type: string): MailVerdict {
  const part = (contentType: string) =>
    mail.attachments.find((one) => one.contentType.toLowerCase().startsWith(contentType));
  if (type === "feedback-report" || part("message/feedback-report") !== undefined)
    return { kind: "report", reason: "It is an abuse report (ARF)." };
  if (type === "disposition-notification" || part("message/disposition-notification") !== undefined)
    return { kind: "report", reason: "It is a read receipt (MDN)." };
  const status = part("message/delivery-status") ?? part("message/global-delivery-status");
  if (mail.bounce === null && status !== undefined && confirmsDelivery(status.content))
    return { kind: "report", reason: "It confirms that a message was delivered." };
  if (mail.bounce !== null || status !== undefined || type === "delivery-status" || looksLikeBounce(mail))
    return { kind: "bounce", reason: "It reports that a message could not be delivered (RFC 3464)." };
  return { kind: "report", reason: "It is a machine's report (multipart/report)." };
}

function confirmsDelivery(status: Uint8Array): boolean {
  const fields = new TextDecoder().decode(status.subarray(0, 50_000));
  return /^action:\s*(?:deliver|relay|expand)/im.test(fields) && !/^action:\s*(?:fail|delay)/im.test(fields);
}

const FEEDBACK_SUBJECT =
  /^(?:complaint about message from \d|e-?mail feedback report for|\W{0,9}report domain:? ?\S+[;,]? submitter:|dmarc (?:aggregate|failure) report)/i;
/** RFC 7489, 7.2.1.1: `receiver!policy-domain!begin!end.xml.gz`. */
const DMARC_FILE = /^[^!]{1,255}![^!]{1,255}!\d+!\d+(?:![^.]*)?\.(?:xml|zip|gz|json)/i;

function isFeedback(mail: ClassifiableMail): boolean {
  if (FEEDBACK_SUBJECT.test(mail.subject.slice(0, 500))) return mail.attachments.length > 0;
  if (firstOf(mail.headers, "tls-report-domain") !== "") return true;
  if (mail.from?.address === "no-reply@sns.amazonaws.com")
    return /notificationType\\?"\s*:\s*\\?"(?:Complaint|Delivery)/.test(mail.text.slice(0, 4000));
  return mail.attachments.some((one) => DMARC_FILE.test(one.filename));
}

const RECEIPT_SUBJECT =
  /^(?:read|not read|read receipt|gelesen|ungelesen|lu|non lu|leído|lido|lida|letto|gelezen|läst|læst|lest|luettu|przeczytane|přečteno|olvasott|citit|прочитано|прочтено|διαβάστηκε|okundu|נקרא|مقروءة|開封済み|开封|已读|已讀|읽음) ?[:：(]/iu;
const RECEIPT_BODY =
  /\b(?:was (?:read|deleted without being read|displayed) on|wurde .{0,80}(?:gelesen|gelöscht)|a été (?:lu|supprimé)|fue leído|foi lid[ao]|è stato letto|is (?:gelezen|ongelezen)|lästes|blev læst|ble lest|został[ao]? przeczytan)|returned by the recipient's computer|開封されました|已被阅读|прочитано/iu;

/** Read receipts of mail programs that do not write multipart/report. */
function judgeReceipt(mail: ClassifiableMail): MailVerdict | null {
  const isReceipt =
    RECEIPT_SUBJECT.test(mail.subject.slice(0, 200)) && RECEIPT_BODY.test(mail.text.slice(0, 1000));
  return isReceipt ? { kind: "report", reason: "It is a read receipt." } : null;
}

function isMachine(headers: MailHeaders): boolean {
  const submitted = autoSubmitted(headers);
  return isNullSender(headers) || (submitted !== "" && submitted !== "no");
}

function autoSubmitted(headers: MailHeaders): string {
  return /^[\w-]+/.exec(firstOf(headers, "auto-submitted").toLowerCase())?.[0] ?? "";
}

function judgeOwn(mail: ClassifiableMail, own: OwnIdentity): MailVerdict | null {
  // The value names the desk: another company's Deskhand writes to us like anybody else.
  const desks = valuesOf(mail.headers, OWN_HEADER).map((value) => value.trim().toLowerCase());
  if (desks.includes(own.messageIdDomain.toLowerCase()))
    return { kind: "own", reason: "It carries our own header: we sent it." };
  if (mail.from === null || !own.addresses.includes(mail.from.address)) return null;
  // Contact forms send from our address and put the person into Reply-To.
  const replyTo = firstOf(mail.headers, "reply-to").toLowerCase();
  const answersElsewhere =
    replyTo.includes("@") && !own.addresses.some((address) => replyTo.includes(address));
  return answersElsewhere
    ? null
    : { kind: "own", reason: `It comes from our own address ${mail.from.address}.` };
}

function judgeAutoReply(mail: ClassifiableMail): MailVerdict | null {
  const { headers } = mail;
  const auto = (reason: string): MailVerdict => ({ kind: "auto-reply", reason });
  const submitted = autoSubmitted(headers);
  if (submitted !== "" && submitted !== "no")
    return auto(`Its header says Auto-Submitted: ${submitted.slice(0, 40)}.`);
  const header = AUTO_HEADERS.find((name) => isSet(firstOf(headers, name)));
  if (header !== undefined) return auto(`Its header ${header} says that a machine wrote it.`);
  const precedence = `${firstOf(headers, "precedence")} ${firstOf(headers, "x-precedence")} ${firstOf(headers, "preference")}`;
  if (/\bauto[_-]?reply/i.test(precedence)) return auto("Its header says Precedence: auto_reply.");
  if (
    /autoresponder|autoreply/i.test(
      `${valuesOf(headers, "delivered-to").join()} ${firstOf(headers, "x-post-messageclass")}`,
    )
  )
    return auto("An autoresponder delivered it.");
  // RFC 3834: "no" says that a person wrote it. Headers of the machine's own making outweigh it, words do not.
  if (submitted === "no") return null;
  if (AUTO_SENDER.test(mail.from?.address ?? "")) return auto("It comes from an autoresponder's address.");
  if (AUTO_MAILER.test(firstOf(headers, "x-mailer"))) return auto("An autoresponder wrote it.");
  return looksLikeAutoReply(mail) ? auto("Its subject and form are those of an automatic reply.") : null;
}

function isSet(value: string): boolean {
  return !["", "no", "false", "0", "none"].includes(value.toLowerCase());
}

/** An exact prefix and one more sign, or telling words and two: a subject alone proves nothing. */
function looksLikeAutoReply(mail: ClassifiableMail): boolean {
  const { headers } = mail;
  const subject = mail.subject.slice(0, 500).trim();
  const start = mail.text.slice(0, 600);
  if (NOTES_PREFIX.test(subject)) return true;
  const hasPrefix = AUTO_REPLY_PREFIX.test(subject);
  const answers = firstOf(headers, "in-reply-to") !== "" || firstOf(headers, "references") !== "";
  const signs = [
    firstOf(headers, "x-auto-response-suppress") !== "",
    isNullSender(headers),
    /^(?:bulk|junk)/i.test(firstOf(headers, "precedence")),
    firstOf(headers, "x-loop") !== "",
    AUTO_REPLY_BODY.test(start) && !/[?？]/u.test(start),
    hasPrefix && (answers || /[:：] ?(?:re|aw|sv|antw|tr|fwd?|wg|回复|답장) ?[:：]/iu.test(subject)),
  ].filter(Boolean).length;
  if (isNullSender(headers) && (answers || AUTO_REPLY_BODY.test(start))) return true;
  return (hasPrefix && signs >= 1) || (AUTO_REPLY_WORDS.test(subject) && signs >= 2);
}

/** Headers of list managers that do not write List-Id. */
const LIST_HEADERS = [
  "list-id",
  "list-post",
  "list-unsubscribe",
  "x-mailing-list",
  "x-mlserver",
  "x-ml-name",
  "x-listname",
];

function judgeList(mail: ClassifiableMail, own: OwnIdentity): MailVerdict | null {
  const { headers } = mail;
  const precedence = firstOf(headers, "precedence");
  const header = LIST_HEADERS.find((name) => firstOf(headers, name) !== "");
  if (header === undefined && !/^(?:list|bulk|junk)/i.test(precedence)) return null;
  if (isOwnGroup(headers, own) || answersUs(headers, own)) return null;
  const isDiscussion = firstOf(headers, "list-post") !== "" || /^list/i.test(precedence);
  return {
    kind: "list",
    reason: isDiscussion ? "It came through a mailing list." : "It is a newsletter or bulk mail.",
  };
}

/**
 * A group address of ours (support@ as a Google Group) hands people's mail to the mailbox: the list is one of our
 * addresses, or a Google Group of our domain.
 */
function isOwnGroup(headers: MailHeaders, own: OwnIdentity): boolean {
  const named = ["list-post", "mailing-list", "list-id"]
    .flatMap((name) => valuesOf(headers, name))
    .join(" ")
    .toLowerCase();
  const isGoogleGroup = firstOf(headers, "x-google-group-id") !== "";
  return own.addresses.some((address) => {
    const domain = address.slice(address.lastIndexOf("@") + 1);
    if (named.includes(address) || named.includes(`<${address.replace("@", ".")}>`)) return true;
    return isGoogleGroup && domain !== "" && (named.includes(`@${domain}`) || named.includes(`.${domain}>`));
  });
}

/** It answers a message that we wrote: people answer through their lists and CRMs too. */
function answersUs(headers: MailHeaders, own: OwnIdentity): boolean {
  if (own.messageIdDomain === "") return false;
  const answered = ["in-reply-to", "references"]
    .flatMap((name) => valuesOf(headers, name))
    .join(" ")
    .toLowerCase();
  return answered.includes(`@${own.messageIdDomain.toLowerCase()}>`);
}

/** Local parts that nobody reads. */
const NO_REPLY =
  /(?:^|[._+-])(?:no-?_?\.?reply|not?-?_?reply|do-?_?\.?no?t-?_?\.?reply|nepasrepondre|ne-pas-repondre|noresponder|no-responder|nicht-?antworten|keine-?antwort|non-?rispondere|niet-?beantwoorden)(?:$|[._+=-])|^(?:nobody|null|devnull|bounces?|mailer-?daemon|mail-?daemon|post_?master|auto-?(?:reply|responder|mailer)|listserv|majordomo)(?:$|[._+=-])|-(?:bounces?|request|owner)$|^owner-/i;

/**
 * May we answer this mail by ourselves? Only a person's, and never a null sender, a mail system, an address that
 * nobody reads, bulk mail, or somebody who asked for no automatic answers (X-Auto-Response-Suppress, as documented by
 * Microsoft: `All` or `AutoReply`).
 */
export function mayAnswerAutomatically(
  kind: MailKind,
  headers: MailHeaders,
  from: EmailAddress | null,
): boolean {
  if (kind !== "person" || from === null || isMachine(headers)) return false;
  const at = from.address.lastIndexOf("@");
  if (at < 1 || NO_REPLY.test(from.address.slice(0, at))) return false;
  if (/^(?:bulk|junk)/i.test(firstOf(headers, "precedence"))) return false;
  const suppressed = firstOf(headers, "x-auto-response-suppress")
    .toLowerCase()
    .split(/[\s,;]+/);
  return !suppressed.some((one) => one === "all" || one === "autoreply");
}
