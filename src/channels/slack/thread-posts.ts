/** Answers in threads: as written, in as many parts as Slack needs, and each part once. */
import type { SlackPosition, SlackPost } from "../../core/delivery.ts";
import { buildResolution } from "./blocks/resolution.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS, splitForSlack } from "./mrkdwn.ts";
import { findOwnMessages } from "./own-messages.ts";
import { readSlackError } from "./slack-error.ts";
import type { WebClient } from "./web-client.ts";

const DELIVERY_EVENT = "deskhand_delivery";
/** Longer answers are cut: nobody reads 40,000 characters in a thread. */
const PARTS_MAX = 10;

/** Posts what is missing of it. Rejects as the Web API does; the position is that of the first part. */
export async function postInThread(
  web: WebClient,
  post: SlackPost,
  maybePosted: boolean,
): Promise<SlackPosition> {
  const texts = splitAnswer(post.text);
  const posted = maybePosted ? await findParts(web, post) : new Map<number, string>();
  for (const [part, text] of texts.entries()) {
    if (posted.has(part)) continue;
    const { ts } = await web.chat.postMessage({
      channel: post.channel,
      thread_ts: post.threadTs,
      text: escapeMrkdwn(text),
      ...resolutionBlocks(post, text, part === texts.length - 1),
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
    posted.set(part, ts ?? "");
  }
  return { channel: post.channel, ts: posted.get(0) ?? "" };
}

/** The way back stands under the last words. */
function resolutionBlocks({ resolvedTicketId = null }: SlackPost, text: string, isLast: boolean) {
  return resolvedTicketId === null || !isLast ? {} : { blocks: buildResolution(text, resolvedTicketId) };
}

/** The parts of that delivery that stand in the thread, by their number. */
async function findParts(web: WebClient, post: SlackPost): Promise<Map<number, string>> {
  const parts = new Map<number, string>();
  const request = { channel: post.channel, ts: post.threadTs, include_all_metadata: true, limit: 200 };
  try {
    for await (const page of web.paginate("conversations.replies", request)) {
      for (const { ts, payload } of findOwnMessages(page, DELIVERY_EVENT)) {
        if (payload.delivery_id === post.deliveryId) parts.set(Number(payload.part ?? 0), ts);
      }
    }
  } catch (error) {
    if (readSlackError(error) !== "thread_not_found") throw error;
  }
  return parts;
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
