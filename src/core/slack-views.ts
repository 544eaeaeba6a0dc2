/** What people see in Slack besides threads: the moderators' card, the conversation, App Home, proposals. */
import type { TicketCard } from "./delivery.ts";
import type { DeadlineKind } from "./sla.ts";
import type { Channel, Priority, TicketStatus } from "./ticket.ts";

/**
 * How alike texts are: one number for each candidate, the higher the closer. Null where nobody can tell now.
 */
export type RankSimilar = (
  ticket: { title: string; text: string },
  candidates: { title: string; text: string }[],
) => Promise<number[] | null>;

/** A solved ticket that is like this one. */
export interface SimilarTicket {
  number: number;
  title: string;
  /** How it was answered, cut; empty where nobody wrote. */
  answer: string;
}

/** Everything that the moderators' card shows. */
export interface TicketCardView extends TicketCard {
  /** Labels that a person has set, e.g. `category`. */
  setByPerson: string[];
  /** The requester's newest words, cut; null where there are none. */
  latest: { authorName: string; text: string; at: Date } | null;
  /** One sentence each: forged sender, bounced or failed answers. */
  alarms: string[];
  similar: SimilarTicket[];
  /** A reply inside its undo window, or one that cannot leave: `hold` says why, and what to do. */
  pendingReply: { deliveryId: string; authorName: string; leavesAt: Date; hold?: string | null } | null;
  /** Names of the desk's categories, in their order. */
  categories: string[];
  /** Address of the whole ticket, or null. */
  url: string | null;
}

export interface ConversationMessage {
  authorName: string;
  kind: "message" | "reply" | "note" | "acknowledgement" | "notice";
  channel: Channel;
  at: Date;
  text: string;
  attachments: string[];
  /** `queued`, `bounced`, ...; null where nothing had to be delivered. */
  deliveryState: string | null;
}

/** The newest messages of a ticket, the oldest of them first. */
export interface ConversationPage {
  number: number;
  title: string;
  messages: ConversationMessage[];
  /** How many older ones are left out. */
  omitted: number;
  url: string | null;
}

export interface HomeOpener {
  slackUserId: string;
  team: string;
  name: string;
  email: string | null;
}

export interface HomeDeadline {
  kind: DeadlineKind;
  at: Date;
  missed: boolean;
}

export interface HomeTicket {
  ticketId: string;
  number: number;
  title: string;
  status: TicketStatus;
  priority: Priority;
  requesterName: string;
  /** Since when somebody waits for the next word. */
  waitingSince: Date;
  /** Why it stands where it stands, e.g. `The requester answered`; empty where nothing is to be said. */
  why: string;
  /** The next of its deadlines that runs; null where none does, and on what requesters see. */
  due: HomeDeadline | null;
  /** The requester's own thread in Slack, or null. */
  thread: { channel: string; ts: string } | null;
}

export type Home =
  | {
      kind: "staff";
      name: string;
      away: boolean;
      /** Away for long: their open tickets go to others. */
      handOver?: boolean;
      load: number;
      capacity: number;
      waitsOnMe: HomeTicket[];
      mine: HomeTicket[];
      /** Tickets that nobody has. */
      unassigned: HomeTicket[];
      unassignedCount: number;
    }
  | { kind: "requester"; name: string; tickets: HomeTicket[] };

/** Asks an admin whether a skill should be taken off somebody's profile. */
export interface SkillProposalView {
  proposalId: string;
  personName: string;
  skill: string;
  ticketNumber: number;
  ticketTitle: string;
  note: string;
}
