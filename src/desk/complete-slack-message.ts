/** What Slack said later about a recorded message: who wrote it, whom it names, which files came with it. */
import type { InboundAttachment } from "../core/inbound.ts";
import type { SlackAuthor } from "../core/inbound-slack.ts";
import { deriveTitle } from "../core/title.ts";
import { inTransaction, type Sql, type SqlPool } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import {
  insertFetchedFile,
  nameMessageAuthor,
  readSlackSource,
  replaceRecordedText,
  type SlackSourceRow,
  takeAnnouncement,
} from "../db/slack-sources.ts";
import { moveRequesterThread, reviseTicketWords, setNoAutomaticAnswer } from "../db/slack-threads.ts";
import { linkStaffByEmail } from "../db/staff.ts";
import { sha256Hex } from "./digest.ts";
import { addAnnouncement, findSlackAuthor } from "./slack-recording.ts";

/** Safe to repeat. An edit that came meanwhile keeps its words. */
export async function nameSlackMessage(
  sql: SqlPool,
  messageId: string,
  named: { author: SlackAuthor | null; text: string },
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const source = await readSlackSource(tx, messageId);
    if (source === null) return;
    const { author } = named;
    if (author !== null) {
      const { name } = await findSlackAuthor(tx, { account: source.account, author });
      await nameMessageAuthor(tx, messageId, name);
      if (author.email !== null) await linkStaffByEmail(tx, author.slackUserId, author.email);
    }
    if (source.mrkdwn !== "") await reviseText(tx, source, named.text);
  });
}

async function reviseText(tx: Sql, source: SlackSourceRow, text: string): Promise<void> {
  const { messageId, ticketId, rendered } = source;
  if (text === rendered || !(await replaceRecordedText(tx, messageId, rendered, text))) return;
  const was = { title: deriveTitle(rendered), description: rendered };
  await reviseTicketWords(tx, ticketId, was, { title: deriveTitle(text), description: text });
}

/** What stood in the thread before goes into the description, below the words that asked for the ticket. */
export async function describeEarlierThread(
  sql: SqlPool,
  messageId: string,
  earlier: { authorName: string; text: string }[],
): Promise<void> {
  const source = await readSlackSource(sql, messageId);
  if (source === null || earlier.length === 0) return;
  const told = earlier.map(({ authorName, text }) => (authorName === "" ? text : `${authorName}: ${text}`));
  const was = { title: deriveTitle(source.rendered), description: source.rendered };
  const description = [source.rendered, "Before that, in the same thread:", ...told].join("\n\n");
  await reviseTicketWords(sql, source.ticketId, was, { title: was.title, description });
}

/** The ticket's conversation goes on in that thread. */
export async function giveTicketThread(
  sql: SqlPool,
  ticketId: string,
  at: { channel: string; ts: string },
): Promise<void> {
  await moveRequesterThread(sql, ticketId, at.channel, at.ts);
}

/** Slack does not let us write to the requester: the ticket says so, and no automatic message is tried. */
export async function noteUnreachable(sql: SqlPool, ticketId: string, reason: string): Promise<void> {
  await setNoAutomaticAnswer(sql, ticketId, reason);
}

/** Adds the event that waited for the message to be whole; once, however often it is called. */
export async function announceSlackMessage(sql: SqlPool, messageId: string): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const waiting = await takeAnnouncement(tx, messageId);
    if (waiting !== null) await addAnnouncement(tx, waiting.event, waiting.ticketId, messageId);
  });
}

/** Stores a file once, and has the card show it. */
export async function storeSlackFile(
  sql: SqlPool,
  messageId: string,
  fileId: string,
  { filename, contentType, content }: InboundAttachment,
): Promise<void> {
  const sha256 = await sha256Hex(content);
  await inTransaction(sql, async (tx) => {
    const file = { filename, contentType, content, sha256 };
    if (!(await insertFetchedFile(tx, messageId, fileId, file))) return;
    const source = await readSlackSource(tx, messageId);
    if (source !== null) await addOutboxEvent(tx, "ticket/changed", { ticketId: source.ticketId });
  });
}

/** Says in the message which files are missing, and why. `sentences` of one run; repeated, they stand there once. */
export async function noteMissingFiles(sql: SqlPool, messageId: string, sentences: string[]): Promise<void> {
  if (sentences.length === 0) return;
  await inTransaction(sql, async (tx) => {
    const source = await readSlackSource(tx, messageId);
    if (source === null) return;
    const missing = sentences
      .map((sentence) => `[${sentence}]`)
      .filter((note) => !source.rendered.includes(note));
    const text = [source.rendered, ...missing].filter((part) => part !== "").join("\n\n");
    await reviseText(tx, source, text);
  });
}
