/** What intake would do with a mail, and why: for `deskhand explain`, without a database. */
import type {
  AuthenticationResults,
  BounceReport,
  EmailAddress,
  InboundEmail,
  InboundUnreadable,
  IntakeOutcome,
} from "../../../core/inbound.ts";
import { classifyMail } from "../../../core/loop-guard.ts";
import { whyNoAutomaticAnswer } from "../../../core/loop-guard-answering.ts";
import type { OwnIdentity } from "../../../core/loop-guard-types.ts";
import { findSender, hasContent } from "../../../core/sender.ts";
import { decideThread } from "../../../core/threading.ts";
import type { ParseMail } from "../imap/reader.ts";
import { readAddresses } from "../parse/addresses.ts";
import {
  decodeUnstructured,
  firstValue,
  readHeaderFields,
  readMessageId,
  readMessageIds,
} from "../parse/headers.ts";
import { normaliseSource } from "../parse/normalise-source.ts";
import { parseMail, unreadable } from "../parse/parse-mail.ts";

export interface ExplainLine {
  file: string;
  outcome: Exclude<IntakeOutcome, "duplicate">;
  /** One or more sentences for people. */
  reason: string;
  messageId: string | null;
  from: EmailAddress | null;
  to: EmailAddress[];
  cc: EmailAddress[];
  subject: string;
  text: string;
  textTrimmed: string;
  /** `size` in bytes. */
  attachments: { filename: string; contentType: string; size: number }[];
  inReplyTo: string | null;
  references: string[];
  autoSubmitted: string | null;
  authentication: AuthenticationResults | null;
  forwardedFrom?: EmailAddress;
  bounce?: BounceReport;
}

export interface ExplainIdentity {
  /** Our own addresses, lower case. */
  addresses: string[];
}

/** What a mail's header block says, also where the rest cannot be read. */
type HeaderLines = Pick<
  ExplainLine,
  "messageId" | "from" | "to" | "cc" | "subject" | "inReplyTo" | "references"
>;

/**
 * Decides as intake does for a first contact: no ticket is known, so a person's mail opens one, unless it answers a
 * Message-ID of our own shape. Never rejects while `parse` does not; a pool's `parse` keeps a poisonous mail apart.
 */
export async function explainMail(
  file: string,
  raw: Uint8Array,
  own: ExplainIdentity,
  parse: ParseMail = parseMail,
): Promise<ExplainLine> {
  const origin = { account: "explain", externalId: "explain", receivedAt: new Date() };
  const mail = await parse(raw, origin);
  return mail.channel === "email" ? describe(file, mail, own) : describeUnreadable(file, mail);
}

function describe(file: string, mail: InboundEmail, own: ExplainIdentity): ExplainLine {
  const { messageId, from, to, cc, subject, text, textTrimmed, inReplyTo, references } = mail;
  const verdict = decide(mail, own);
  return {
    file,
    ...verdict,
    messageId,
    from,
    to,
    cc,
    subject,
    text,
    textTrimmed,
    attachments: mail.attachments.map(({ filename, contentType, content }) => ({
      filename,
      contentType,
      size: content.length,
    })),
    inReplyTo,
    references,
    autoSubmitted: mail.headers["auto-submitted"]?.[0] ?? null,
    authentication: mail.authentication,
    ...(mail.forwardedFrom === null ? {} : { forwardedFrom: mail.forwardedFrom }),
    ...(mail.bounce === null || verdict.outcome !== "bounce" ? {} : { bounce: mail.bounce }),
  };
}

function decide(mail: InboundEmail, own: ExplainIdentity): Pick<ExplainLine, "outcome" | "reason"> {
  const messageIdDomain = domainsOf(own)[0] ?? "";
  const identity = { addresses: own.addresses, messageIdDomain };
  const { kind, reason } = classifyMail(mail, identity);
  if (kind !== "person") return { outcome: kind, reason };
  const sender = findSender(mail);
  if (sender === null) {
    return hasContent(mail)
      ? { outcome: "ticket", reason: "It names no sender: a person has to find out who wrote it." }
      : { outcome: "parked", reason: "It names no sender and says nothing. A person should look at it." };
  }
  const ours = [...(mail.inReplyTo === null ? [] : [mail.inReplyTo]), ...mail.references].find((id) =>
    isOurs(id, own),
  );
  const notes = noteOddities(mail, sender, identity);
  if (ours !== undefined)
    return { outcome: "reply", reason: [`It answers ${ours}, a mail of ours.`, ...notes].join(" ") };
  const first = decideThread([], { address: sender.address, trusted: true });
  const why = first.kind === "new" ? first.reason : "It is a first contact.";
  return { outcome: "ticket", reason: [why, ...notes].join(" ") };
}

function noteOddities(mail: InboundEmail, sender: EmailAddress, own: OwnIdentity): string[] {
  const notes: string[] = [...(mail.remarks ?? [])];
  if ((mail.headers.from?.length ?? 0) > 1)
    notes.push("It has more than one From header: the first is shown, and none proves who wrote it.");
  const [agent] = readAddresses(mail.headers.sender?.[0] ?? null);
  if (agent !== undefined && mail.from !== null && agent.address !== mail.from.address)
    notes.push(`${agent.address} sent it in the name of ${mail.from.address}.`);
  if (mail.authentication?.dmarc === "fail")
    notes.push("It fails DMARC: the sender's address may be forged.");
  const withheld = whyNoAutomaticAnswer(mail, sender, own);
  if (withheld !== null) notes.push(`It gets no automatic answer. ${withheld}`);
  return notes;
}

/** The shape of the Message-IDs that our answers carry: `<uuid.ticket number@our domain>`. */
const OWN_MESSAGE_ID = /^<[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.\d{1,15}@([^@<>\s]+)>$/i;

function isOurs(messageId: string, own: ExplainIdentity): boolean {
  const domain = OWN_MESSAGE_ID.exec(messageId)?.[1]?.toLowerCase();
  if (domain === undefined) return false;
  const domains = domainsOf(own);
  return domains.length === 0 || domains.includes(domain);
}

function domainsOf(own: ExplainIdentity): string[] {
  return own.addresses.map((address) => address.slice(address.lastIndexOf("@") + 1)).filter(Boolean);
}

/** The line of a file that could not even be read. */
export function explainProblem(file: string, problem: string): ExplainLine {
  const raw = new Uint8Array();
  const origin = { account: "explain", externalId: "explain", receivedAt: new Date() };
  return describeUnreadable(file, unreadable(raw, origin, problem));
}

function describeUnreadable(file: string, mail: InboundUnreadable): ExplainLine {
  return {
    file,
    outcome: "parked",
    reason: mail.reason,
    ...readHeaderLines(mail.raw),
    text: "",
    textTrimmed: "",
    attachments: [],
    autoSubmitted: null,
    authentication: null,
  };
}

function readHeaderLines(raw: Uint8Array): HeaderLines {
  const fields = readHeaderFields(normaliseSource(raw));
  return {
    messageId: readMessageId(firstValue(fields, "message-id")),
    from: readAddresses(firstValue(fields, "from"))[0] ?? null,
    to: readAddresses(firstValue(fields, "to")),
    cc: readAddresses(firstValue(fields, "cc")),
    subject: decodeUnstructured(firstValue(fields, "subject")),
    inReplyTo: readMessageId(firstValue(fields, "in-reply-to")),
    references: readMessageIds(firstValue(fields, "references")),
  };
}
