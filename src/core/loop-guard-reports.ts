/** Bounces, and the reports that machines write about mail: receipts, complaints, DMARC and TLS reports. */
import { looksLikeBounce } from "./bounce-text.ts";
import { NO_REPLY } from "./loop-guard-answering.ts";
import {
  autoSubmitted,
  firstOf,
  hasHeader,
  isAnswerOrForward,
  isNullSender,
  valuesOf,
} from "./loop-guard-headers.ts";
import type { ClassifiableMail, MailVerdict } from "./loop-guard-types.ts";

const report = (reason: string): MailVerdict => ({ kind: "report", reason });
const bounce = (reason: string): MailVerdict => ({ kind: "bounce", reason });

/** RFC 3464 (delivery status), RFC 5965 (feedback), RFC 8098 (receipts), RFC 7489 and 8460 (DMARC, TLS), and their kin. */
export function judgeReport(mail: ClassifiableMail): MailVerdict | null {
  const type = firstOf(mail.headers, "content-type").toLowerCase();
  if (type.startsWith("multipart/report"))
    return judgeReportType(mail, /report-type\s*=\s*"?([\w.-]+)/.exec(type)?.[1] ?? "");
  if (/smime-type\s*=\s*"?signed-receipt/.test(type)) return report("It is a signed receipt (S/MIME).");
  if (isFeedback(mail)) return report("It is a complaint, DMARC or TLS report.");
  if (confirmsDelivery(mail)) return report("It confirms that a message was delivered.");
  if (isReceipt(mail)) return report("It is a read receipt.");
  if (refusesPosting(mail)) return bounce("A mailing list refused a message.");
  // A person may attach a bounce: its parts alone do not make the mail one.
  if (looksLikeBounce(mail) || (mail.bounce !== null && isMachine(mail)))
    return bounce("A mail system returned a message.");
  return null;
}

function partOf(mail: ClassifiableMail, contentType: string) {
  return mail.attachments.find((one) => one.contentType.toLowerCase().startsWith(contentType));
}

function judgeReportType(mail: ClassifiableMail, type: string): MailVerdict {
  if (type === "feedback-report" || partOf(mail, "message/feedback-report") !== undefined)
    return report("It is an abuse report (ARF).");
  const receipt = partOf(mail, "message/disposition-notification");
  if (type === "disposition-notification" || receipt !== undefined)
    return isRefusal(mail)
      ? bounce("The recipient's mail filter refused a message.")
      : report("It is a read receipt (MDN).");
  const status = partOf(mail, "message/delivery-status") ?? partOf(mail, "message/global-delivery-status");
  if (mail.bounce === null && status !== undefined && saysDelivered(status.content))
    return report("It confirms that a message was delivered.");
  if (mail.bounce !== null || status !== undefined || type === "delivery-status" || looksLikeBounce(mail))
    return bounce("It reports that a message could not be delivered (RFC 3464).");
  return report("It is a machine's report (multipart/report).");
}

function saysDelivered(status: Uint8Array): boolean {
  const fields = new TextDecoder().decode(status.subarray(0, 50_000));
  return /^action:\s*(?:deliver|relay|expand)/im.test(fields) && !/^action:\s*(?:fail|delay)/im.test(fields);
}

const LIST_SERVER =
  /^(?:(?:.+-)?(?:admin|owner|bounces?|request|help|errors)|listserv|majordomo|mailman|sympa|owner-.+)@/i;
const REFUSED_POSTING =
  /\b(?:you are|is) not (?:a )?(?:member|subscriber|subscribed)\b|not (?:allowed|authori[sz]ed|permitted) to (?:post|send)|(?:posting|message|mail|post) .{0,80}(?:was|has been|is) (?:rejected|denied|refused|discarded|not distributed)|^duplicated message-id in/im;

/** A list server sends a message back to who may not post, or posted it twice. */
function refusesPosting(mail: ClassifiableMail): boolean {
  if (!LIST_SERVER.test(mail.from?.address ?? "") || isAnswerOrForward(mail.subject)) return false;
  const names = [
    "x-mlserver",
    "list-subscribe",
    "list-help",
    "list-id",
    "x-list-administrivia",
    "mailing-list",
  ];
  return (
    names.some((name) => hasHeader(mail.headers, name)) && REFUSED_POSTING.test(mail.text.slice(0, 1_500))
  );
}

/** RFC 3028's `reject` answers with a receipt that says so; RFC 3834 has the comment in Auto-Submitted. */
function isRefusal(mail: ClassifiableMail): boolean {
  return (
    /^auto-replied\s*\(rejected/i.test(firstOf(mail.headers, "auto-submitted")) ||
    /^(?:automatically )?rejected (?:mail|message)/i.test(mail.subject)
  );
}

const CONFIRMATION_SUBJECT =
  /^(?:successful (?:mail )?delivery(?: report)?|delivery status notification ?\((?:relay|success|delivered|expanded)|(?:mail )?delivery (?:confirmation|receipt)|(?:delivered|relayed|expanded|zugestellt|weitergeleitet|distribué|relayé|entregado|retransmitido|entregue|recapitato|inoltrato|afgeleverd|bezorgd|levererat|leveret|levert|toimitettu|dostarczono|doručeno|kézbesítve|доставлено|teslim edildi|配信済み|已送达|已傳遞) ?[:：])/iu;

/** RFC 3461's success notifications of servers that write no multipart/report. */
function confirmsDelivery(mail: ClassifiableMail): boolean {
  if (!CONFIRMATION_SUBJECT.test(mail.subject.slice(0, 300).trim())) return false;
  return (
    isMachine(mail) ||
    /^(?:postmaster|mailer-daemon|mail-?daemon|microsoftexchange)/i.test(mail.from?.address ?? "")
  );
}

const FEEDBACK_SUBJECT =
  /^(?:complaint about message from \d|e-?mail feedback report for|\W{0,9}report domain:? ?\S+[;,]? submitter:|dmarc (?:aggregate|failure|forensic|report)|\[?dmarc report\]?|tls-?rpt|smtp tls report|\[spamcop ?\()/i;
/** RFC 7489, 7.2.1.1, and RFC 8460, 5.1: `receiver!policy-domain!begin!end.xml.gz`. */
const REPORT_FILE = /^[^!]{1,255}![^!]{1,255}!\d+!\d+(?:![^.]*)?\.(?:xml|zip|gz|json)/i;
const COMPLAINT_HEADERS = [
  "x-hmxmroriginalrecipient",
  "tls-report-domain",
  "tls-report-submitter",
  "x-xarf",
  "x-arf",
];

function isFeedback(mail: ClassifiableMail): boolean {
  const { headers, from } = mail;
  if (isAnswerOrForward(mail.subject)) return false;
  if (COMPLAINT_HEADERS.some((name) => hasHeader(headers, name))) return true;
  if (
    partOf(mail, "message/feedback-report") !== undefined ||
    partOf(mail, "application/tlsrpt") !== undefined
  )
    return true;
  if (/@reports\.spamcop\.net$/.test(from?.address ?? "")) return true;
  if (FEEDBACK_SUBJECT.test(mail.subject.slice(0, 500).trim()))
    return mail.attachments.length > 0 || isMachine(mail);
  if (from?.address === "no-reply@sns.amazonaws.com")
    return /notificationType\\?"\s*:\s*\\?"(?:Complaint|Delivery)/.test(mail.text.slice(0, 4000));
  return mail.attachments.some((one) => REPORT_FILE.test(one.filename)) && isReporter(mail);
}

/** People ask about the reports that they get, and attach them. */
function isReporter(mail: ClassifiableMail): boolean {
  const local = (mail.from?.address ?? "").replace(/@.*$/, "");
  return (
    isMachine(mail) ||
    NO_REPLY.test(local) ||
    /dmarc|report|postmaster|abuse/i.test(local) ||
    mail.text.trim().length < 40
  );
}

const RECEIPT_SUBJECT =
  /^(?:(?:not )?read|(?:not )?displayed|(?:read|return) receipt|disposition notification|(?:un)?gelesen|lesebestätigung|lu|non lu|confirmation de lecture|leído|no leído|(?:não )?lid[ao]|(?:non )?letto|ricevuta di (?:lettura|ritorno)|(?:niet )?gelezen|leesbevestiging|läst|oläst|(?:ikke )?læst|(?:ikke )?lest|luettu|przeczytan[eo]|přečteno|prečítané|olvasott|olvasatlan|citit|necitit|pročitano|prebrano|прочитано|не прочитано|прочтено|прочетено|διαβάστηκε|okundu|llegit|irakurria|lasīts|skaityta|loetud|lesið|dibaca|telah dibaca|đã đọc|อ่านแล้ว|נקרא|מקרוא|مقروءة|تمت القراءة|خوانده شد|पढ़ा गया|開封済み|未開封|开封|已读|未读|已讀|읽음|읽지 않음)(?: ?[:：(-]|$)/iu;
const RECEIPT_BODY =
  /\b(?:(?:was|has been) (?:read|deleted without being read|displayed|opened) |is no guarantee that the message has been read|message was read on|return receipt for the mail|wurde .{0,80}(?:gelesen|gelöscht|geöffnet|angezeigt)|a été (?:lu|supprimé|affiché|ouvert)|(?:fue|ha sido) (?:leído|eliminado|mostrado)|foi (?:lid[ao]|excluíd|exibid)|è stato (?:letto|eliminato|visualizzato)|is (?:gelezen|ongelezen|geopend|weergegeven)|lästes|har lästs|blev (?:læst|vist)|ble (?:lest|vist)|on luettu|został[ao]? (?:przeczytan|wyświetlon)|byla? (?:přečten|zobrazen)|elolvast|a fost citit|okundu)|returned by the recipient's computer|開封されました|已被?(?:阅读|閱讀|读取)|прочитано|было прочитано|읽었습니다/iu;

/** Read receipts of mail programs that do not write multipart/report. */
function isReceipt(mail: ClassifiableMail): boolean {
  if (!RECEIPT_SUBJECT.test(mail.subject.slice(0, 200).trim())) return false;
  return (
    RECEIPT_BODY.test(mail.text.slice(0, 1000)) || (isNullSender(mail.headers) && mail.text.trim() === "")
  );
}

/** A null reverse-path, or Auto-Submitted that says so. */
export function isMachine({ headers }: Pick<ClassifiableMail, "headers">): boolean {
  return (
    isNullSender(headers) ||
    !["", "no"].includes(autoSubmitted(headers)) ||
    valuesOf(headers, "x-failed-recipients").length > 0
  );
}
