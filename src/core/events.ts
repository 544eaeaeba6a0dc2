/** Names and data of the events that start workflows. A name never changes once released. */

export interface DeskEvents {
  "user/signup": { userId: string };
  "user/updated": { userId: string };
  "ticket/created": { ticketId: string };
  /** Given to somebody by the desk itself; a claim by hand is no news to whoever claims. */
  "ticket/assigned": { ticketId: string; userId: string };
  /** The requester wrote again. */
  "ticket/replied": { ticketId: string; messageId: string };
  /** Something that the card shows has changed. */
  "ticket/changed": { ticketId: string };
  /** A delivery is waiting to go out. */
  "delivery/queued": { deliveryId: string; ticketId: string };
  /** Operators are to be told of a trouble, for the `time`-th time. */
  "alert/raised": { alertId: string; time: number };
  "alert/cleared": { alertId: string };
}

export type DeskEventName = keyof DeskEvents;
