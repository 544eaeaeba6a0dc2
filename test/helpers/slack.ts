/** A local Slack, the Slack channel served over HTTP beside it, and fakes of the two ports that the channel is handed. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import {
  createSlackChannel,
  type SlackChannel,
  type SlackChannelOptions,
} from "../../src/channels/slack/app.ts";
import type { StaffActor } from "../../src/core/actor.ts";
import type { InboundMessage, RecordInbound } from "../../src/core/inbound.ts";
import type { InboundSlackMessage } from "../../src/core/inbound-slack.ts";
import type { Log } from "../../src/core/log.ts";
import type { RequesterActions } from "../../src/core/requester-actions.ts";
import type { ActionAnswer, ReplyAnswer, ReplyForm, SlackActions } from "../../src/core/slack-actions.ts";
import type { TicketCardView } from "../../src/core/slack-views.ts";
import {
  createSlackStandIn,
  type SlackStandIn,
  type SlackStandInOptions,
} from "../../src/demo/slack-stand-in/slack-stand-in.ts";

export const SECRET = "0123456789abcdef0123456789abcdef";
export const HELP = "C0HELP";
export const TRIAGE = "C0TRIAGE";
export const RANDOM = "C0RANDOM";
/** An employee. */
export const EVA = { id: "U0EVA", name: "Eva", email: "eva@example.com" };
/** A moderator. */
export const ADA = { id: "U0ADA", name: "Ada", email: "ada@example.com" };

export const WORKSPACE = {
  users: [EVA, ADA],
  channels: [
    { id: HELP, name: "help" },
    { id: TRIAGE, name: "triage", isPrivate: true },
    { id: RANDOM, name: "random" },
  ],
};

export interface FakeLedger {
  record: RecordInbound;
  /** What was new, in order. */
  recorded: InboundMessage[];
  /** Every call, repeated ones too. */
  calls: InboundMessage[];
  /** The next calls reject with these, one each. */
  failures: Error[];
}

/** Keeps one message for each (channel, account, external id), as the real ledger does. */
export function createFakeLedger(): FakeLedger {
  const ledger: FakeLedger = { record, recorded: [], calls: [], failures: [] };
  const seen = new Set<string>();
  async function record(message: InboundMessage): ReturnType<RecordInbound> {
    ledger.calls.push(message);
    const failure = ledger.failures.shift();
    if (failure !== undefined) throw failure;
    const key = `${message.channel}/${"account" in message ? message.account : ""}/${message.externalId}`;
    const alreadyRecorded = seen.has(key);
    seen.add(key);
    if (!alreadyRecorded) ledger.recorded.push(message);
    return { outcome: "ticket", reason: "A new message.", ticket: null, messageId: null, alreadyRecorded };
  }
  return ledger;
}

export function slackMessages(ledger: FakeLedger): InboundSlackMessage[] {
  return ledger.recorded.filter((message) => message.channel === "slack");
}

export const ADA_ACTOR: StaffActor = { kind: "moderator", userId: "user-ada", name: "Ada", via: "slack" };

export interface FakeActions extends SlackActions {
  calls: unknown[][];
  /** What every action but a reply answers with. */
  answer: () => Promise<ActionAnswer>;
  replyAnswer: () => Promise<ReplyAnswer>;
}

export function sampleReplyForm(changes: Partial<ReplyForm> = {}): ReplyForm {
  return {
    ticketId: "0b7e5c1e-0000-4000-8000-000000001042",
    number: 1042,
    title: "Printer <!channel> & co",
    draft: "Please try <b>again</b>.",
    draftFrom: "suggestion",
    channel: "email",
    audience: {
      to: ["Eva <eva@example.com>"],
      cc: ["bob@example.com"],
      slackChannel: null,
      key: "audience-1",
    },
    latest: {
      messageId: "message-1",
      authorName: "Eva",
      text: "It <!channel> burns & smells.",
      at: new Date("2026-11-20T10:00:00Z"),
    },
    warnings: ["It links to Slack."],
    undoSeconds: 20,
    ...changes,
  };
}

/** Only Ada is a moderator. */
export function createFakeActions(): FakeActions {
  const calls: unknown[][] = [];
  const fake: FakeActions = {
    calls,
    answer: async () => ({ ok: true }),
    replyAnswer: async () => ({ state: "queued", number: 1042, deliveryId: null, undoSeconds: 0 }),
    resolveActor: async (slackUserId, email) =>
      slackUserId === ADA.id && email === ADA.email ? ADA_ACTOR : null,
    claim: (...args) => note("claim", args),
    assign: (...args) => note("assign", args),
    changePriority: (...args) => note("changePriority", args),
    changeCategory: (...args) => note("changeCategory", args),
    resolve: (...args) => note("resolve", args),
    reopen: (...args) => note("reopen", args),
    decline: (...args) => note("decline", args),
    decideSkillProposal: (...args) => note("decideSkillProposal", args),
    setAway: (...args) => note("setAway", args),
    reply: async (...args) => {
      calls.push(["reply", ...args]);
      return fake.replyAnswer();
    },
    undoReply: async (...args) => {
      calls.push(["undoReply", ...args]);
      return { state: "undone", ticketId: sampleReplyForm().ticketId, number: 1042, text: "Taken back." };
    },
    loadReplyForm: async (...args) => load("loadReplyForm", args, sampleReplyForm()),
    loadResolveForm: async (...args) =>
      load("loadResolveForm", args, { number: 1042, title: "Printer & co" }),
    loadAssignForm: async (...args) =>
      load("loadAssignForm", args, {
        number: 1042,
        title: "Printer & co",
        people: [{ userId: "user-ada", name: "Ada", fit: "1/2 skills · 3/10 open" }],
      }),
    loadDeclineForm: async (...args) =>
      load("loadDeclineForm", args, { number: 1042, title: "Printer & co", skills: ["Printers"] }),
    loadConversation: async (...args) =>
      load("loadConversation", args, {
        number: 1042,
        title: "Printer & co",
        messages: [],
        omitted: 0,
        url: null,
      }),
    openHome: async (...args) => {
      calls.push(["openHome", ...args]);
    },
  };
  async function note(name: string, args: unknown[]): Promise<ActionAnswer> {
    calls.push([name, ...args]);
    return fake.answer();
  }
  function load<T>(name: string, args: unknown[], form: T): T {
    calls.push([name, ...args]);
    return form;
  }
  return fake;
}

