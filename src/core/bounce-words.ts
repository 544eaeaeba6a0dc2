/** Where the words of a bounce end and the returned message begins, and whom the words name. */
import { ADDRESS } from "./bounce-fields.ts";

/** The first header line of a returned message, or the rule above it. */
const RETURNED =
  /^[ \t>|]*(?:Return-Path|Received|Message-ID|MIME-Version|X-Mailer|DKIM-Signature)[ \t]*:|^[-=_* ]{2,}[^\n]{0,60}(?:original|returned|copy of|message header|unsent|bounced|below this line|forwarded)[^\n]{0,80}$|^(?:message headers?|original message|bounced e-?mail|the (?:original|returned) message|return message header) ?:?[ \t]*$/im;

/** Where the returned message begins in a bounce's text, or the text's length where it is not returned in it. */
export function findReturnedStart(text: string): number {
  const at = text.search(RETURNED);
  // A bounce that begins with what it returns says everything after it.
  return at < 40 ? text.length : at;
}

const INTRODUCED =
  /(?:recipient|rcpt to|address(?:es|\(es\))?|delivered to|user|mailbox|to:|an:|empf[äa]nger|destinatai?r\p{L}+|adressat|получател\p{L}+|宛先|收件人|收信人)[^@]{0,300}/iu;

/** The address behind the words that introduce it, else the first in the text that is no mail system's. */
export function findFailedRecipient(text: string): string | null {
  const introduced = INTRODUCED.exec(text);
  const near =
    introduced === null ? null : findRecipient(text.slice(introduced.index, introduced.index + 800));
  return (
    near ??
    findRecipient(text.slice(0, 5000)) ??
    /emailAddress\\?"\s*:\s*\\?"([^"\\\s]{3,254})/.exec(text)?.[1]?.toLowerCase() ??
    null
  );
}

const SYSTEMS =
  /^(?:post[-_]?master|mailer-?daemon|mail-?daemon|abuse|support|help-?desk|hostmaster|webmaster|admin)@/i;

function findRecipient(text: string): string | null {
  for (const [address] of text.matchAll(new RegExp(ADDRESS.source, "gu")))
    if (!SYSTEMS.test(address)) return address.toLowerCase();
  return null;
}
