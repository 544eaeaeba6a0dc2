/** What was said on a ticket, to read without leaving Slack. */
import type { types } from "@slack/bolt";
import type { ConversationMessage, ConversationPage } from "../../../core/slack-views.ts";
import { ACTION_IDS } from "./ids.ts";
import {
  type Block,
  CHANNEL_WORDS,
  label,
  linkButton,
  nameTicket,
  paragraph,
  paragraphs,
  plain,
  smallPrint,
} from "./text.ts";

/** Slack refuses views with more than 100 blocks, or larger than 250 kB. */
const BLOCKS_MAX = 90;
const CHARACTERS_MAX = 60_000;
/** One message may fill so many sections before it is cut: 17,400 characters. */
const SECTIONS_MAX = 6;

export function buildConversationModal(page: ConversationPage): types.ModalView {
  const { shown, left } = takeNewest(page.messages);
  const omitted = page.omitted + left;
  const older =
    omitted === 0
      ? []
      : smallPrint([`${omitted} older ${omitted === 1 ? "message" : "messages"} not shown here.`]);
  const link: Block[] =
    page.url === null
      ? []
      : [
          {
            type: "actions",
            elements: [linkButton("Open the whole ticket", `${ACTION_IDS.openConversation}_link`, page.url)],
          },
        ];
  return {
    type: "modal",
    title: label("Conversation"),
    close: label("Close"),
    blocks: [...paragraph(nameTicket(page.number, page.title), 300), ...older, ...shown.flat(), ...link],
  };
}

/** As many of the newest messages as fit, in the order of their writing. */
function takeNewest(messages: ConversationMessage[]): { shown: Block[][]; left: number } {
  const shown: Block[][] = [];
  let blocks = 0;
  let characters = 0;
  for (const message of [...messages].reverse()) {
    const drawn = drawMessage(message);
    characters += JSON.stringify(drawn).length;
    blocks += drawn.length;
    if (shown.length > 0 && (blocks > BLOCKS_MAX || characters > CHARACTERS_MAX)) break;
    shown.unshift(drawn);
  }
  return { shown, left: messages.length - shown.length };
}

const KIND_WORDS: Record<ConversationMessage["kind"], string> = {
  message: "wrote",
  reply: "answered",
  note: "noted (internal)",
  acknowledgement: "acknowledged",
  notice: "told the requester",
};

function drawMessage(message: ConversationMessage): Block[] {
  const when = `${message.at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  const state =
    message.deliveryState === null || message.deliveryState === "sent" ? "" : `, ${message.deliveryState}`;
  const head = `${message.authorName} ${KIND_WORDS[message.kind]} ${CHANNEL_WORDS[message.channel]}, ${when}${state}`;
  const files =
    message.attachments.length === 0 ? [] : smallPrint([`Files: ${message.attachments.join(", ")}`]);
  return [
    { type: "divider" },
    { type: "context", elements: [plain(head, 300)] },
    ...paragraphs(message.text, SECTIONS_MAX),
    ...files,
  ];
}
