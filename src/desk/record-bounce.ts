/** A returned mail finds the delivery that it is about. Who cannot show that they had the mail changes little. */
import { condemnsAddress } from "../core/bounce-status.ts";
import type { BounceReport, InboundEmail } from "../core/inbound.ts";
import { extractPlusTokens } from "../core/threading.ts";
import {
  type BouncedDelivery,
  bounceDelivery,
  findDelivery,
  findDeliveryByMessageId,
  findOnlyRecentDelivery,
} from "../db/bounces.ts";
import type { SqlTransaction } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { setMailState } from "../db/requesters.ts";
import { addTicketEvent } from "../db/ticket-events.ts";
import type { DeskSettings } from "./desk-settings.ts";

/** A bounce that names only a recipient is about the one mail that went there within so many days. */
const RECENT_DAYS = 7;

/** By what it was found: the first two show that whoever wrote it had our mail. */
type Proof = "message-id" | "envelope" | "recipient";

/**
 * Ties the bounce to the mail of ours that bounced. A hard one makes the delivery *bounced*, for the recipient that it
 * names, and tells the assignee; it marks the address only where the bounce proves that its writer had our mail, and
 * the mail went to that address. A soft one, a delay, is recorded and changes nothing.
 *
 * Answers with the ticket, or null where no mail of ours is found.
 */
export async function recordBounce(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
  reason: string,
): Promise<{ ticketId: string; number: number } | null> {
  const bounce = mail.bounce;
  const found = await findBounced(tx, settings, mail, bounce);
  if (found === null) return null;
  const { delivery, proof } = found;
  const { deliveryId, ticketId, number } = delivery;
  const kind = bounce?.kind ?? "hard";
  const status = bounce?.status ?? null;
  const address = bouncedRecipient(delivery, bounce);
  const why = status === null ? reason : `Returned with status ${status}.`;
  const changed =
    kind === "hard" &&
    address !== null &&
    (await bounceDelivery(tx, deliveryId, { address, reason: why, status }));
  const system = { kind: "system", via: "email" } as const;
  await addTicketEvent(tx, ticketId, "bounced", system, {
    deliveryId,
    status,
    kind,
    recipient: address,
    proof,
  });
  if (bounce !== null && condemnsAddress(bounce) && address !== null && proof !== "recipient")
    await setMailState(tx, [address], "bouncing");
  if (changed) await addOutboxEvent(tx, "delivery/troubled", { deliveryId, ticketId });
  await addOutboxEvent(tx, "ticket/changed", { ticketId });
  return { ticketId, number };
}

async function findBounced(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
  bounce: BounceReport | null,
): Promise<{ delivery: BouncedDelivery; proof: Proof } | null> {
  const id = bounce?.originalMessageId ?? null;
  if (id !== null) {
    const claim = await settings.mailTokens.readMessageId(id);
    const delivery =
      (claim && (await findDelivery(tx, { messageId: claim.messageId }))) ??
      (await findDeliveryByMessageId(tx, id));
    if (delivery !== null) return { delivery, proof: "message-id" };
  }
  for (const token of envelopeTokens(settings, mail)) {
    const deliveryId = await settings.mailTokens.readBounceToken(token);
    const delivery = deliveryId === null ? null : await findDelivery(tx, { deliveryId });
    if (delivery !== null) return { delivery, proof: "envelope" };
  }
  if (!bounce?.recipient) return null;
  const delivery = await findOnlyRecentDelivery(tx, bounce.recipient, RECENT_DAYS);
  return delivery === null ? null : { delivery, proof: "recipient" };
}

/** Headers in which mail servers say whom the envelope named. */
const ENVELOPE_HEADERS = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to"];

function envelopeTokens({ bounceAddress }: DeskSettings, mail: InboundEmail): string[] {
  if (bounceAddress === null) return [];
  const named = ENVELOPE_HEADERS.flatMap((name) =>
    Object.hasOwn(mail.headers, name) ? (mail.headers[name] ?? []) : [],
  ).map((value) => ({ address: value.trim().replace(/^<|>$/g, "").toLowerCase(), name: "" }));
  return extractPlusTokens([...mail.to, ...mail.cc, ...named], [bounceAddress]);
}

/**
 * Which of the delivery's recipients bounced: the one that the bounce names; the only one, where it names nobody or an
 * address that ours forwards to; null where it is one of several and cannot be told.
 */
function bouncedRecipient({ recipients }: BouncedDelivery, bounce: BounceReport | null): string | null {
  const named = bounce?.recipient?.toLowerCase() ?? null;
  if (named !== null && recipients.includes(named)) return named;
  return recipients.length === 1 ? (recipients[0] ?? null) : null;
}
