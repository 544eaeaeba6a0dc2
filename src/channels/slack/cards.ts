/** The moderators' cards: one for each ticket, changed in place. */
import type { SlackPosition } from "../../core/delivery.ts";
import type { TicketCardView } from "../../core/slack-views.ts";
import { buildCard } from "./blocks/card.ts";
import { findOwnMessages, type OwnMetadata } from "./own-messages.ts";
import { readSlackError } from "./slack-error.ts";
import type { WebClient } from "./web-client.ts";

const CARD_EVENT = "deskhand_card";
/** A card whose posting was not seen to succeed is looked for among so many of the newest messages. */
const SEARCH_MESSAGES = 200;

/** Updates the card at `at`, else the one that an earlier try may have posted, else posts it. Rejects as the Web API does. */
export async function putCard(
  web: WebClient,
  triageChannel: string,
  card: TicketCardView,
  { at, maybePosted }: { at: SlackPosition | null; maybePosted: boolean },
): Promise<SlackPosition> {
  const known = at ?? (maybePosted ? await findCard(web, triageChannel, card.ticketId) : null);
  const updated = known === null ? null : await updateCard(web, triageChannel, card, known);
  return updated ?? (await postCard(web, triageChannel, card));
}

async function findCard(web: WebClient, channel: string, ticketId: string): Promise<SlackPosition | null> {
  const answer = await web.conversations.history({
    channel,
    include_all_metadata: true,
    limit: SEARCH_MESSAGES,
  });
  const card = findOwnMessages(answer, CARD_EVENT).find(({ payload }) => payload.ticket_id === ticketId);
  return card === undefined ? null : { channel, ts: card.ts };
}

async function postCard(web: WebClient, channel: string, card: TicketCardView): Promise<SlackPosition> {
  const metadata: OwnMetadata = { event_type: CARD_EVENT, event_payload: { ticket_id: card.ticketId } };
  const { ts } = await web.chat.postMessage({ channel, ...buildCard(card), metadata });
  return { channel, ts: ts ?? "" };
}

/** Null where the card is gone. */
async function updateCard(
  web: WebClient,
  triageChannel: string,
  card: TicketCardView,
  at: SlackPosition,
): Promise<SlackPosition | null> {
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
