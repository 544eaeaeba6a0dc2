/** What employees write in Slack. */

export interface SampleSlackMessage {
  key: string;
  slackUserId: string;
  text: string;
  /** Written in the thread of this message, once it has been acknowledged there. */
  inThreadOf?: string;
}

export const SLACK_FIRST_CONTACTS: readonly SampleSlackMessage[] = [
  {
    key: "laptop-sleeps",
    slackUserId: "U0LENA",
    text: "Hi, since the Windows update last night my laptop does not wake up from sleep any more. Only a hard reset helps.",
  },
  {
    key: "api-down",
    slackUserId: "U0JONAS",
    text: "URGENT: the production API answers 500 for every customer since 10:40, the webhooks of our Node.js service fail too. Outage!",
  },
  {
    key: "new-colleague",
    slackUserId: "U0MEI",
    text: "A new colleague starts on Monday. Could somebody create an account with single sign-on and MFA for her?",
  },
];

export const SLACK_FOLLOW_UPS: readonly SampleSlackMessage[] = [
  {
    key: "laptop-model",
    slackUserId: "U0LENA",
    text: "It is a ThinkPad T14, by the way, and the battery is at 80 %.",
    inThreadOf: "laptop-sleeps",
  },
];

/** The message whose thread a moderator answers. */
export const MODERATED_SLACK_MESSAGE = "laptop-sleeps";
