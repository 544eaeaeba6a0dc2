/** How a watched mailbox is doing, for readiness and metrics. */
export interface MailboxState {
  mailbox: string;
  connected: boolean;
  /** What is wrong, for an operator; null while all is well. */
  problem: string | null;
}
