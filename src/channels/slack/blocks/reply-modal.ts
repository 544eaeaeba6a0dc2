/** The form to write a reply in: who will receive it, what is new, and what looks wrong stand above the text. */
import type { types } from "@slack/bolt";
import type { ReplyForm } from "../../../core/slack-actions.ts";
import { cutForSlack, SLACK_LIMITS } from "../mrkdwn.ts";
import { FORM_IDS, FORM_TEXT } from "./ids.ts";
import {
  type Block,
  label,
  markdown,
  moment,
  nameChannel,
  nameTicket,
  paragraph,
  plain,
  smallPrint,
} from "./text.ts";
import { textArea } from "./text-area.ts";

const WARNINGS_MAX = 15;
const PEOPLE_LENGTH_MAX = 2_500;

/**
 * `metadata` comes back on submission. With `confirm`, nothing has been sent yet: the reasons stand first, and the
 * button says that it is sent anyway.
 */
export function buildReplyModal(
  form: ReplyForm,
  metadata: string,
  confirm: boolean,
  text?: string,
): types.ModalView {
  return {
    type: "modal",
    callback_id: FORM_IDS.reply,
    private_metadata: metadata,
    title: label("Reply"),
    submit: label(confirm ? "Send anyway" : "Send"),
    close: label("Cancel"),
    blocks: [
      ...paragraph(nameTicket(form.number, form.title), 300),
      ...(confirm
        ? [{ type: "section", text: markdown("*Not sent yet.* Please look at this first:") } as Block]
        : []),
      ...(!form.hold ? [] : paragraph(`📭 ${form.hold}`, 600)),
      ...form.warnings.slice(0, WARNINGS_MAX).flatMap((warning) => paragraph(`⚠️ ${warning}`, 600)),
      ...buildAudience(form),
      ...buildLatest(form),
      {
        type: "input",
        block_id: FORM_TEXT.block,
        label: label("Your reply"),
        ...(form.undoSeconds > 0
          ? { hint: label(`After Send it can be taken back for ${form.undoSeconds} seconds.`) }
          : {}),
        element: textArea(text ?? form.draft),
      },
      ...(text === undefined ? smallPrint([DRAFT_WORDS[form.draftFrom]]) : []),
    ],
  };
}

const DRAFT_WORDS = {
  suggestion: "Begun with the suggested answer: read it before you send it.",
  "taken-back": "This is what was taken back.",
  nothing: "",
};

function buildAudience({ channel, audience }: ReplyForm): Block[] {
  switch (channel) {
    case "email":
      return [
        { type: "section", text: markdown("*Leaves by email, to exactly these people:*") },
        ...paragraph(`To: ${listPeople(audience.to)}`, PEOPLE_LENGTH_MAX),
        ...paragraph(audience.cc.length === 0 ? "" : `CC: ${listPeople(audience.cc)}`, PEOPLE_LENGTH_MAX),
      ];
    case "slack": {
      const place = nameChannel(audience.slackChannel ?? "");
      const readers =
        place === ""
          ? "*Leaves as a direct message*, in the requester's thread: nobody else reads it."
          : `*Leaves in the requester's thread in ${place}*: everybody in that channel can read it.`;
      return [{ type: "section", text: markdown(readers) }];
    }
    case "api":
      return [
        {
          type: "section",
          text: markdown("*Nobody is written to*: the requester reads it through the API."),
        },
      ];
    default:
      return channel satisfies never;
  }
}

function listPeople(people: string[]): string {
  return people.length === 0 ? "nobody" : people.join(", ");
}

function buildLatest({ latest }: ReplyForm): Block[] {
  if (latest === null || latest.text.trim() === "") return [];
  const who = plain(`${latest.authorName} wrote`, 200);
  return [
    { type: "context", elements: [who, markdown(`${moment(latest.at, "day")}:`)] },
    ...paragraph(cutForSlack(latest.text.trim(), SLACK_LIMITS.sectionText / 2)),
  ];
}
