import type { types } from "@slack/bolt";
import { cutForSlack, SLACK_LIMITS } from "../mrkdwn.ts";
import { FORM_TEXT } from "./ids.ts";

/** A form's one field for text, with what stands in it at first. */
export function textArea(initial: string): types.PlainTextInput {
  const value = cutForSlack(initial, SLACK_LIMITS.inputValue);
  return {
    type: "plain_text_input",
    action_id: FORM_TEXT.action,
    multiline: true,
    max_length: SLACK_LIMITS.inputValue,
    ...(value === "" ? {} : { initial_value: value }),
  };
}
