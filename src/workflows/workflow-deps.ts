/** What the workflows are given by the root that wires them. Channels and classifiers come as ports. */
import type { MailSender, SlackDesk } from "../core/delivery.ts";
import type { EmailAddress } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import type { SlackIntake } from "../core/slack-intake.ts";
import type { RankSimilar } from "../core/slack-views.ts";
import type { Classifier, TriageExample } from "../core/triage.ts";
import type { SqlPool } from "../db/client.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import type { Policies } from "./policies.ts";
import type { ReconcileReport } from "./reconcile.ts";

export interface WorkflowDeps {
  sql: SqlPool;
  settings: DeskSettings;
  policies: Policies;
  now(): Date;
  log: Log;
  /** Null where no model is configured. */
  model: Classifier | null;
  /** Trained on the built-in start and the desk's own tickets, those given here or those of the stored model. */
  createLocalClassifier(examples: TriageExample[]): Classifier;
  /** Trains and stores the local classifier anew, where there is anything new to learn. Left out: nothing does. */
  rebuildLocalModel?: () => Promise<object>;
  /** Puts solved tickets that share words with another in order. Left out: by their words alone. */
  rankSimilar?: RankSimilar;
  /** Null where the channel is off. */
  mail: {
    sender: MailSender;
    from: EmailAddress;
    /** Milliseconds to the next try after `tries` that failed; the product's own pace unless it is said. */
    retryDelayMs?: (tries: number) => number;
  } | null;
  slack: SlackDesk | null;
  /** What completes a recorded Slack message; null where Slack is off. */
  slackIntake: SlackIntake | null;
  /** Public address of the service, without a slash at the end. */
  appUrl: string;
  /** A link by which the owner of the address proves that it is theirs. */
  createVerificationLink(user: { id: string; email: string }): Promise<string>;
  reconcile(): Promise<ReconcileReport>;
}
