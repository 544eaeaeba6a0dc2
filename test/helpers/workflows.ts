/** The workflows on the embedded engine, with ports that remember what they were asked. */

import { readPolicies } from "../../src/config/policies.ts";
import { SettingsReader } from "../../src/config/settings-reader.ts";
import type { MailSendResult, OutgoingMail, SlackNotice, SlackPost } from "../../src/core/delivery.ts";
import type { Log } from "../../src/core/log.ts";
import type { SlackIntake } from "../../src/core/slack-intake.ts";
import type { Home, SkillProposalView, TicketCardView } from "../../src/core/slack-views.ts";
import type { Classifier, TriageAttempt } from "../../src/core/triage.ts";
import type { SqlPool } from "../../src/db/client.ts";
import type { DeskSettings } from "../../src/desk/desk-settings.ts";
import { startWorkflows, type WorkflowRunner } from "../../src/runtime/workflow-runner.ts";
import type { Policies } from "../../src/workflows/policies.ts";
import type { WorkflowDeps } from "../../src/workflows/workflow-deps.ts";
import { SETTINGS } from "./inbound.ts";

export const QUIET: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface FarEnds {
  mails: OutgoingMail[];
  posts: { post: SlackPost; maybePosted: boolean }[];
  notices: SlackNotice[];
  homes: { slackUserId: string; home: Home }[];
  proposals: { proposal: SkillProposalView; slackUserId: string | null }[];
  cards: { card: TicketCardView; at: { channel: string; ts: string } | null; maybePosted: boolean }[];
  /** What the mail server says to mails for an address; it takes every other. */
  mailAnswers: Map<string, () => Promise<MailSendResult>>;
}

export interface StartedWorkflows extends WorkflowRunner {
  farEnds: FarEnds;
  /** Until no event waits in the outbox and no run has work due. */
  settle(): Promise<void>;
}

export interface WorkflowTestOptions {
  model?: Classifier | null;
  settings?: Partial<DeskSettings>;
  /** A real mail server instead of the port that remembers. */
  mail?: WorkflowDeps["mail"];
  /** No other process runs the workflows of this database. */
  soleProcess?: boolean;
  policies?: Partial<Policies>;
  /** Clocks that the test moves: of the desk's policies, and of the engine, which must not go back. */
  now?: () => Date;
  engineNow?: () => Date;
  slackIntake?: SlackIntake | null;
}

export async function startTestWorkflows(
  sql: SqlPool,
  options: WorkflowTestOptions = {},
): Promise<StartedWorkflows> {
  const farEnds: FarEnds = {
    mails: [],
    posts: [],
    notices: [],
    cards: [],
    homes: [],
    proposals: [],
    mailAnswers: new Map(),
  };
  let ts = 0;
  const runner = await startWorkflows(
    null,
    {
      sql,
      settings: { ...SETTINGS, ...options.settings },
      policies: { ...readPolicies(new SettingsReader({})), ...options.policies },
      now: options.now ?? (() => new Date()),
      log: QUIET,
      model: options.model ?? null,
      createLocalClassifier: () => fixedClassifier("local"),
      mail: options.mail ?? {
        from: { address: "support@desk.example", name: "Support" },
        sender: {
          async send(mail) {
            farEnds.mails.push(mail);
            const answer = farEnds.mailAnswers.get(mail.to[0]?.address ?? "");
            return answer ? answer() : { state: "sent", response: "250 ok" };
          },
        },
      },
      slack: {
        async postInThread(post, maybePosted) {
          farEnds.posts.push({ post, maybePosted });
          return { channel: post.channel, ts: `2.${++ts}` };
        },
        async publishHome(slackUserId, home) {
          farEnds.homes.push({ slackUserId, home });
        },
        async postSkillProposal(proposal, slackUserId) {
          farEnds.proposals.push({ proposal, slackUserId });
        },
        async postNotice(notice) {
          farEnds.notices.push(notice);
        },
        async putCard(card, at, maybePosted) {
          farEnds.cards.push({ card, at, maybePosted });
          return at ?? { channel: "CTRIAGE", ts: `3.${++ts}` };
        },
      },
      slackIntake: options.slackIntake ?? null,
      appUrl: "https://desk.example",
      createVerificationLink: async ({ id }) => `https://desk.example/verify/${id}`,
      reconcile: async () => ({ mailboxes: [], slack: [], failed: [], unexplained: 0 }),
    },
    { soleProcess: options.soleProcess ?? false, ...(options.engineNow ? { now: options.engineNow } : {}) },
  );
  const settle = async (): Promise<void> => {
    for (;;) {
      const [row] = await sql<
        { waiting: number }[]
      >`select count(*) as waiting from outbox where sent_at is null`;
      if ((row?.waiting ?? 0) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      else {
        await runner.engine?.waitUntilIdle();
        const [after] = await sql<{ waiting: number }[]>`
          select count(*) as waiting from outbox where sent_at is null`;
        if (after?.waiting === 0) return;
      }
    }
  };
  return { ...runner, farEnds, settle };
}

/** A classifier that always says the same, whatever it reads. */
export function fixedClassifier(source: "gemini" | "local"): Classifier {
  const attempt: TriageAttempt = {
    source,
    model: `${source}-test`,
    promptVersion: "test",
    latencyMs: 1,
    tokensIn: null,
    tokensOut: null,
    triage: {
      summary: "The VPN does not connect.",
      category: "Network",
      priority: "high",
      skills: ["VPN"],
      helpfulNotes: "Ask for the client's version.",
      suggestedReply: "Please restart the client.",
      language: "en",
      confidence: 0.8,
      evidence: [{ field: "category", quote: "VPN", value: "Network" }],
      guesses: [],
      suspicious: [],
    },
  };
  return { source, model: `${source}-test`, classify: async () => attempt };
}
