/** Notices of the desk itself to the moderators' channel. */
import type { SlackNotice } from "../../core/delivery.ts";
import { cutForSlack, escapeMrkdwn, SLACK_LIMITS } from "./mrkdwn.ts";
import { findOwnMessages } from "./own-messages.ts";
import type { WebClient } from "./web-client.ts";

const NOTICE_EVENT = "deskhand_notice";
/** A notice whose posting was not seen to succeed is looked for among so many of the newest messages. */
const SEARCH_MESSAGES = 100;

/** Posts it, unless it stands there already: notices are rare enough to look each time. Rejects as the Web API does. */
export async function postNotice(web: WebClient, channel: string, notice: SlackNotice): Promise<void> {
  const newest = await web.conversations.history({
    channel,
    include_all_metadata: true,
    limit: SEARCH_MESSAGES,
  });
  if (findOwnMessages(newest, NOTICE_EVENT).some(({ payload }) => payload.notice_id === notice.noticeId))
    return;
  await web.chat.postMessage({
    channel,
    text: escapeMrkdwn(cutForSlack(notice.text, SLACK_LIMITS.messageText)),
    mrkdwn: false,
    parse: "none",
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: NOTICE_EVENT, event_payload: { notice_id: notice.noticeId } },
  });
}
