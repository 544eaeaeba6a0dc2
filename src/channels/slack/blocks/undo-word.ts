import { ACTION_IDS } from "./ids.ts";
import { type Block, button, markdown } from "./text.ts";

/** What the sender alone sees after Send, with the way back. */
export function buildUndoWord(
  ticketNumber: number,
  deliveryId: string,
  undoSeconds: number,
): { text: string; blocks: Block[] } {
  const text = `Your reply on ticket #${ticketNumber} leaves in ${undoSeconds} seconds.`;
  return {
    text,
    blocks: [
      {
        type: "section",
        text: markdown(text),
        accessory: button("Undo", ACTION_IDS.undoReply, deliveryId, "danger"),
      },
    ],
  };
}
