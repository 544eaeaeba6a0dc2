/** What a moderator sees before a reply leaves: the draft, exactly who will receive it, and what looks wrong. */
import type { StaffActor } from "../core/actor.ts";
import { warnAboutRecipients, warnAboutText, withoutOwnAddresses } from "../core/audience.ts";
import { AppError } from "../core/errors.ts";
import type { EmailAddress } from "../core/inbound.ts";
import type { ReplyAudience, ReplyForm } from "../core/slack-actions.ts";
import { assertNever } from "../core/ticket.ts";
import type { Sql } from "../db/client.ts";
import type { DeliveryRecipients } from "../db/deliveries.ts";
import { listMailboxAddresses } from "../db/ledger.ts";
import {
  type LastWords,
  listEarlierParticipants,
  listStaffNames,
  readLastWords,
  readTakenBackText,
} from "../db/reply-context.ts";
import { readTicket, type TicketRow } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { sha256Hex } from "./digest.ts";
import { findHold, findReplyNote, planRoute } from "./queue-public-message.ts";

const LATEST_LENGTH_MAX = 1_500;

/** With `text`, the warnings are about that text; without, about the draft that the form begins with. */
export async function readReplyForm(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  text?: string,
): Promise<ReplyForm> {
  const ticket = await readTicket(sql, ticketId);
  if (!ticket) throw new AppError("not_found", "That ticket does not exist.");
  if (ticket.status === "closed") throw new AppError("conflict", `Ticket #${ticket.number} is closed.`);
  const { recipients } = await planRoute(sql, settings, ticket, false);
  const [latest, takenBack, staffNames] = await Promise.all([
    readLastWords(sql, ticketId),
    readTakenBackText(sql, ticketId, actor.userId),
    listStaffNames(sql, actor.userId),
  ]);
  const draft = takenBack ?? ticket.suggestedReply;
  const written = text ?? draft;
  return {
    ticketId,
    number: ticket.number,
    title: ticket.title,
    draft,
    draftFrom: takenBack !== null ? "taken-back" : draft === "" ? "nothing" : "suggestion",
    channel: ticket.channel,
    audience: await describeAudience(recipients),
    latest:
      latest === null
        ? null
        : {
            messageId: latest.messageId,
            authorName: latest.authorName,
            text: latest.text.slice(0, LATEST_LENGTH_MAX),
            at: latest.at,
          },
    warnings: [
      ...(ticket.requesterMailState === "bouncing" ? ["Mail to this address bounced."] : []),
      ...(await listRecipientWarnings(sql, settings, ticket.id, recipients, latest)),
      ...(written.trim() === "" ? [] : warnAboutWords(written, ticket, latest, staffNames, settings)),
    ],
    undoSeconds: recipients === null ? 0 : settings.undoSeconds,
    hold: findHold(settings, ticket.channel),
    note: findReplyNote(ticket.channel),
  };
}

function warnAboutWords(
  text: string,
  ticket: TicketRow,
  latest: LastWords | null,
  staffNames: string[],
  { internalHosts }: DeskSettings,
): string[] {
  const customerNames = [ticket.requesterName, latest?.authorName ?? ""];
  return warnAboutText({ text, staffNames, customerNames, internalHosts });
}

async function listRecipientWarnings(
  sql: Sql,
  settings: DeskSettings,
  ticketId: string,
  recipients: DeliveryRecipients | null,
  latest: LastWords | null,
): Promise<string[]> {
  if (recipients?.channel !== "email") return [];
  const { to, cc } = recipients;
  const from = latest?.from ? [{ address: latest.from, name: "" }] : [];
  const own = [...settings.ownAddresses, ...(await listMailboxAddresses(sql, ticketId))];
  const wrote = withoutOwnAddresses([...from, ...(latest?.to ?? []), ...(latest?.cc ?? [])], own);
  const earlier = latest === null ? null : await listEarlierParticipants(sql, ticketId, latest.messageId);
  const previousRecipients = { to: wrote, cc: [] };
  return warnAboutRecipients({ recipients: { to, cc }, previousRecipients, earlier });
}

async function describeAudience(recipients: DeliveryRecipients | null): Promise<ReplyAudience> {
  if (recipients === null) return { to: [], cc: [], slackChannel: null, key: "nobody" };
  switch (recipients.channel) {
    case "email": {
      const { to, cc } = recipients;
      const key = await digest(["email", sortedAddresses(to), sortedAddresses(cc)]);
      return { to: to.map(namePerson), cc: cc.map(namePerson), slackChannel: null, key };
    }
    case "slack": {
      const { slackChannel, threadTs } = recipients;
      return { to: [], cc: [], slackChannel, key: await digest(["slack", slackChannel, threadTs]) };
    }
    default:
      return assertNever(recipients);
  }
}

function sortedAddresses(people: readonly EmailAddress[]): string[] {
  return people.map(({ address }) => address.toLowerCase()).sort();
}

async function digest(value: unknown): Promise<string> {
  return (await sha256Hex(new TextEncoder().encode(JSON.stringify(value)))).slice(0, 32);
}

function namePerson({ name, address }: EmailAddress): string {
  return name === "" ? address : `${name} <${address}>`;
}
