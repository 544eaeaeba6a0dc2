import type { types } from "@slack/bolt";
import type { DeclineForm, DeclineReason } from "../../../core/slack-actions.ts";
import { FORM_CHOICE, FORM_IDS, FORM_TEXT } from "./ids.ts";
import { label, nameTicket, option, paragraph, select, smallPrint } from "./text.ts";
import { textArea } from "./text-area.ts";

export const DECLINE_WORDS: Record<DeclineReason, string> = {
  skill: "I do not know this well enough",
  topic: "It is about something else",
  time: "I have no time for it",
  other: "Something else",
};

/** The form to hand a ticket back: why, so that the next one fits better. */
export function buildDeclineModal(form: DeclineForm, metadata: string): types.ModalView {
  const options = Object.entries(DECLINE_WORDS).map(([reason, words]) => option(words, reason));
  const reasons = select(FORM_CHOICE.action, "Choose a reason", options, null);
  const skills = form.skills.slice(0, 5).join(", ");
  return {
    type: "modal",
    callback_id: FORM_IDS.decline,
    private_metadata: metadata,
    title: label("Not mine"),
    submit: label("Hand back"),
    close: label("Cancel"),
    blocks: [
      ...paragraph(nameTicket(form.number, form.title), 300),
      ...(reasons === null
        ? []
        : [
            {
              type: "input",
              block_id: FORM_CHOICE.block,
              label: label("Why?"),
              element: reasons,
            } as types.InputBlock,
          ]),
      {
        type: "input",
        optional: true,
        block_id: FORM_TEXT.block,
        label: label("In your words"),
        element: textArea(""),
      },
      ...smallPrint([
        "It goes to the next best placed moderator.",
        skills === ""
          ? ""
          : `“${DECLINE_WORDS.skill}” also asks an admin whether to take off your profile: ${skills}.`,
      ]),
    ],
  };
}
