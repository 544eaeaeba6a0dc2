/** What the verbs of the desk need to know of its configuration. */
export interface DeskSettings {
  /** The addresses that we read and send with, lower case: mail from them is our own. */
  ownAddresses: string[];
  /** The domain of the Message-IDs that we make. */
  messageIdDomain: string;
  /** Automatic mails at most to one requester within an hour: two machines that answer each other come to an end. */
  automaticMailPerHour: number;
  /** Seconds between a moderator's Send and the sending. */
  undoSeconds: number;
  /** The moderators' Slack channel, or null where Slack is off. */
  slackTriageChannel: string | null;
}
