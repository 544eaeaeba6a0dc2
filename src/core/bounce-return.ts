/** Did the message that a mail returns come from where the mail goes to? So only bounces are built, in any language. */
import { ADDRESS } from "./bounce-fields.ts";
import { findReturnedStart } from "./bounce-words.ts";
import type { MailHeaders } from "./inbound.ts";
import { valuesOf } from "./loop-guard-headers.ts";

const TEXT_LENGTH_MAX = 20_000;
const HEADERS_LENGTH_MAX = 8_000;
const PARTS_MAX = 5;

const RETURNED_TYPE = /^(?:message\/(?:rfc822|global)|text\/rfc822-headers)/i;
const SENDER_LINE =
  /^[ \t>|]*(?:from|sender|return-path|reply-to|errors-to)[ \t]*:([^\n]{1,500}(?:\n[ \t][^\n]{1,500})?)/gim;

interface ReturningMail {
  text: string;
  headers: MailHeaders;
  attachments?: readonly { contentType: string; content?: Uint8Array }[];
}

/** The address to which bounces are sent, and nobody writes: `bounces+17@`, `users-bounces@`, `owner-users@`. */
const BOUNCE_ADDRESS =
  /^(?:bounces?|return|verp)(?:[+=_.-].*)?$|^(?:bounces?|return)-|-bounces?(?:[+=].*)?$|^owner-./i;

/** True where a mail is addressed to where only bounces go. */
export function isToBounceAddress(headers: MailHeaders): boolean {
  return addressesIn(valuesOf(headers, "to").join(" ")).some((address) =>
    BOUNCE_ADDRESS.test(address.slice(0, address.lastIndexOf("@"))),
  );
}

/** True where the message that it returns, as a part or below its words, names a recipient of this mail as its sender. */
export function returnsToItsSender(mail: ReturningMail): boolean {
  const recipients = new Set(addressesIn(valuesOf(mail.headers, "to").join(" ")));
  if (recipients.size === 0) return false;
  return readReturnedHeaders(mail).some((headers) =>
    [...headers.matchAll(SENDER_LINE)].some((line) =>
      addressesIn(line[1] ?? "").some((address) => recipients.has(address)),
    ),
  );
}

function readReturnedHeaders({ text, attachments }: ReturningMail): string[] {
  const decoder = new TextDecoder("latin1");
  const parts = (attachments ?? [])
    .filter(({ contentType, content }) => content !== undefined && RETURNED_TYPE.test(contentType))
    .slice(0, PARTS_MAX)
    .map(({ content }) => readHead(decoder.decode(content?.subarray(0, HEADERS_LENGTH_MAX))));
  const start = text.slice(0, TEXT_LENGTH_MAX);
  return [...parts, start.slice(findReturnedStart(start), TEXT_LENGTH_MAX).slice(0, HEADERS_LENGTH_MAX)];
}

/** Up to the first blank line. */
function readHead(source: string): string {
  const headers = source.replace(/\r\n?/g, "\n").trimStart();
  const end = headers.indexOf("\n\n");
  return end < 0 ? headers : headers.slice(0, end);
}

function addressesIn(text: string): string[] {
  return [...text.slice(0, 2_000).matchAll(new RegExp(ADDRESS.source, "gu"))].map(([address]) =>
    address.toLowerCase(),
  );
}
