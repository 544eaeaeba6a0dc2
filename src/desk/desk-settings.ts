/** What the verbs of the desk need to know of its configuration. */
import type { OutgoingChannel } from "../core/hold.ts";
import type { MailTokens } from "./mail-tokens.ts";

export interface DeskSettings {
  /** The addresses that we read and send with, lower case: mail from them is our own. */
  ownAddresses: string[];
  /** The domain of the Message-IDs that we make. */
  messageIdDomain: string;
  /** Signs what our mails carry to find their way back, and verifies it. */
  mailTokens: MailTokens;
  /** The address that answers ask to be sent to with the ticket's token (`support+t1042.…@`), or null where none has one. */
  plusAddress: string | null;
  /** The address that takes returned mail with the delivery's token (`bounces+d….…@`), or null where there is none. */
  bounceAddress: string | null;
  /** A reply to a ticket that was closed so many days ago, or earlier, opens a new ticket that is linked to it. */
  followUpAfterDays: number;
  /** Automatic mails at most to one requester within an hour: two machines that answer each other come to an end. */
  automaticMailPerHour: number;
  /** Host names that only work inside; a leading dot means every host below. Replies that name one are warned of. */
  internalHosts: string[];
  /** Seconds between a moderator's Send and the sending. */
  undoSeconds: number;
  /** Channels by which no answer can leave, since they are switched off: it is kept until they are on. */
  channelsOff: readonly OutgoingChannel[];
  /** The moderators' Slack channel, or null where Slack is off. */
  slackTriageChannel: string | null;
}
