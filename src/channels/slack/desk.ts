/** What the desk posts in Slack: answers in threads, and the moderators' cards. */
import type { SlackDesk, SlackPosition, SlackPost, TicketCard } from "../../core/delivery.ts";
import { AppError } from "../../core/errors.ts";
import { buildCard } from "./blocks.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS, splitForSlack } from "./mrkdwn.ts";
import { readSlackError, toAppError } from "./slack-error.ts";
import type { WebClient } from "./web-client.ts";

const DELIVERY_EVENT = "deskhand_delivery";
const CARD_EVENT = "deskhand_card";
/** Longer answers are cut: nobody reads 40,000 characters in a thread. */
const PARTS_MAX = 10;
/** Cards are looked for among so many of the newest messages. */
const CARD_SEARCH_MESSAGES = 200;

type Metadata = { event_type: string; event_payload: Record<string, string | number> };

/** Rejects with AppErrors: `rate_limited` and `unavailable` can be retried, the rest say what to do. */
export function createSlackDesk(web: WebClient, triageChannel: string): SlackDesk {
  async function findParts(post: SlackPost): Promise<Map<number, string>> {
    const parts = new Map<number, string>();
    const request = { channel: post.channel, ts: post.threadTs, include_all_metadata: true, limit: 200 };
    try {
      for await (const page of web.paginate("conversations.replies", request)) {
        const { messages } = page as { messages?: unknown };
        for (const { ts, payload } of ownMessages(messages, DELIVERY_EVENT)) {
          if (payload.delivery_id === post.deliveryId) parts.set(Number(payload.part ?? 0), ts);
        }
      }
    } catch (error) {
      if (readSlackError(error) !== "thread_not_found") throw error;
    }
    return parts;
  }

  async function postInThread(post: SlackPost, maybePosted: boolean): Promise<SlackPosition> {
    const texts = splitAnswer(post.text);
    const posted = maybePosted ? await findParts(post) : new Map<number, string>();
    for (const [part, text] of texts.entries()) {
      if (posted.has(part)) continue;
      const answer = await web.chat.postMessage({
        channel: post.channel,
        thread_ts: post.threadTs,
        text: escapeMrkdwn(text),
        // As written: no *bold*, no previews of links, no names made into mentions.
        mrkdwn: false,
        parse: "none",
        link_names: false,
        unfurl_links: false,
        unfurl_media: false,
        metadata: {
          event_type: DELIVERY_EVENT,
          event_payload: { delivery_id: post.deliveryId, part, parts: texts.length },
        },
      });
      posted.set(part, answer.ts ?? "");
    }
    return { channel: post.channel, ts: posted.get(0) ?? "" };
  }

  async function findCard(ticketId: string): Promise<SlackPosition | null> {
    const answer = await web.conversations.history({
      channel: triageChannel,
      include_all_metadata: true,
      limit: CARD_SEARCH_MESSAGES,
    });
    const card = ownMessages(answer.messages, CARD_EVENT).find(
      ({ payload }) => payload.ticket_id === ticketId,
    );
    return card === undefined ? null : { channel: triageChannel, ts: card.ts };
  }

  async function postCard(card: TicketCard): Promise<SlackPosition> {
    const metadata: Metadata = { event_type: CARD_EVENT, event_payload: { ticket_id: card.ticketId } };
    const answer = await web.chat.postMessage({ channel: triageChannel, ...buildCard(card), metadata });
    return { channel: triageChannel, ts: answer.ts ?? "" };
  }

  async function updateCard(card: TicketCard, at: SlackPosition): Promise<SlackPosition | null> {
    try {
      await web.chat.update({ channel: at.channel, ts: at.ts, ...buildCard(card) });
      return at;
    } catch (error) {
      const reason = readSlackError(error);
      const isGone = reason === "message_not_found" || reason === "cant_update_message";
      // Cards stay behind in the old channel when another one is configured; it may be gone, and that is no failure.
      if (isGone || (reason !== null && at.channel !== triageChannel)) return null;
      throw error;
    }
  }

  return {
    postInThread: async (post, maybePosted) => {
      if (post.text.trim() === "") throw new AppError("invalid", "An empty text cannot be posted in Slack.");
      return postInThread(post, maybePosted).catch((error: unknown) => {
        throw toAppError(error, "post in the thread");
      });
    },
    putCard: async (card, at, maybePosted) => {
      try {
        const known = at ?? (maybePosted ? await findCard(card.ticketId) : null);
        const updated = known === null ? null : await updateCard(card, known);
        return updated ?? (await postCard(card));
      } catch (error) {
        throw toAppError(error, "put the card into the moderators' channel");
      }
    },
  };
}

/** Slack refuses blank messages, so a blank piece (a long run of empty lines) is left out. */
function splitAnswer(text: string): string[] {
  const pieces = splitForSlack(text, SLACK_LIMITS.messageText).filter((piece) => piece.trim() !== "");
  if (pieces.length <= PARTS_MAX) return pieces;
  const last = cutForSlack(
    pieces.slice(PARTS_MAX - 1).join(""),
    SLACK_LIMITS.messageText,
    "…\n(Cut here: the whole text is kept with the ticket.)",
  );
  return [...pieces.slice(0, PARTS_MAX - 1), last];
}

interface OwnMessage {
  ts: string;
  payload: Record<string, unknown>;
}

/** The messages with our metadata, which only an app can write. */
function ownMessages(messages: unknown, eventType: string): OwnMessage[] {
  if (!Array.isArray(messages)) return [];
  return messages.flatMap((message: { ts?: unknown; metadata?: Partial<Metadata> }) => {
    const { ts, metadata } = message;
    if (typeof ts !== "string" || metadata?.event_type !== eventType) return [];
    return [{ ts, payload: metadata.event_payload ?? {} }];
  });
}
