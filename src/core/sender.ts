/** Who wrote a mail, also where its From header is missing or broken. */
import type { EmailAddress, InboundEmail } from "./inbound.ts";
import { valuesOf } from "./loop-guard-headers.ts";

/**
 * Stands for whoever wrote a mail that names nobody: the ticket shows it, and nothing is ever sent to it. RFC 6761, 6.4
 * keeps `.invalid` for names that lead nowhere.
 */
export const UNKNOWN_SENDER: EmailAddress = { address: "unknown@sender.invalid", name: "Unknown sender" };

/** RFC 5322's Sender, then what servers and programs note of the envelope's sender, the surest first. */
const FALLBACKS = [
  "sender",
  "return-path",
  "x-envelope-from",
  "envelope-from",
  "x-original-from",
  "x-sender",
];

const ADDRESS = /[^\s<>()[\]{}"',;:@\\]{1,128}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?/u;

/**
 * The person to answer: From, else Reply-To, else Sender, else the envelope's sender; null where nothing names an
 * address. What is found beside From is a claim like any other: whether it may join a ticket is decided elsewhere.
 */
export function findSender(mail: Pick<InboundEmail, "from" | "replyTo" | "headers">): EmailAddress | null {
  if (mail.from !== null && mail.from.address !== "") return mail.from;
  const replyTo = mail.replyTo.find(({ address }) => address !== "");
  if (replyTo !== undefined) return replyTo;
  for (const name of FALLBACKS)
    for (const value of valuesOf(mail.headers, name)) {
      const address = ADDRESS.exec(value.slice(0, 2_000))?.[0].toLowerCase();
      if (address !== undefined) return { address, name: mail.from?.name ?? "" };
    }
  return null;
}

/** False where there is nothing to read: no subject, no words and no files. */
export function hasContent(mail: Pick<InboundEmail, "subject" | "text" | "attachments">): boolean {
  return mail.subject.trim() !== "" || mail.text.trim() !== "" || mail.attachments.length > 0;
}
