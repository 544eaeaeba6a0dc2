/** Is a file that lies in a folder a mail at all, or a README, a list of labels, a script beside the mails? */

/** So much of a file is looked at. */
export const LOOKED_AT_BYTES = 64 * 1024;

/** Fields of mails, with what may stand before them in damaged ones: white space, a quote's sign, a byte order mark. */
const FIELD =
  /(?:^|[\r\n])[\s>\uFEFF]*(?:from|to|cc|bcc|subject|date|received|sender|return-path|reply-to|message-id|mime-version|content-[a-z-]+|delivered-to|envelope-to|apparently-to|in-reply-to|references|resent-[a-z-]+|list-[a-z-]+|auto-submitted|authentication-results|received-spf|arc-[a-z-]+|dkim-signature|domainkey-signature|errors-to|precedence|importance|priority|sensitivity|organization|user-agent|newsgroups|thread-[a-z]+|disposition-notification-to|x-[a-z0-9_-]+)[ \t]*:/i;
/** The line before a mail in an mbox. */
const FROM_LINE = /^[\s>\uFEFF]*From \S/;

/** What is named as a mail is one, however broken; MH folders number theirs. */
const NAMED_SO = /\.(?:emlx?|email|mbo?x|msg|mail|mime|rfc822)$|(?:^|\/)\d+\.?$/i;

/** `head`: the first bytes, LOOKED_AT_BYTES at most. True in doubt: one line that could be of a mail's header will do. */
export function looksLikeMail(path: string, head: Uint8Array): boolean {
  if (NAMED_SO.test(path)) return true;
  // UTF-16 has every second byte zero.
  const text = new TextDecoder("latin1")
    .decode(head)
    .replaceAll("\u0000", "")
    .replace(/^[ÿþ]{2}|^ï»¿/, "");
  return FROM_LINE.test(text) || FIELD.test(text);
}
