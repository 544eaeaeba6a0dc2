/** The news that a ticket is resolved, with the way back. */
import { type Block, button, paragraphs } from "./text.ts";

export const NOT_SOLVED = "requester_not_solved";

export function buildResolution(text: string, ticketId: string): Block[] {
  return [
    ...paragraphs(text, 3),
    { type: "actions", elements: [button("Not solved", NOT_SOLVED, ticketId)] },
  ];
}
