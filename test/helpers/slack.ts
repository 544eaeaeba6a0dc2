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
import type { TicketCard } from "../../src/core/delivery.ts";
import type { InboundMessage, InboundSlackMessage, RecordInbound } from "../../src/core/inbound.ts";
import type { Log } from "../../src/core/log.ts";
import type { ActionAnswer, SlackActions } from "../../src/core/slack-actions.ts";
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
  /** What claim, resolve and reply answer with. */
  answer: () => Promise<ActionAnswer>;
}

/** Only Ada is a moderator. */
export function createFakeActions(): FakeActions {
  const calls: unknown[][] = [];
  const fake: FakeActions = {
    calls,
    answer: async () => ({ ok: true }),
    resolveActor: async (slackUserId, email) =>
      slackUserId === ADA.id && email === ADA.email ? ADA_ACTOR : null,
    claim: (...args) => note("claim", args),
    resolve: (...args) => note("resolve", args),
    reply: (...args) => note("reply", args),
    loadReplyForm: async (...args) => {
      calls.push(["loadReplyForm", ...args]);
      return {
        number: 1042,
        title: "Printer <!channel> & co",
        suggestedReply: "Please try <b>again</b>.",
        recipients: "Eva <eva@example.com>; CC bob@example.com",
        channel: "email",
        warnings: ["It links to Slack."],
      };
    },
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
    log,
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
    event_id: "Ev1",
    event: { type: "message", channel: HELP, channel_type: "channel", user: EVA.id, text: "Hi", ...event },
    ...body,
  });
}

export function sampleCard(changes: Partial<TicketCard> = {}): TicketCard {
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
    ...changes,
  };
}
