/** The form behind `/ticket`: what somebody wants to ask, wherever they are in Slack. */
import type { types } from "@slack/bolt";
import { cutForSlack } from "../mrkdwn.ts";
import { label, plain, select } from "./text.ts";

export const NEW_TICKET_FORM = "new_ticket_form";
export const NEW_TICKET_FIELDS = {
  title: { block: "title", action: "title" },
  description: { block: "description", action: "description" },
  priority: { block: "priority", action: "priority" },
  files: { block: "files", action: "files" },
} as const;

/** Slack lets a field hold 3,000 characters. */
const DESCRIPTION_LENGTH_MAX = 3_000;
const TITLE_LENGTH_MAX = 150;
const FILES_MAX = 10;

const URGENCY = [
  { text: "It can wait", value: "low" },
  { text: "It slows me down", value: "medium" },
  { text: "I cannot work", value: "high" },
];

/** @param words what was typed behind the command; stands in the description */
export function buildNewTicketModal(words: string): types.ModalView {
  const { title, description, priority, files } = NEW_TICKET_FIELDS;
  const typed = cutForSlack(words.trim(), DESCRIPTION_LENGTH_MAX);
  const urgency = select(
    priority.action,
    "The desk decides",
    URGENCY.map(({ text, value }) => ({ text: plain(text, 75), value })),
    null,
  );
  return {
    type: "modal",
    callback_id: NEW_TICKET_FORM,
    title: label("New ticket"),
    submit: label("Send"),
    close: label("Cancel"),
    blocks: [
      {
        type: "input",
        block_id: title.block,
        label: label("In one line"),
        element: { type: "plain_text_input", action_id: title.action, max_length: TITLE_LENGTH_MAX },
      },
      {
        type: "input",
        block_id: description.block,
        label: label("What happens, and what have you tried?"),
        element: {
          type: "plain_text_input",
          action_id: description.action,
          multiline: true,
          max_length: DESCRIPTION_LENGTH_MAX,
          ...(typed === "" ? {} : { initial_value: typed }),
        },
      },
      ...(urgency === null
        ? []
        : [
            {
              type: "input" as const,
              block_id: priority.block,
              optional: true,
              label: label("How urgent is it to you?"),
              element: urgency,
            },
          ]),
      {
        type: "input",
        block_id: files.block,
        optional: true,
        label: label("Files"),
        element: { type: "file_input", action_id: files.action, max_files: FILES_MAX },
      },
    ],
  };
}
