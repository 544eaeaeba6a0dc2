/** May a machine of ours answer this mail? In doubt a person gets a ticket, and no automatic answer. */
import { AUTO_HEADERS, AUTO_REPLY_PREFIX } from "./auto-reply-signs.ts";
import { BOUNCE_SUBJECT } from "./bounce-signs.ts";
import type { EmailAddress, MailHeaders } from "./inbound.ts";
import { autoSubmitted, firstOf, hasHeader, isNullSender } from "./loop-guard-headers.ts";
import { hasBulkProgram, hasListHeader, isOwnGroup } from "./loop-guard-lists.ts";
import type { ClassifiableMail, MailKind, OwnIdentity } from "./loop-guard-types.ts";

/** Local parts that nobody reads. */
export const NO_REPLY =
  /(?:^|[._+-])(?:no-?_?\.?reply|not?-?_?reply|do-?_?\.?no?t-?_?\.?reply|nepasrepondre|ne-pas-repondre|noresponder|no-responder|no-?responda|nao-?responda|nao-?responder|nicht-?antworten|keine-?antwort|non-?rispondere|niet-?beantwoorden|nie-?odpowiadaj|nowreply|auto(?:mated|matic)?-?_?(?:notifications?|messages?|mails?)|svara-?ej|ei-?vastausta|ikke-?svar)(?:$|[._+=-])|^(?:nobody|null|devnull|bounces?|mailer-?daemon|mail-?daemon|post_?master|auto-?(?:reply|responder|mailer)|listserv|majordomo|mdaemon|sympa|ezmlm|nondeliver\w*)(?:$|[._+=-])|-(?:bounces?|request|owner|return)$|^owner-/i;

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
  if (kind !== "person" || from === null || isNullSender(headers)) return false;
  if (!["", "no"].includes(autoSubmitted(headers))) return false;
  const at = from.address.lastIndexOf("@");
  if (at < 1 || NO_REPLY.test(from.address.slice(0, at))) return false;
  if (/^(?:bulk|junk)/i.test(firstOf(headers, "precedence"))) return false;
  const suppressed = firstOf(headers, "x-auto-response-suppress")
    .toLowerCase()
    .split(/[\s,;]+/);
  return !suppressed.some((one) => one === "all" || one === "autoreply");
}

/** Programs that answer by themselves: a helpdesk on the other side would acknowledge our acknowledgement. */
const HELPDESK_HEADERS = [
  /^x-(?:zendesk|freshdesk|freshservice|otrs|znuny|zammad|kayako|helpscout|intercom|jira|rt-(?:ticket|originator|queue)|osticket|desk-|servicenow|hesk|glpi|frontapp|gorgias|deskpro|ticket|redmine|bugzilla|github|gitlab|launchpad|mantis|trac|phabricator|discourse|youtrack|spiceworks|ebay-|amazon-mail-relay)/,
  /^(?:rt-ticket|managed-by|zammad-|x-deskhand$|x-loop$)/,
];

/**
 * Why no machine should answer a person's mail, or null where one may. Doubt is enough: a withheld confirmation costs
 * a person little, a loop costs two machines all day.
 */
export function whyNoAutomaticAnswer(
  mail: ClassifiableMail,
  sender: EmailAddress | null,
  own: OwnIdentity,
): string | null {
  const { headers } = mail;
  if (!mayAnswerAutomatically("person", headers, sender))
    return "The sender's address or headers say that no machine should answer.";
  if ((hasListHeader(headers) || hasBulkProgram(headers)) && !isOwnGroup(headers, own))
    return "It came through a list or a mass mailer: no machine should answer.";
  if (Object.keys(headers).some((name) => HELPDESK_HEADERS.some((pattern) => pattern.test(name))))
    return "A helpdesk or tracker sent it, which may answer by itself.";
  if (AUTO_HEADERS.some((name) => hasHeader(headers, name)))
    return "Its headers are those of a program that answers by itself.";
  const subject = mail.subject.slice(0, 500).trim();
  return AUTO_REPLY_PREFIX.test(subject) || BOUNCE_SUBJECT.test(subject)
    ? "Its subject is that of an automatic mail, though the rest is not."
    : null;
}
