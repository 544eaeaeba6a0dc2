/** What the buttons and forms in Slack ask of the desk. The desk implements it; the Slack channel only calls it. */
import type { StaffActor } from "./actor.ts";

/** Expected outcomes only: `text` is one sentence for the person who clicked. Everything else is an AppError. */
export type ActionAnswer = { ok: true; text?: string } | { ok: false; text: string };

/** What the reply form shows before anything is written. */
export interface ReplyForm {
  number: number;
  title: string;
  /** A draft to edit; may be empty. */
  suggestedReply: string;
  /** Exactly who will receive it, for people to read, e.g. `Ada Lovelace <ada@example.com>, cc bob@example.com`. */
  recipients: string;
  /** How it leaves, for people to read, e.g. `email` or `the thread in #help`. */
  channel: string;
  /** One sentence each; empty where nothing looks wrong. */
  warnings: string[];
}

export interface SlackActions {
  /**
   * The moderator or admin behind a Slack user, or null for everybody else.
   * `email` is null where Slack hides it or another company vouches for it.
   */
  resolveActor(slackUserId: string, email: string | null): Promise<StaffActor | null>;
  claim(actor: StaffActor, ticketId: string): Promise<ActionAnswer>;
  /** `note` goes to the requester; empty where there is none. */
  resolve(actor: StaffActor, ticketId: string, note: string): Promise<ActionAnswer>;
  /** `submissionKey` is the same for every delivery of one submitted form: a second call with it must not reply again. */
  reply(actor: StaffActor, ticketId: string, text: string, submissionKey: string): Promise<ActionAnswer>;
  /** Rejects with an AppError whose publicMessage the clicker reads, e.g. `not_found`. */
  loadReplyForm(actor: StaffActor, ticketId: string): Promise<ReplyForm>;
}
