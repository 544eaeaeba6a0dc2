/** Mail of lists: discussions, newsletters, and what the list servers write themselves. */
import type { MailHeaders } from "./inbound.ts";
import { firstOf, hasHeader, isAnswerOrForward, valuesOf } from "./loop-guard-headers.ts";
import type { ClassifiableMail, MailVerdict, OwnIdentity } from "./loop-guard-types.ts";

/** RFC 2919, RFC 2369 and RFC 8058, and what list managers wrote before them or write beside them. */
const LIST_HEADERS = [
  "list-id",
  "list-post",
  "list-unsubscribe",
  "list-unsubscribe-post",
  "list-subscribe",
  "list-archive",
  "list-owner",
  "list-help",
  "mailing-list",
  "x-mailing-list",
  "x-mailinglist",
  "x-mlserver",
  "x-ml-name",
  "x-ml-count",
  "x-listname",
  "x-list-id",
  "x-list-administrivia",
  "x-beenthere",
  "x-mailman-version",
  "x-listprocessor-version",
  "x-egroups-return",
  "x-unsubscribe-web",
  "x-list-unsubscribe",
  "x-campaign",
  "x-campaignid",
  "x-campaign-id",
  "x-mc-user",
  "x-listmember",
  "x-newsletter",
];

const BULK_PROGRAM =
  /\b(?:phplist|lyris|listmanager|mailchimp|sendy|mailman|majordomo|ezmlm|sympa|listserv|acymailing|mailpoet|cleverreach|newsletter|mass ?mail|bulk ?mail|group ?mail)/i;

export function hasListHeader(headers: MailHeaders): boolean {
  return LIST_HEADERS.some((name) => hasHeader(headers, name));
}

export function hasBulkProgram(headers: MailHeaders): boolean {
  return BULK_PROGRAM.test(`${firstOf(headers, "x-mailer")} ${firstOf(headers, "x-listserver")}`);
}

export function judgeList(mail: ClassifiableMail, own: OwnIdentity): MailVerdict | null {
  const { headers } = mail;
  const list = (reason: string): MailVerdict => ({ kind: "list", reason });
  const precedence = firstOf(headers, "precedence").toLowerCase();
  const isListed = hasListHeader(headers) || /^list/.test(precedence);
  const isBulk = /^(?:bulk|junk)/.test(precedence);
  if (!isListed && !isDistributed(mail) && !(isBulk && looksLikeBulk(mail))) return null;
  if (
    isOwnGroup(headers, own) ||
    isAnswerThroughMailer(mail) ||
    answersUs(headers, own) ||
    isAlsoToUs(mail, own)
  )
    return null;
  if (/^yes/i.test(firstOf(headers, "x-list-administrivia"))) return list("A list server wrote it.");
  const isDiscussion = hasHeader(headers, "list-post") || /^list/.test(precedence) || !isListed;
  return list(isDiscussion ? "It came through a mailing list." : "It is a newsletter or bulk mail.");
}

const LIST_SENDER =
  /^(?:owner-(.+)|(.+?)-(?:owner|bounces?|admin|errors|request|outgoing|relay)(?:[+=].*)?|(.+?)-return-\d.*|sentto-.*)$/i;

/** What a list manager puts on every mail, by name: `Sender: owner-users@`, `Return-Path: <users-bounces@…>`. */
function isDistributed(mail: ClassifiableMail): boolean {
  const { headers } = mail;
  if (valuesOf(headers, "delivered-to").some((value) => /^mailing list /i.test(value))) return true;
  const addressed = new Set([...mail.to, ...(mail.cc ?? [])].map(({ address }) => localPart(address)));
  return ["sender", "return-path", "errors-to", "x-sender"]
    .flatMap((name) => valuesOf(headers, name))
    .some((value) => {
      const match = LIST_SENDER.exec(localPart(value));
      if (match === null) return false;
      const name = match[1] ?? match[2] ?? match[3];
      return name === undefined || addressed.has(name.toLowerCase());
    });
}

function localPart(value: string): string {
  const address = /([^\s<>",;:()]{1,200})@/.exec(value.slice(0, 1_000))?.[1] ?? "";
  return address.toLowerCase();
}

const UNSUBSCRIBE =
  /\bunsubscri|\bopt[ -]?out\b|to be removed from|remove(?:d)? from (?:this|our|the) (?:mailing )?list|newsletter|mailing list|\bdigest\b|abbestellen|abmelden|désabonner|désinscri|darse de baja|cancelar (?:la |sua )?(?:suscripción|inscrição)|disiscri|cancellazione|afmelden|uitschrijven|avregistrera|avprenumerera|afmeld|meld deg av|wypisa[ćc]|zrezygnowa|odhlásit|leiratkoz|dezabon|отписаться|отказаться от|abonelikten|配信停止|メルマガ|メールマガジン|退订|取消订阅|退訂|수신 ?거부/iu;

/** `Precedence: bulk` alone proves nothing, since odd mail programs set it; with one more sign it does. */
function looksLikeBulk(mail: ClassifiableMail): boolean {
  const { headers, subject, text } = mail;
  const senders = ["sender", "return-path", "errors-to"]
    .flatMap((name) => valuesOf(headers, name))
    .map(localPart);
  return (
    senders.some(
      (local) =>
        LIST_SENDER.test(local) || /^(?:bounce|news|list|mailing|majordomo|nobody|apache|www)/.test(local),
    ) ||
    hasBulkProgram(headers) ||
    hasHeader(headers, "x-loop") ||
    Object.keys(headers).some((name) =>
      /^x-(?:jira|bugzilla|github|gitlab|launchpad|redmine|mantis|trac|mailer-list|lists?)/.test(name),
    ) ||
    /^\s*(?:re ?: ?)?\[[\w .:-]{2,40}\]/i.test(subject) ||
    UNSUBSCRIBE.test(`${text.slice(0, 2_000)}\n${text.slice(-3_000)}`)
  );
}

/**
 * A group address of ours (support@ as a Google Group) hands people's mail to the mailbox: the list is one of our
 * addresses, or a Google Group of our domain.
 */
export function isOwnGroup(headers: MailHeaders, own: OwnIdentity): boolean {
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

/** Sales tools put List-Unsubscribe on what a person writes by hand; newsletters answer nothing. */
function isAnswerThroughMailer({ headers, subject }: ClassifiableMail): boolean {
  const marks = LIST_HEADERS.filter((name) => hasHeader(headers, name));
  return (
    marks.length > 0 &&
    marks.every((name) => name.startsWith("list-unsubscribe")) &&
    firstOf(headers, "precedence") === "" &&
    hasHeader(headers, "in-reply-to") &&
    isAnswerOrForward(subject)
  );
}

/**
 * A person wrote to a list and to us in one mail, and the list's copy is the one that arrived: our address stands
 * beside the list's own.
 */
function isAlsoToUs(mail: ClassifiableMail, own: OwnIdentity): boolean {
  const posts = valuesOf(mail.headers, "list-post").join(" ").toLowerCase();
  const addressed = [...mail.to, ...(mail.cc ?? [])].map(({ address }) => address);
  return (
    addressed.some((address) => own.addresses.includes(address)) &&
    addressed.some((address) => address.includes("@") && posts.includes(`mailto:${address}`))
  );
}
