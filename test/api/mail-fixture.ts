/** A mail as the email channel hands it to intake. */
import type { InboundEmail } from "../../src/core/inbound.ts";

let count = 0;

export function inboundMail(from: string, more: Partial<InboundEmail> = {}): InboundEmail {
  count++;
  return {
    channel: "email",
    account: "support@desk.test/INBOX",
    externalId: `1:${count}`,
    receivedAt: new Date(),
    date: new Date(),
    messageId: `<${count}@mail.example.com>`,
    inReplyTo: null,
    references: [],
    from: { address: from, name: "Ada Lovelace" },
    replyTo: [],
    to: [{ address: "support@desk.test", name: "" }],
    cc: [],
    subject: `Printer ${count}`,
    text: "It prints nothing.\n\n> quoted words",
    textTrimmed: "It prints nothing.",
    html: null,
    attachments: [],
    headers: {},
    authentication: { server: "mx.desk.test", spf: "pass", dkim: "pass", dmarc: "pass" },
    bounce: null,
    forwardedFrom: null,
    fingerprint: `fingerprint ${count}`,
    raw: new TextEncoder().encode(`Subject: Printer ${count}\r\n\r\nIt prints nothing.\r\n`),
    ...more,
  };
}
