/** Send, with the audience lock: what leaves goes to whom the moderator saw, after what they saw, or not at all yet. */
import type { StaffActor } from "../core/actor.ts";
import { fingerprintWarning } from "../core/audience.ts";
import type { ReplyAnswer, ReplyForm, ReplyShown } from "../core/slack-actions.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { hasMessageOfSubmission } from "../db/reply-context.ts";
import { lockTicketStatus } from "../db/tickets.ts";
import type { DeskSettings } from "./desk-settings.ts";
import { queueReply } from "./queue-reply.ts";
import { readReplyForm } from "./read-reply-form.ts";

/**
 * Queues the reply, or answers `confirm` with a form that shows what is new: other recipients, a message that arrived
 * since, a text that looks internal. All of it is compared under the ticket's lock, in the transaction that queues.
 * `key` is the same for every delivery of one form: it replies once.
 */
export async function sendReply(
  sql: Sql,
  settings: DeskSettings,
  actor: StaffActor,
  ticketId: string,
  reply: { text: string; shown: ReplyShown; key: string },
): Promise<ReplyAnswer> {
  return inTransaction(sql, async (tx) => {
    await lockTicketStatus(tx, ticketId);
    if (!(await hasMessageOfSubmission(tx, reply.key))) {
      const form = await readReplyForm(tx, settings, actor, ticketId, reply.text);
      const news = listNews(form, reply.shown);
      if (news !== null) return { state: "confirm", form: { ...form, warnings: news } };
    }
    const queued = await queueReply(tx, settings, actor, ticketId, reply.text, reply.key);
    const { alreadyQueued: _, ...answer } = queued;
    return { state: "queued", ...answer };
  });
}

/** What the moderator has not seen, before what they have; null where they have seen all of it. */
function listNews(form: ReplyForm, shown: ReplyShown): string[] | null {
  const news: string[] = [];
  if ((form.latest?.messageId ?? null) !== shown.latestMessageId) {
    news.push("A new message has arrived since you opened this form: read it below.");
  }
  if (form.audience.key !== shown.audienceKey) {
    news.push("The recipients have changed since you opened this form: they stand below as they are now.");
  }
  const read = new Set(shown.warnings);
  const unread = form.warnings.filter((warning) => !read.has(fingerprintWarning(warning)));
  if (news.length === 0 && unread.length === 0) return null;
  return [...news, ...unread, ...form.warnings.filter((warning) => !unread.includes(warning))];
}
