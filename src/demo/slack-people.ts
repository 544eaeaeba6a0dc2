/** The people in the demo's Slack: employees write, moderators click what stands on the card. */
import { ACTION_IDS, FORM_TEXT } from "../channels/slack/blocks.ts";
import type { SlackPosition } from "../core/delivery.ts";
import { SUPPORT_CHANNEL } from "./samples/people.ts";
import type { SampleSlackMessage } from "./samples/slack-messages.ts";
import type { SlackStandIn } from "./slack-stand-in/slack-stand-in.ts";
import { type Patience, waitUntil } from "./wait-until.ts";

export interface PostedSlackMessage {
  sample: SampleSlackMessage;
  ts: string;
  /** As intake knows it: `<channel>:<ts>`. */
  externalId: string;
  /** True where an earlier run on the same folder has posted it. */
  postedBefore: boolean;
}

export type CardButton = keyof typeof ACTION_IDS;

export interface SlackPeople {
  /** Posts the sample, unless it stands there already. A message in a thread waits for the thread's first answer. */
  post(sample: SampleSlackMessage): Promise<PostedSlackMessage>;
  /** Clicks a button of the card. Rejects where the card has no such button. */
  click(slackUserId: string, card: SlackPosition, button: CardButton): Promise<void>;
  /** Clicks a button that opens a form, writes the text and submits. */
  clickAndFill(slackUserId: string, card: SlackPosition, button: CardButton, text: string): Promise<void>;
}

export function createSlackPeople(slack: SlackStandIn, patience: Patience): SlackPeople {
  const roots = new Map<string, string>();

  async function waitForAnswer(key: string): Promise<string> {
    const root = roots.get(key);
    if (root === undefined) throw new Error(`${key} was never posted, so nobody can write in its thread.`);
    return waitUntil(async () => {
      const replies = slack.thread(SUPPORT_CHANNEL.id, root).filter(({ ts }) => ts !== root);
      const answered = replies.some((reply) => reply.bot_id !== undefined);
      return answered ? { found: root } : { missing: `an answer in the Slack thread of ${key}` };
    }, patience);
  }

  function findPosted(sample: SampleSlackMessage, threadTs: string | null): string | null {
    const messages =
      threadTs === null ? slack.messages(SUPPORT_CHANNEL.id) : slack.thread(SUPPORT_CHANNEL.id, threadTs);
    const same = messages.find(({ user, text }) => user === sample.slackUserId && text === sample.text);
    return same?.ts ?? null;
  }

  async function click(slackUserId: string, card: SlackPosition, button: CardButton): Promise<void> {
    const actionId = ACTION_IDS[button];
    const message = slack.messages(card.channel).find(({ ts }) => ts === card.ts);
    const value = findButtonValue(message?.blocks, actionId);
    if (value === null) throw new Error(`The card ${card.ts} has no button ${actionId}.`);
    await slack.clickButton({ user: slackUserId, channel: card.channel, ts: card.ts, actionId, value });
  }

  return {
    async post(sample) {
      const threadTs = sample.inThreadOf === undefined ? null : await waitForAnswer(sample.inThreadOf);
      const before = findPosted(sample, threadTs);
      const message = { user: sample.slackUserId, channel: SUPPORT_CHANNEL.id, text: sample.text };
      const ts = before ?? (await slack.postAsUser(threadTs === null ? message : { ...message, threadTs }));
      roots.set(sample.key, ts);
      return { sample, ts, externalId: `${SUPPORT_CHANNEL.id}:${ts}`, postedBefore: before !== null };
    },
    click,
    async clickAndFill(slackUserId, card, button, text) {
      const openBefore = new Set(slack.openViews().map(({ id }) => id));
      await click(slackUserId, card, button);
      const viewId = await waitUntil(async () => {
        const opened = slack.openViews().find(({ id }) => !openBefore.has(id));
        return opened === undefined
          ? { missing: `the form behind ${ACTION_IDS[button]}` }
          : { found: opened.id };
      }, patience);
      const values = { [FORM_TEXT.block]: { [FORM_TEXT.action]: { type: "plain_text_input", value: text } } };
      await slack.submitView({ user: slackUserId, viewId, values });
    },
  };
}

/** The value of the button with that action id, anywhere in a message's blocks. */
function findButtonValue(blocks: unknown, actionId: string): string | null {
  if (!Array.isArray(blocks)) return null;
  const elements = blocks.flatMap((block: { elements?: unknown }) =>
    Array.isArray(block.elements) ? (block.elements as { action_id?: string; value?: string }[]) : [],
  );
  return elements.find((element) => element.action_id === actionId)?.value ?? null;
}
