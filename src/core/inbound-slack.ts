/** What the Slack channel hands to intake. It holds what Slack sent and nothing that would have to be asked for first. */

/** A file that stands in Slack; it is fetched after its message is recorded. */
export interface SlackFileRef {
  id: string;
  /** Empty where Slack gives none. */
  name: string;
  mimetype: string | null;
  sizeBytes: number | null;
  /** Null where Slack wants to be asked for it by the file's id. */
  url: string | null;
  /** Kept at another service, such as a document in a cloud drive: never fetched. */
  external: boolean;
}

export interface SlackAuthor {
  slackUserId: string;
  /** Empty where nobody has asked Slack yet. */
  name: string;
  /** Lower case; null where unknown, hidden, unconfirmed, or another company's. */
  email: string | null;
}

export interface InboundSlackMessage {
  channel: "slack";
  /** The team id. */
  account: string;
  /** `<channel id>:<ts>`: the same for a message event, its app_mention twin and every retry. */
  externalId: string;
  receivedAt: Date;
  slackChannel: string;
  ts: string;
  /** The thread's root where the message is a reply in a thread, else null. */
  threadTs: string | null;
  author: SlackAuthor;
  /** Plain text: entities unescaped, mentions as `@name` where the name is known. */
  text: string;
  /** As Slack sent it, to name people later. */
  mrkdwn: string;
  /** Somebody is mentioned whose name is not in `text` yet. */
  hasUnnamed: boolean;
  files: SlackFileRef[];
  /**
   * `message`: as written. `request`: somebody asked for a ticket from it, by shortcut or reaction. `earlier`: it stood
   * in the thread before the ticket.
   */
  way: "message" | "request" | "earlier";
  /** Slack id of whoever asked, on a `request`. */
  requestedBy: string | null;
  /** `ignored`: written by a machine that gets no ticket; `accepted`: by one whose messages are tickets. */
  bot: "ignored" | "accepted" | null;
}

/** A submitted `/ticket` form: a ticket without a message in Slack. */
export interface InboundSlackForm {
  channel: "slack-form";
  account: string;
  /** `form:<view id>`: the same for every delivery of one submission. */
  externalId: string;
  receivedAt: Date;
  author: SlackAuthor;
  title: string;
  description: string;
  /** How urgent it is to who wrote it; null where they left that to the desk. */
  priority: "low" | "medium" | "high" | null;
  files: SlackFileRef[];
}

/** A message was edited or deleted in Slack. */
export interface InboundSlackChange {
  channel: "slack-change";
  account: string;
  /** `<channel id>:<ts>:edited:<edit's ts>` or `<channel id>:<ts>:deleted`. */
  externalId: string;
  receivedAt: Date;
  slackChannel: string;
  ts: string;
  threadTs: string | null;
  /** `message` is the whole of it as it stands now; `editedTs` orders edits that overtake each other. */
  change: { kind: "edited"; editedTs: string; message: InboundSlackMessage } | { kind: "deleted" };
}

/** Somebody put the ticket reaction on a message. Whether they may, and what it says, is found out afterwards. */
export interface InboundSlackRequest {
  channel: "slack-request";
  account: string;
  /** `<channel id>:<ts>:reaction:<user id>`. */
  externalId: string;
  receivedAt: Date;
  slackChannel: string;
  ts: string;
  slackUserId: string;
}
