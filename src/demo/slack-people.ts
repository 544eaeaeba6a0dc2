/** The people in the demo's Slack: employees write, moderators click what stands on the card. */
import { ACTION_IDS, FORM_TEXT } from "../channels/slack/blocks/ids.ts";
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

  function stands(sample: SampleSlackMessage, threadTs: string | null): boolean {
    const { id } = SUPPORT_CHANNEL;
    const messages = threadTs === null ? slack.messages(id) : slack.thread(id, threadTs);
    return messages.some(({ user, text }) => user === sample.slackUserId && text === sample.text);
  }

  async function click(slackUserId: string, card: SlackPosition, button: CardButton): Promise<void> {
    const answer = await slack.clickButton({
      user: slackUserId,
      channel: card.channel,
      ts: card.ts,
      actionId: ACTION_IDS[button],
    });
    if (answer.status !== 200) throw new Error(`The click on ${button} was answered with ${answer.status}.`);
  }

  return {
    async post(sample) {
      const threadTs = sample.inThreadOf === undefined ? null : await waitForAnswer(sample.inThreadOf);
      const postedBefore = stands(sample, threadTs);
      const message = {
        user: sample.slackUserId,
        channel: SUPPORT_CHANNEL.id,
        text: sample.text,
        // Posting with a known key delivers again what a killed run did not get acknowledged, and posts nothing.
        key: sample.key,
      };
      const ts = await slack.postAsUser(threadTs === null ? message : { ...message, threadTs });
      roots.set(sample.key, ts);
      return { sample, ts, externalId: `${SUPPORT_CHANNEL.id}:${ts}`, postedBefore };
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
      const values = { [FORM_TEXT.block]: { [FORM_TEXT.action]: { value: text } } };
      const answer = await slack.submitView({ user: slackUserId, viewId, values });
      if (answer.status !== 200 || answer.body.includes('"errors"')) {
        throw new Error(`The form was refused with ${answer.status}: ${answer.body}`);
      }
    },
  };
}
