import type { types } from "@slack/bolt";
import type { AssignForm } from "../../../core/slack-actions.ts";
import { FORM_CHOICE, FORM_IDS } from "./ids.ts";
import { label, nameTicket, option, paragraph, select, smallPrint } from "./text.ts";

/** The form to give a ticket to somebody: people by fit and load, the best placed first. */
export function buildAssignModal(form: AssignForm, metadata: string): types.ModalView {
  const options = form.people.map(({ userId, name, fit }) => option(shorten(name, fit), userId));
  const people = select(FORM_CHOICE.action, "Choose somebody", options, null);
  const base = {
    type: "modal",
    callback_id: FORM_IDS.assign,
    private_metadata: metadata,
    title: label("Assign"),
    close: label("Cancel"),
  } as const;
  const heading = paragraph(nameTicket(form.number, form.title), 300);
  if (people === null)
    return { ...base, blocks: [...heading, ...paragraph("There is nobody to give it to.")] };
  return {
    ...base,
    submit: label("Assign"),
    blocks: [
      ...heading,
      { type: "input", block_id: FORM_CHOICE.block, label: label("Give it to"), element: people },
      ...smallPrint(["By the skills that the ticket needs, then by open tickets against capacity."]),
    ],
  };
}

/** Name and fit on the one line of an option; a long name gives way. */
function shorten(name: string, fit: string): string {
  const room = Math.max(20, 75 - fit.length - 3);
  const shown = name.length > room ? `${name.slice(0, room - 1)}…` : name;
  return `${shown} · ${fit}`;
}
