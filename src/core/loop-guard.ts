/** Who wrote a mail: a person, or a machine that must not be answered. When unsure, a person. */
import { AUTO_REPLY_BODY, AUTO_REPLY_PREFIX, AUTO_REPLY_WORDS } from "./auto-reply-signs.ts";
import { looksLikeBounce } from "./bounce.ts";
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

/** The header that every mail of ours carries. */
export const OWN_HEADER = "x-deskhand";

/**
 * Says what kind of mail this is, by RFC 3834 (Auto-Submitted), RFC 3464 and 5965 (reports), RFC 2919 and 2369
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
  return headers[name] ?? [];
}

function firstOf(headers: MailHeaders, name: string): string {
  return (headers[name]?.[0] ?? "").trim();
}

function judgeReport(mail: ClassifiableMail): MailVerdict | null {
  if (mail.bounce !== null)
    return { kind: "bounce", reason: "It reports that a message could not be delivered." };
  const contentType = firstOf(mail.headers, "content-type").toLowerCase();
  const isReport = contentType.startsWith("multipart/report");
  const type = /report-type\s*=\s*"?([\w.-]+)/.exec(contentType)?.[1] ?? "";
  const has = (partType: string) =>
    isReport && mail.attachments.some((one) => one.contentType.toLowerCase().startsWith(partType));
  if (type === "feedback-report" || has("message/feedback-report"))
    return { kind: "report", reason: "It is an abuse report (ARF)." };
  if (type.startsWith("disposition-notification") || has("message/disposition-notification"))
    return { kind: "report", reason: "It is a read receipt (MDN)." };
  if (type === "delivery-status" || has("message/delivery-status") || has("message/global-delivery-status"))
    return { kind: "bounce", reason: "It is a delivery status notification (RFC 3464)." };
  if (isReport) return { kind: "report", reason: "It is a machine's report (multipart/report)." };
  if (
    firstOf(mail.headers, "tls-report-domain") !== "" ||
    /^report domain: \S+ submitter: /i.test(mail.subject)
  )
    return { kind: "report", reason: "It is a DMARC or TLS report." };
  if (looksLikeBounce(mail)) return { kind: "bounce", reason: "A mail system returned a message." };
  return null;
}

function judgeOwn(mail: ClassifiableMail, own: OwnIdentity): MailVerdict | null {
  if (valuesOf(mail.headers, OWN_HEADER).length > 0)
    return { kind: "own", reason: "It carries our own header: we sent it." };
  if (mail.from === null || !own.addresses.includes(mail.from.address)) return null;
  const replyTo = firstOf(mail.headers, "reply-to").toLowerCase();
  const answersElsewhere =
    replyTo.includes("@") && !own.addresses.some((address) => replyTo.includes(address));
  return answersElsewhere
    ? null
    : { kind: "own", reason: `It comes from our own address ${mail.from.address}.` };
}

const AUTO_HEADERS = [
  "x-autoreply",
  "x-autorespond",
  "x-autoresponder",
  "x-autoreply-from",
  "x-auto-reply-from",
  "x-mail-autoreply",
  "x-autoreply-domain",
  "x-fc-machinegenerated",
  "x-post-messageclass",
];

function judgeAutoReply(mail: ClassifiableMail): MailVerdict | null {
  const { headers } = mail;
  const submitted =
    firstOf(headers, "auto-submitted")
      .toLowerCase()
      .split(/[;\s(]/)[0] ?? "";
  if (submitted !== "" && submitted !== "no")
    return { kind: "auto-reply", reason: `Its header says Auto-Submitted: ${submitted.slice(0, 40)}.` };
  const header = AUTO_HEADERS.find(
    (name) => !["", "no", "false", "0"].includes(firstOf(headers, name).toLowerCase()),
  );
  if (header !== undefined)
    return { kind: "auto-reply", reason: `Its header ${header} says that a machine wrote it.` };
  const precedence = firstOf(headers, "precedence").toLowerCase();
  if (/^auto[_-]?reply/.test(precedence) || /^auto_reply/i.test(firstOf(headers, "preference")))
    return { kind: "auto-reply", reason: `Its header says Precedence: ${precedence.slice(0, 40)}.` };
  if (submitted === "no") return null;
  const subject = mail.subject.slice(0, 500).trim();
  const hasPrefix = AUTO_REPLY_PREFIX.test(subject);
  const hasWords = hasPrefix || AUTO_REPLY_WORDS.test(subject);
  const signs = [
    firstOf(headers, "x-auto-response-suppress") !== "",
    isNullSender(headers),
    /^(?:bulk|junk)/.test(precedence),
    AUTO_REPLY_BODY.test(mail.text.slice(0, 2000)),
    hasPrefix && firstOf(headers, "in-reply-to") !== "",
  ].filter(Boolean).length;
  if ((hasPrefix && signs >= 1) || (hasWords && signs >= 2))
    return { kind: "auto-reply", reason: "Its subject and form are those of an out-of-office reply." };
  return null;
}

function isNullSender(headers: MailHeaders): boolean {
  return valuesOf(headers, "return-path").some((value) => /^<?\s*>?$/.test(value.trim()));
}

function judgeList(mail: ClassifiableMail, own: OwnIdentity): MailVerdict | null {
  const { headers } = mail;
  const listId = firstOf(headers, "list-id");
  const precedence = firstOf(headers, "precedence").toLowerCase();
  const isList =
    listId !== "" ||
    firstOf(headers, "list-unsubscribe") !== "" ||
    firstOf(headers, "list-post") !== "" ||
    /^(?:list|bulk|junk)/.test(precedence);
  if (!isList) return null;
  if (isOwnGroup(headers, own)) return null;
  if (answersUs(headers, own)) return null;
  return {
    kind: "list",
    reason: listId !== "" ? "It came through a mailing list." : "It is a newsletter or bulk mail.",
  };
}

/** A group address of ours (support@ as a Google Group) forwards people's mail to the mailbox. */
function isOwnGroup(headers: MailHeaders, own: OwnIdentity): boolean {
  const named = [
    ...valuesOf(headers, "list-post"),
    ...valuesOf(headers, "mailing-list"),
    ...valuesOf(headers, "list-id"),
  ]
    .join(" ")
    .toLowerCase();
  return own.addresses.some(
    (address) => named.includes(address) || named.includes(`<${address.replace("@", ".")}>`),
  );
}

