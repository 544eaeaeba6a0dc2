/** What completing a recorded Slack message asks of Slack. The channel implements it; workflows call it. */
import type { SlackPosition } from "./delivery.ts";
import type { InboundAttachment } from "./inbound.ts";
import type { InboundSlackMessage, SlackAuthor, SlackFileRef } from "./inbound-slack.ts";

export type FetchedFile = { attachment: InboundAttachment } | { missing: string };

/** Rejects with AppErrors, retryable where another try may help. */
export interface SlackIntake {
  lookUp(slackUserId: string): Promise<SlackAuthor>;
  /** The text as people read it, everybody in it named as far as Slack tells. Never rejects. */
  nameText(mrkdwn: string): Promise<string>;
  /** `missing` is one sentence for people: why it cannot be had, now and later. */
  fetchFile(file: SlackFileRef, sizeBytesMax: number): Promise<FetchedFile>;
  /** The message that stands there, as an `earlier` one; null where it is gone or the bot may not read it. */
  readMessage(channel: string, ts: string): Promise<InboundSlackMessage | null>;
  /** At most `limit` messages of people that stand in the thread before `beforeTs`, its root first, else the newest. */
  readThreadBefore(
    thread: { channel: string; threadTs: string },
    beforeTs: string,
    limit: number,
  ): Promise<InboundSlackMessage[]>;
  /** Whether the bot is in that channel, and so can answer there. */
  isMember(channel: string): Promise<boolean>;
  /** Begins a thread in the direct messages with that person, once for each `key`, even where a try got lost. */
  openDirectThread(thread: { slackUserId: string; text: string; key: string }): Promise<SlackPosition>;
  /** Never rejects. */
  tellPrivately(to: { slackUserId: string; channel: string }, text: string): Promise<void>;
  /** Shows the state of the ticket under our own message at `at`, which says `text`. */
  showStatus(at: SlackPosition, shown: { text: string; status: string }): Promise<void>;
}
