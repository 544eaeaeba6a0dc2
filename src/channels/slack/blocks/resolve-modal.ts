import type { types } from "@slack/bolt";
import { FORM_IDS, FORM_TEXT } from "./ids.ts";
import { label, nameTicket, paragraph } from "./text.ts";
import { textArea } from "./text-area.ts";

/** The form to resolve a ticket. */
export function buildResolveModal(
  ticket: { number: number; title: string },
  metadata: string,
): types.ModalView {
  return {
    type: "modal",
    callback_id: FORM_IDS.resolve,
    private_metadata: metadata,
    title: label("Resolve"),
    submit: label("Resolve"),
    close: label("Cancel"),
    blocks: [
      ...paragraph(nameTicket(ticket.number, ticket.title), 300),
      {
        type: "input",
        optional: true,
        block_id: FORM_TEXT.block,
        label: label("Note for the requester"),
        hint: label("The requester reads it with the news that the ticket is resolved."),
        element: textArea(""),
      },
    ],
  };
}
