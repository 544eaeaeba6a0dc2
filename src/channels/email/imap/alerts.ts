/** What a watcher tells people of: each trouble once, and once that it is over. */

export interface MailboxAlert {
  mailbox: string;
  /** `recovered`: the mailbox is read. `intake-works`: mails of it are recorded. Both are told once at first, too. */
  kind: "bad-login" | "dead-token" | "unreachable" | "intake-refuses" | "recovered" | "intake-works";
  /** One plain sentence each; the fix is empty where nothing is to be done. */
  problem: string;
  fix: string;
}

/** What each word takes back, so that it is told when it is true again. */
const OPPOSITES: Record<MailboxAlert["kind"], MailboxAlert["kind"][]> = {
  "bad-login": ["recovered", "dead-token", "unreachable"],
  "dead-token": ["recovered", "bad-login", "unreachable"],
  unreachable: ["recovered", "bad-login", "dead-token"],
  recovered: ["bad-login", "dead-token", "unreachable"],
  "intake-refuses": ["intake-works"],
  "intake-works": ["intake-refuses"],
};

/** All is well is told at first as well: an earlier process may have said otherwise. */
export class WatchAlerts {
  readonly #mailbox: string;
  readonly #onAlert: ((alert: MailboxAlert) => void) | undefined;
  readonly #told = new Set<MailboxAlert["kind"]>();

  constructor(mailbox: string, onAlert: ((alert: MailboxAlert) => void) | undefined) {
    this.#mailbox = mailbox;
    this.#onAlert = onAlert;
  }

  tell(kind: MailboxAlert["kind"], problem: string, fix = ""): void {
    if (this.#told.has(kind)) return;
    this.#told.add(kind);
    for (const other of OPPOSITES[kind]) this.#told.delete(other);
    this.#onAlert?.({ mailbox: this.#mailbox, kind, problem, fix });
  }
}