function answersUs(headers: MailHeaders, own: OwnIdentity): boolean {
  if (own.messageIdDomain === "") return false;
  const answered = [...valuesOf(headers, "in-reply-to"), ...valuesOf(headers, "references")]
    .join(" ")
    .toLowerCase();
  return answered.includes(`@${own.messageIdDomain.toLowerCase()}>`);
}

/** Local parts that nobody reads. */
const NO_REPLY =
  /^(?:no-?_?\.?reply|do-?_?\.?not-?_?\.?reply|donotreply|noreply|nobody|bounces?|mailer-?daemon|postmaster|auto-?reply)(?:$|[+._=-])|[._-]no-?reply$/i;

/**
 * May we answer this mail by ourselves? Only a person's, and never a null sender, a mail system, an address that
 * nobody reads, or somebody who asked for no automatic answers (X-Auto-Response-Suppress).
 */
export function mayAnswerAutomatically(
  kind: MailKind,
  headers: MailHeaders,
  from: EmailAddress | null,
): boolean {
  if (kind !== "person" || from === null || isNullSender(headers)) return false;
  const local = from.address.slice(0, from.address.lastIndexOf("@"));
  if (local === "" || NO_REPLY.test(local)) return false;
  if (firstOf(headers, "list-id") !== "" || /^(?:list|bulk|junk)/i.test(firstOf(headers, "precedence")))
    return false;
  const suppressed = firstOf(headers, "x-auto-response-suppress")
    .toLowerCase()
    .split(/[\s,;]+/);
  return !suppressed.some((one) => one === "all" || one === "autoreply");
}
