/** Waits until a message is through, and prints what became of it. */
import type { TicketCard } from "../core/delivery.ts";
import type { Sql } from "../db/client.ts";
import {
  listMailStories,
  listOutgoingMessages,
  listSlackStories,
  type MessageStory,
  type OutgoingMessage,
} from "../db/message-stories.ts";
import { readTicketCard } from "../db/slack-cards.ts";
import { formatMessage } from "./account.ts";
import type { SentMail } from "./customers.ts";
import { readMailHead } from "./render-mail.ts";
import { EMPLOYEES } from "./samples/people.ts";
import type { PostedSlackMessage } from "./slack-people.ts";
import type { TerminalStyle } from "./terminal-text.ts";
import { type Look, type Patience, waitUntil } from "./wait-until.ts";

export interface Teller {
  tellMail(mail: SentMail): Promise<void>;
  tellSlack(post: PostedSlackMessage): Promise<void>;
  /** The ticket of a sample that was told: by the file of a mail, or the key of a Slack message. */
  ticketOf(sample: string): string;
}

interface Outcome {
  story: MessageStory;
  card: TicketCard | null;
  acknowledgement: OutgoingMessage | null;
}

export function createTeller(deps: {
  sql: Sql;
  print(text: string): void;
  style: TerminalStyle;
  patience: Patience;
}): Teller {
  const { sql, print, style, patience } = deps;
  const tickets = new Map<string, string>();
  let position = 0;

  async function waitForOutcome(what: string, readStory: () => Promise<MessageStory | undefined>) {
    const outcome = await waitUntil(async () => lookForOutcome(sql, what, await readStory()), patience);
    if (outcome.story.outcome === "ticket" && outcome.story.ticketId !== null) {
      tickets.set(what, outcome.story.ticketId);
    }
    return outcome;
  }

  return {
    async tellMail({ sample, messageId, raw, sentBefore }) {
      const copy = sample.copy ?? 1;
      const { story, ...outcome } = await waitForOutcome(
        copy === 1 ? sample.file : `${sample.file} (again)`,
        async () => (await listMailStories(sql, [messageId]))[copy - 1],
      );
      const { from, subject } = await readMailHead(raw);
      const remarks = [copy > 1 ? "the same bytes again" : "", sentBefore ? "sent in an earlier run" : ""];
      const remark = remarks.filter((one) => one !== "").join(", ");
      position++;
      print(
        formatMessage({ position, door: "mail", from, words: subject, remark, ...story, ...outcome }, style),
      );
    },
    async tellSlack({ sample, externalId, postedBefore }) {
      const { story, ...outcome } = await waitForOutcome(
        sample.key,
        async () => (await listSlackStories(sql, [externalId]))[0],
      );
      const author = EMPLOYEES.find(({ slackUserId }) => slackUserId === sample.slackUserId);
      const from = author?.name ?? sample.slackUserId;
      const remark = postedBefore ? "posted in an earlier run" : "";
      position++;
      print(
        formatMessage(
          { position, door: "Slack", from, words: sample.text, remark, ...story, ...outcome },
          style,
        ),
      );
    },
    ticketOf(sample) {
      const ticketId = tickets.get(sample);
      if (ticketId === undefined) throw new Error(`${sample} has not become a ticket.`);
      return ticketId;
    },
  };
}

/** A message is through when it has its outcome, and a new ticket its labels, its assignee and its acknowledgement. */
async function lookForOutcome(
  sql: Sql,
  what: string,
  story: MessageStory | undefined,
): Promise<Look<Outcome>> {
  if (story === undefined) return { missing: `a recorded outcome for ${what}` };
  if (story.ticketId === null) return { found: { story, card: null, acknowledgement: null } };
  const card = await readTicketCard(sql, story.ticketId);
  if (story.outcome !== "ticket") return { found: { story, card, acknowledgement: null } };
  const outgoing = await listOutgoingMessages(sql, story.ticketId);
  const acknowledgement = outgoing.find(({ kind }) => kind === "acknowledgement") ?? null;
  const ticket = `ticket #${card?.number} (${what})`;
  if (card?.source == null) return { missing: `the triage of ${ticket}` };
  if (card.assignee === null) return { missing: `an assignee for ${ticket}` };
  if (acknowledgement === null || !hasLeft(acknowledgement)) {
    return { missing: `the acknowledgement of ${ticket}` };
  }
  return { found: { story, card, acknowledgement } };
}

/** True once the message is where its reader can see it. */
export function hasLeft({ state }: OutgoingMessage): boolean {
  return state === null || state === "sent" || state === "bounced";
}
