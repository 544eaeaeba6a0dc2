/** The one door into the desk: whatever a channel received is recorded here, once, with one outcome. */
import { AppError } from "../core/errors.ts";
import type { InboundMessage, InboundUnreadable, IntakeResult, MailboxPosition } from "../core/inbound.ts";
import { assertNever, type Channel } from "../core/ticket.ts";
import {
  inTransaction,
  isConflict,
  isConnectionFailure,
  type SqlPool,
  type SqlTransaction,
} from "../db/client.ts";
import { runTogether } from "../db/gather.ts";
import {
  claimLedgerRow,
  type LedgerKey,
  type LedgerOutcome,
  readLedgerResult,
  settleLedgerRow,
} from "../db/ledger.ts";
import { moveMailboxCursor } from "../db/mailbox-cursors.ts";
import { insertRawMessage } from "../db/raw-messages.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { recordApiTicket } from "./record-api-ticket.ts";
import { recordEmail } from "./record-email.ts";
import { recordSlackChange } from "./record-slack-change.ts";
import { recordSlackForm } from "./record-slack-form.ts";
import { recordSlackMessage } from "./record-slack-message.ts";
import { recordSlackRequest } from "./record-slack-request.ts";

/** What a channel's recorder decided, and the ticket's number for the answer. */
export interface RecordedOutcome extends LedgerOutcome {
  ticketNumber: number | null;
}

/**
 * Records a message in one transaction: ledger row, ticket or reply, attachments, mailbox position and outbox event.
 * When it resolves, nothing of it can be lost. The same external id again changes nothing and gets the first answer.
 *
 * Rejects with AppError `unavailable` while the database is away: keep the message and call again. Any other failure
 * on a mail or Slack message is a defect of ours: the message is parked with its source, for a person to look at.
 */
export async function recordInbound(
  sql: SqlPool,
  settings: DeskSettings,
  message: InboundMessage,
  position?: MailboxPosition,
): Promise<IntakeResult> {
  try {
    return await recordDespiteConflicts(sql, settings, message, position);
  } catch (error) {
    if (isConnectionFailure(error)) throw databaseAway(error);
    if (message.channel === "api" || message.channel === "unreadable") throw error;
    return recordOnce(sql, settings, toUnreadable(message, error), position);
  }
}

export function databaseAway(cause: unknown): AppError {
  return new AppError("unavailable", "The database cannot be reached.", { cause });
}

const CONFLICTS_MAX = 5;

/** Two services on one mailbox may get into each other's way: whoever was turned back goes again. */
async function recordDespiteConflicts(...work: Parameters<typeof recordOnce>): Promise<IntakeResult> {
  for (let conflicts = 1; conflicts < CONFLICTS_MAX; conflicts++) {
    try {
      return await recordOnce(...work);
    } catch (error) {
      if (!isConflict(error)) throw error;
    }
  }
  return recordOnce(...work);
}

function recordOnce(
  sql: SqlPool,
  settings: DeskSettings,
  message: InboundMessage,
  position: MailboxPosition | undefined,
): Promise<IntakeResult> {
  return inTransaction(sql, async (tx) => {
    const work = (shared: SqlTransaction) => recordInTransaction(shared, settings, message, position);
    if (message.channel !== "email") return work(tx);
    // Alone, but its statements that answer nothing are not waited for.
    const [result] = await runTogether(tx, [work]);
    return result as IntakeResult;
  });
}

async function recordInTransaction(
  tx: SqlTransaction,
  settings: DeskSettings,
  message: InboundMessage,
  position: MailboxPosition | undefined,
): Promise<IntakeResult> {
  const key = ledgerKey(message);
  const ledgerId = await claimLedgerRow(tx, key);
  if (position) await moveMailboxCursor(tx, position);
  if (ledgerId === null) {
    const recorded = await readLedgerResult(tx, key);
    if (!recorded) throw new Error("A ledger row that stands was not found.");
    return recorded;
  }
  const outcome = await recordByChannel(tx, settings, message, ledgerId);
  await settleLedgerRow(tx, ledgerId, outcome);
  return toResult(outcome);
}

export function recordByChannel(
  tx: SqlTransaction,
  settings: DeskSettings,
  message: InboundMessage,
  ledgerId: string,
): Promise<RecordedOutcome> {
  switch (message.channel) {
    case "email":
      return recordEmail(tx, settings, message, ledgerId);
    case "slack":
      return recordSlackMessage(tx, settings, message);
    case "slack-form":
      return recordSlackForm(tx, message);
    case "slack-change":
      return recordSlackChange(tx, settings, message);
    case "slack-request":
      return recordSlackRequest(tx, message);
    case "api":
      return recordApiTicket(tx, message);
    case "unreadable":
      return park(tx, message);
    default:
      return assertNever(message);
  }
}

async function park(tx: SqlTransaction, message: InboundUnreadable): Promise<RecordedOutcome> {
  const rawId = await insertRawMessage(tx, message.raw, !message.incomplete);
  return {
    outcome: "parked",
    reason: message.reason,
    ticketId: null,
    ticketNumber: null,
    messageId: null,
    rawId,
    emailMessageId: null,
  };
}

export function ledgerKey(message: InboundMessage): LedgerKey {
  return { channel: channelOf(message), account: message.account, externalId: message.externalId };
}

function channelOf(message: InboundMessage): Channel {
  switch (message.channel) {
    case "email":
    case "slack":
    case "api":
      return message.channel;
    case "slack-form":
    case "slack-change":
    case "slack-request":
      return "slack";
    case "unreadable":
      return message.sourceChannel;
    default:
      return assertNever(message);
  }
}

export function toResult(outcome: RecordedOutcome): IntakeResult {
  const { ticketId, ticketNumber } = outcome;
  return {
    outcome: outcome.outcome,
    reason: outcome.reason,
    ticket: ticketId !== null && ticketNumber !== null ? { id: ticketId, number: ticketNumber } : null,
    messageId: outcome.messageId,
    alreadyRecorded: false,
  };
}

type Recordable = Exclude<InboundMessage, { channel: "api" | "unreadable" }>;

function toUnreadable(message: Recordable, error: unknown): InboundUnreadable {
  const reason = `It could not be recorded: ${error instanceof Error ? error.message : String(error)}`;
  return {
    channel: "unreadable",
    sourceChannel: message.channel === "email" ? "email" : "slack",
    account: message.account,
    externalId: message.externalId,
    receivedAt: message.receivedAt,
    reason: reason.slice(0, 500),
    raw: message.channel === "email" ? message.raw : new TextEncoder().encode(JSON.stringify(message)),
  };
}
