/** Who wrote a mail: a person, or a machine that must not be answered. When unsure, a person. */

import { judgeAutoReply } from "./loop-guard-auto-replies.ts";
import { firstOf, valuesOf } from "./loop-guard-headers.ts";
import { judgeList } from "./loop-guard-lists.ts";
import { judgeReport } from "./loop-guard-reports.ts";
import type { ClassifiableMail, MailVerdict, OwnIdentity } from "./loop-guard-types.ts";

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
