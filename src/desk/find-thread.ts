/** Which ticket a mail belongs to, and as whom its sender joins. The rules are core's; this verifies and looks up. */
import { createOwnAddressTest } from "../core/audience.ts";
import { judgeSender } from "../core/authentication.ts";
import type { EmailAddress, InboundEmail } from "../core/inbound.ts";
import { findSender as findEnvelopeSender } from "../core/sender.ts";
import { decideThread, extractThreadHints, type ThreadDecision } from "../core/threading.ts";
import type { SqlTransaction } from "../db/client.ts";
import { findStaffByEmail, type StaffRow } from "../db/staff.ts";
import { findThreadCandidates } from "../db/ticket-threads.ts";
import type { DeskSettings } from "./desk-settings.ts";

export interface MailThread {
  decision: ThreadDecision;
  /** Who wrote it, as an address to answer; null where the mail names nobody. */
  sender: EmailAddress | null;
  /** False where the address is a claim that nothing vouches for. */
  trusted: boolean;
  /** Where the sender joins as staff. */
  staff: StaffRow | null;
}

export async function findThread(
  tx: SqlTransaction,
  settings: DeskSettings,
  mail: InboundEmail,
): Promise<MailThread> {
  const isOurs = createOwnAddressTest(settings.ownAddresses);
  const sender = findSender(mail, isOurs);
  const trusted = sender !== null && isTrusted(mail, isOurs);
  const candidates = await findCandidates(tx, settings, mail);
  const address = sender?.address ?? "";
  const staff =
    candidates.length === 0 || !trusted || address === "" ? null : await findStaffByEmail(tx, address);
  const decision = decideThread(
    candidates,
    { address, trusted, staff: staff !== null },
    { followUpAfterDays: settings.followUpAfterDays },
  );
  const joinsAsStaff = decision.kind !== "new" && decision.as === "staff";
  return { decision, sender, trusted, staff: joinsAsStaff ? staff : null };
}

async function findCandidates(tx: SqlTransaction, settings: DeskSettings, mail: InboundEmail) {
  const own = [...settings.ownAddresses, ...(settings.plusAddress === null ? [] : [settings.plusAddress])];
  const hints = extractThreadHints(mail, own);
  const { mailTokens } = settings;
  const signed = await Promise.all(hints.messageIds.map((id) => mailTokens.readMessageId(id)));
  const plus = await Promise.all(hints.plusTokens.map((token) => mailTokens.readPlusToken(token)));
  return findThreadCandidates(tx, {
    messageIds: hints.messageIds,
    signedNumbers: [...new Set(signed.flatMap((claim) => (claim === null ? [] : [claim.number])))],
    plusNumbers: [...new Set(plus.filter((number) => number !== null))],
    subjectNumber: hints.subjectNumber,
  });
}

/** A contact form writes from our own address, and puts the person into Reply-To. */
function findSender(mail: InboundEmail, isOurs: (address: string) => boolean): EmailAddress | null {
  const people = [...(mail.from === null ? [] : [mail.from]), ...mail.replyTo].filter(
    ({ address }) => address !== "",
  );
  return (
    people.find(({ address }) => !isOurs(address.toLowerCase())) ?? people[0] ?? findEnvelopeSender(mail)
  );
}

/**
 * Our own address stands in every ticket, so who writes in its name is nobody by that. What a form says in Reply-To, or
 * one of two From headers, is vouched for by nobody; nor is an address whose domain disowns the mail.
 */
function isTrusted(mail: InboundEmail, isOurs: (address: string) => boolean): boolean {
  if (mail.from === null || isOurs(mail.from.address.toLowerCase())) return false;
  const fromHeaders = Object.hasOwn(mail.headers, "from") ? (mail.headers.from ?? []).length : 1;
  return fromHeaders <= 1 && judgeSender(mail.authentication) !== "forged";
}