export interface FakeRequesters extends RequesterActions {
  calls: unknown[][];
  answer: () => Promise<ActionAnswer>;
}

export function createFakeRequesters(): FakeRequesters {
  const calls: unknown[][] = [];
  const fake: FakeRequesters = {
    calls,
    answer: async () => ({ ok: true }),
    reportNotSolved: (...args) => note("reportNotSolved", args),
    linkAccount: (...args) => note("linkAccount", args),
  };
  async function note(name: string, args: unknown[]): Promise<ActionAnswer> {
    calls.push([name, ...args]);
    return fake.answer();
  }
  return fake;
}

export interface LogLine {
  level: string;
  fields: object;
  message: string;
}

export function createFakeLog(): Log & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { lines, debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

export interface SlackBench {
  slack: SlackStandIn;
  channel: SlackChannel;
  ledger: FakeLedger;
  actions: FakeActions;
  log: ReturnType<typeof createFakeLog>;
  eventsUrl: string;
  close(): Promise<void>;
}

export interface SlackBenchOptions {
  standIn?: Partial<SlackStandInOptions>;
  channel?: Partial<SlackChannelOptions>;
}

/** Everything on 127.0.0.1; retries of events come at once. */
export async function startSlackBench(options: SlackBenchOptions = {}): Promise<SlackBench> {
  const slack = await createSlackStandIn({
    ...WORKSPACE,
    signingSecret: SECRET,
    eventsUrl: null,
    retryDelaysMs: [1, 1, 1],
    ...options.standIn,
  });
  const ledger = createFakeLedger();
  const actions = createFakeActions();
  const log = createFakeLog();
  const channel = createSlackChannel({
    botToken: slack.token,
    signingSecret: SECRET,
    slackApiUrl: slack.url,
    supportChannels: [HELP],
    triageChannel: TRIAGE,
    recordInbound: ledger.record,
    actions,
    requesters: createFakeRequesters(),
    log,
    pace: { intervalMs: 0, burst: 1 },
    ...options.channel,
  });
  const server = serve({
    fetch: (request) => channel.handle(request),
    port: 0,
    hostname: "127.0.0.1",
  }) as Server;
  if (!server.listening) await once(server, "listening");
  const eventsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/slack/events`;
  await slack.connect(eventsUrl);
  const close = async () => {
    await slack.stop();
    await channel.settled();
    server.close();
    server.closeAllConnections();
  };
  return { slack, channel, ledger, actions, log, eventsUrl, close };
}

export interface SignedRequestOptions {
  secret?: string;
  /** Unix seconds. */
  timestamp?: number;
  contentType?: string;
  headers?: Record<string, string>;
}

/** A request as Slack sends it, signed by other code than the one that checks it. */
export function signedRequest(body: string, options: SignedRequestOptions = {}): Request {
  const timestamp = options.timestamp ?? Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", options.secret ?? SECRET)
    .update(`v0:${timestamp}:${body}`)
    .digest("hex");
  return new Request("http://deskhand.test/api/slack/events", {
    method: "POST",
    body,
    headers: {
      "content-type": options.contentType ?? "application/json",
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": `v0=${mac}`,
      ...options.headers,
    },
  });
}

export function messageEvent(event: Record<string, unknown>, body: Record<string, unknown> = {}): string {
  return JSON.stringify({
    type: "event_callback",
    team_id: "T0STANDIN",
    api_app_id: "A0DESKHAND",
    event_id: "Ev1",
    event: { type: "message", channel: HELP, channel_type: "channel", user: EVA.id, text: "Hi", ...event },
    ...body,
  });
}

export function sampleCard(changes: Partial<TicketCardView> = {}): TicketCardView {
  return {
    ticketId: "0b7e5c1e-0000-4000-8000-000000001042",
    number: 1042,
    title: "Printer on fire",
    status: "open",
    priority: "high",
    category: "Hardware",
    summary: "The printer on floor 3 burns.",
    helpfulNotes: "Call the fire brigade.",
    relatedSkills: ["Printers", "C++"],
    confidence: 0.62,
    source: "local",
    provisional: true,
    evidence: [{ field: "category", quote: "printer on floor 3", value: "Hardware" }],
    guesses: ["skills"],
    suspicious: [],
    requester: { name: "Eva", channel: "email" },
    assignee: { name: "Ada", slackUserId: ADA.id },
    whyAssignee: "Ada knows Printers and has the least to do.",
    messageCount: 1,
    setByPerson: [],
    latest: null,
    alarms: [],
    similar: [],
    pendingReply: null,
    categories: ["Hardware", "Software & licences"],
    url: null,
    ...changes,
  };
}
