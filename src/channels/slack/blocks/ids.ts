/** Names by which clicks and forms are known again. They stand in messages of old: never change one. */

export const ACTION_IDS = {
  claim: "ticket_claim",
  openAssign: "ticket_assign",
  priority: "ticket_priority",
  category: "ticket_category",
  openReply: "ticket_reply",
  undoReply: "ticket_reply_undo",
  openResolve: "ticket_resolve",
  reopen: "ticket_reopen",
  openDecline: "ticket_decline",
  openConversation: "ticket_read",
  acceptProposal: "skill_proposal_accept",
  ignoreProposal: "skill_proposal_ignore",
  goAway: "home_away",
  handOver: "home_hand_over",
  comeBack: "home_back",
} as const;

export const FORM_IDS = {
  reply: "ticket_reply_form",
  resolve: "ticket_resolve_form",
  assign: "ticket_assign_form",
  decline: "ticket_decline_form",
} as const;

/** Where a form's one text lies in its state: `values[block][action].value`. */
export const FORM_TEXT = { block: "text", action: "text" } as const;
/** Where a form's one choice lies: `values[block][action].selected_option.value`. */
export const FORM_CHOICE = { block: "choice", action: "choice" } as const;

/** The ticket that a block of the card belongs to: selects carry no value of their own. */
const TICKET_BLOCK = "ticket:";

export function ticketBlockId(ticketId: string, part: string): string {
  return `${TICKET_BLOCK}${ticketId}:${part}`;
}

/** The ticket id in a block id of ours, or null. */
export function readTicketBlockId(blockId: string): string | null {
  if (!blockId.startsWith(TICKET_BLOCK)) return null;
  return blockId.slice(TICKET_BLOCK.length).split(":")[0] ?? null;
}
