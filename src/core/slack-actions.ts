/** What the buttons and forms in Slack ask of the desk. The desk implements it; the Slack channel only calls it. */
import type { StaffActor } from "./actor.ts";
import type { ConversationPage, HomeOpener } from "./slack-views.ts";
import type { Priority } from "./ticket.ts";

/** Expected outcomes only: `text` is one sentence for the person who clicked. Everything else is an AppError. */
export type ActionAnswer = { ok: true; text?: string } | { ok: false; text: string };

/** Exactly who will receive a reply. */
export interface ReplyAudience {
  /** People as they will be written to, e.g. `Ada Lovelace <ada@example.com>`; empty where it is not sent by mail. */
  to: string[];
  cc: string[];
  /** The Slack channel whose members can read it, or null. */
  slackChannel: string | null;
  /** The same for the same audience, and for no other. */
  key: string;
}

/** What the reply form shows before anything is written. */
export interface ReplyForm {
  ticketId: string;
  number: number;
  title: string;
  /** A text to edit; may be empty. */
  draft: string;
  draftFrom: "suggestion" | "taken-back" | "nothing";
  channel: "email" | "slack" | "api";
  audience: ReplyAudience;
  /** What the requester wrote last, or null. */
  latest: { messageId: string; authorName: string; text: string; at: Date } | null;
  /** One sentence each; empty where nothing looks wrong. */
  warnings: string[];
  /** Seconds in which the reply can be taken back. */
  undoSeconds: number;
  /** Why a reply could not leave now, and what to do; null or absent where it can. */
  hold?: string | null;
  /** What to know of how the requester gets it: that nobody is told; null or absent where it is sent. */
  note?: string | null;
}

/** What the moderator had before their eyes when they pressed Send: claims of the form, compared with what is true now. */
export interface ReplyShown {
  audienceKey: string;
  latestMessageId: string | null;
  /** Fingerprints of the warnings, see `fingerprintWarning`. */
  warnings: string[];
}

export type ReplyAnswer =
  | ({ state: "queued"; number: number; deliveryId: string | null; undoSeconds: number } & Pick<
      ReplyForm,
      "hold" | "note"
    >)
  /** Nothing was written: something is new or looks wrong. Sending the same again with this form's state confirms it. */
  | { state: "confirm"; form: ReplyForm }
  | { state: "refused"; text: string };

export type UndoAnswer =
  | { state: "undone"; ticketId: string; number: number; text: string }
  | { state: "too-late"; text: string };

export interface AssignForm {
  number: number;
  title: string;
  /** The best placed first. */
  people: { userId: string; name: string; fit: string }[];
}

export const DECLINE_REASONS = ["skill", "topic", "time", "other"] as const;
export type DeclineReason = (typeof DECLINE_REASONS)[number];

export interface DeclineForm {
  number: number;
  title: string;
  /** Skills that the ticket needs and the person is said to have. */
  skills: string[];
}

/**
 * `key` is the same for every delivery of one click or form: a second call with it changes nothing.
 * Ids come from outside and are read anew; whatever is not a ticket of the desk is `not_found`.
 */
export interface SlackActions {
  /**
   * The moderator or admin behind a Slack user, or null for everybody else.
   * `email` is null where Slack hides it or another company vouches for it.
   */
  resolveActor(slackUserId: string, email: string | null): Promise<StaffActor | null>;
  claim(actor: StaffActor, ticketId: string, key: string): Promise<ActionAnswer>;
  loadAssignForm(actor: StaffActor, ticketId: string): Promise<AssignForm>;
  assign(actor: StaffActor, ticketId: string, userId: string, key: string): Promise<ActionAnswer>;
  changePriority(actor: StaffActor, ticketId: string, priority: Priority, key: string): Promise<ActionAnswer>;
  changeCategory(actor: StaffActor, ticketId: string, category: string, key: string): Promise<ActionAnswer>;
  /** Rejects with an AppError whose publicMessage the clicker reads, e.g. `not_found`. */
  loadReplyForm(actor: StaffActor, ticketId: string): Promise<ReplyForm>;
  reply(
    actor: StaffActor,
    ticketId: string,
    text: string,
    shown: ReplyShown,
    key: string,
  ): Promise<ReplyAnswer>;
  undoReply(actor: StaffActor, deliveryId: string): Promise<UndoAnswer>;
  loadResolveForm(actor: StaffActor, ticketId: string): Promise<{ number: number; title: string }>;
  /** `note` goes to the requester; empty where there is none. */
  resolve(actor: StaffActor, ticketId: string, note: string, key: string): Promise<ActionAnswer>;
  reopen(actor: StaffActor, ticketId: string, key: string): Promise<ActionAnswer>;
  loadDeclineForm(actor: StaffActor, ticketId: string): Promise<DeclineForm>;
  decline(
    actor: StaffActor,
    ticketId: string,
    why: { reason: DeclineReason; note: string },
    key: string,
  ): Promise<ActionAnswer>;
  /** Admins only. `text` says what was decided, also where somebody else was first. */
  decideSkillProposal(actor: StaffActor, proposalId: string, accept: boolean): Promise<ActionAnswer>;
  loadConversation(actor: StaffActor, ticketId: string): Promise<ConversationPage>;
  /** `handOver`: their open tickets go to others now. */
  setAway(actor: StaffActor, away: boolean, key: string, handOver?: boolean): Promise<ActionAnswer>;
  /** Somebody, staff or not, looks at App Home: it is drawn soon after. */
  openHome(opener: HomeOpener): Promise<void>;
}
