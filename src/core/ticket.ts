/** Ticket states and the moves between them. */

export const TICKET_STATUSES = ["open", "in_progress", "waiting", "resolved", "closed"] as const;
export type TicketStatus = (typeof TICKET_STATUSES)[number];

export const PRIORITIES = ["low", "medium", "high"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const CHANNELS = ["email", "slack", "api"] as const;
export type Channel = (typeof CHANNELS)[number];

/** What happened to a ticket that may move its status. */
export type TicketMove = "claimed" | "answered" | "requester-replied" | "resolved" | "closed" | "reopened";

/** Statuses in which a ticket counts towards its assignee's load. */
export const OPEN_STATUSES = ["open", "in_progress", "waiting"] as const satisfies readonly TicketStatus[];

/**
 * The status after a move, or null where the move is not legal from that status.
 * A requester's reply wakes a waiting or resolved ticket; a closed one is followed up by a new ticket instead.
 */
export function decideStatus(current: TicketStatus, move: TicketMove): TicketStatus | null {
  switch (move) {
    case "claimed":
      return current === "closed" || current === "resolved" ? null : "in_progress";
    case "answered":
      return current === "closed" ? null : current === "resolved" ? "resolved" : "waiting";
    case "requester-replied":
      if (current === "closed") return null;
      return current === "waiting" ? "in_progress" : current === "resolved" ? "open" : current;
    case "resolved":
      return current === "closed" || current === "resolved" ? null : "resolved";
    case "closed":
      return current === "closed" ? null : "closed";
    case "reopened":
      return current === "resolved" || current === "closed" ? "open" : null;
    default:
      return assertNever(move);
  }
}

/**
 * Whether a person may set this status by hand, beside the moves above: between the open ones only. Resolving, closing
 * and opening again are moves of their own.
 */
export function canSetByHand(current: TicketStatus, wanted: TicketStatus): boolean {
  const open: readonly TicketStatus[] = OPEN_STATUSES;
  return open.includes(current) && open.includes(wanted);
}

/** Ends an exhaustive switch: a new member of the union fails to compile here. */
export function assertNever(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
