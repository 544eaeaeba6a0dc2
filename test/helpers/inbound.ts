/** Inbound messages as the channels would hand them over, with only what a test cares about spelled out. */
import { createHash, randomUUID } from "node:crypto";
import type { InboundEmail } from "../../src/core/inbound.ts";
import type { InboundSlackMessage } from "../../src/core/inbound-slack.ts";
import type { DeskSettings } from "../../src/desk/desk-settings.ts";
import { createMailTokens } from "../../src/desk/mail-tokens.ts";

export const SETTINGS: DeskSettings = {
  ownAddresses: ["support@desk.example"],
  messageIdDomain: "desk.example",
  mailTokens: createMailTokens(["a secret of the tests, long enough to be one"]),
  plusAddress: null,
  bounceAddress: null,
  followUpAfterDays: 0,
  automaticMailPerHour: 20,
  internalHosts: ["wiki.corp.example"],
  undoSeconds: 0,
  channelsOff: [],
  slackTriageChannel: "CTRIAGE",
};

let uid = 0;

export function mail(fields: Partial<InboundEmail> & { fromAddress?: string } = {}): InboundEmail {
  const { fromAddress = "ada@customer.example", ...overrides } = fields;
  uid++;
  const text = overrides.text ?? "The VPN does not connect since this morning.";
  const messageId =
    overrides.messageId === undefined ? `<${randomUUID()}@customer.example>` : overrides.messageId;
  const raw = new TextEncoder().encode(`Message-ID: ${messageId}\r\n\r\n${text}`);
  return {
    channel: "email",
    account: "support@desk.example/INBOX",
    externalId: `1:${uid}`,
    receivedAt: new Date(),
    date: new Date(),
    messageId,
    inReplyTo: null,
    references: [],
    from: { address: fromAddress, name: "Ada" },
    replyTo: [],
    to: [{ address: "support@desk.example", name: "" }],
    cc: [],
    subject: "VPN is down",
    text,
    textTrimmed: text,
    html: null,
    attachments: [],
    headers: {},
    authentication: null,
    bounce: null,
    forwardedFrom: null,
    fingerprint: createHash("sha256").update(raw).digest("hex"),
    raw,
    ...overrides,
  };
}

export function slackMessage(fields: Partial<InboundSlackMessage> = {}): InboundSlackMessage {
  uid++;
  const ts = fields.ts ?? `1700000000.${String(uid).padStart(6, "0")}`;
  const slackChannel = fields.slackChannel ?? "CHELP";
  return {
    channel: "slack",
    account: "T1",
    externalId: `${slackChannel}:${ts}`,
    receivedAt: new Date(),
    slackChannel,
    ts,
    threadTs: null,
    author: { slackUserId: "UADA", name: "Ada", email: "ada@corp.example" },
    text: "My laptop does not start.",
    mrkdwn: fields.text ?? "My laptop does not start.",
    hasUnnamed: false,
    files: [],
    way: "message",
    requestedBy: null,
    bot: null,
    ...fields,
  };
}
