/** The Slack channel: one Bolt app on our receiver, and everything that the roots wire to it. */
import { App } from "@slack/bolt";
import type { SlackDesk } from "../../core/delivery.ts";
import type { InboundMessage, RecordInbound } from "../../core/inbound.ts";
import type {
  InboundSlackChange,
  InboundSlackMessage,
  InboundSlackRequest,
} from "../../core/inbound-slack.ts";
import type { Log } from "../../core/log.ts";
import type { RequesterActions } from "../../core/requester-actions.ts";
import type { SlackActions } from "../../core/slack-actions.ts";
import type { SlackIntake } from "../../core/slack-intake.ts";
import { toBoltLogger } from "./bolt-logger.ts";
import { checkSlack, type SlackCheck } from "./check.ts";
import { createSlackDesk } from "./desk.ts";
import { createDispatch, type Dispatch } from "./dispatch.ts";
import { createSlackFiles } from "./files.ts";
import { createSlackHistory, type SlackHistory } from "./history.ts";
import { createSlackIntake } from "./intake.ts";
import type { WaitUntil } from "./listener-runs.ts";
import type { ListenerDeps } from "./listeners/deps.ts";
import { readAgain } from "./listeners/events/messages.ts";
import { registerModerators } from "./listeners/moderators.ts";
import { recordAndLog } from "./listeners/record-and-log.ts";
import { registerRequesters } from "./listeners/requesters.ts";
import { createPlaces } from "./places.ts";
import type { Pace } from "./post-pace.ts";
import { createSlackReceiver } from "./receiver.ts";
import type { VerifyMac } from "./signature.ts";
import { toAppError } from "./slack-error.ts";
import { createSlackUsers } from "./users.ts";
import { createWebClient, type Fetch } from "./web-client.ts";

/** What Slack delivers as an event, and delivers again where it is not acknowledged. */
export type AcceptedSlackMessage = InboundSlackMessage | InboundSlackChange | InboundSlackRequest;

export interface SlackChannelOptions {
  botToken: string;
  /** Null where Slack is listened to by Socket Mode only. */
  signingSecret: string | null;
  /** Another Web API address, for tests; ends in `/api/` as Slack's does. */
  slackApiUrl?: string | undefined;
  /** How Slack's signature is computed where there is a quicker way than the Web's. */
  verifyMac?: VerifyMac | undefined;
  /** Channel ids. */
  supportChannels: string[];
  /** The moderators' channel, by id. */
  triageChannel: string;
  /** Ids of bots (`B…`) or apps (`A…`) whose messages in support channels are tickets. */
  ticketBots?: string[];
  recordInbound: RecordInbound;
  /**
   * Takes messages, edits and reactions in: when it resolves, they are safe, and Slack is told so. Without it they are
   * recorded before that.
   */
  accept?: ((message: AcceptedSlackMessage) => Promise<void>) | undefined;
  actions: SlackActions;
  requesters: RequesterActions;
  log: Log;
  fetch?: Fetch | undefined;
  /** Unix milliseconds. */
  now?: (() => number) | undefined;
  /**
   * Whether a thread outside of the support channels belongs to a ticket, so that replies after a mention join it.
   * Without it they are only taken where they mention the bot again.
   */
  isTicketThread?: ((channel: string, threadTs: string) => Promise<boolean>) | undefined;
  /** Called when Slack gives a channel a new id. */
  moveChannel?: ((oldId: string, newId: string) => Promise<void>) | undefined;
  /** How fast messages follow each other in one channel. */
  pace?: Pace | undefined;
}

export interface SlackChannel {
  /** Answers Slack's requests; mounted at POST /api/slack/events. Never rejects. */
  handle(request: Request, waitUntil?: WaitUntil): Promise<Response>;
  /** What Socket Mode hands over. */
  dispatch: Dispatch;
  desk: SlackDesk;
  intake: SlackIntake;
  history: SlackHistory;
  /** An event that was kept because it could not be read, once more. Null where it does not concern the desk. */
  readAgain(event: unknown, account: string): Promise<InboundMessage | null>;
  check(): Promise<SlackCheck>;
  /** The workspace of the token: the account that messages are recorded under. Rejects with an AppError. */
  readTeamId(): Promise<string>;
  /** The support channels and the moderators' channel, by their ids of today. */
  watchedChannels(): string[];
  /** Settings name a channel by an id that Slack has replaced. */
  moveChannel(oldId: string, newId: string): void;
  /** Resolves when no listener is at work any more: for a graceful shutdown. */
  settled(): Promise<void>;
}

/** Calls nobody: the service starts and records events while Slack's Web API is away. */
export function createSlackChannel(options: SlackChannelOptions): SlackChannel {
  const {
    botToken,
    signingSecret,
    verifyMac,
    slackApiUrl,
    log,
    triageChannel,
    pace,
    now = Date.now,
  } = options;
  // Bound by the arrow: Workers refuse a fetch that was taken off its global.
  const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const web = createWebClient({ token: botToken, slackApiUrl, fetch, log, pace });
  const users = createSlackUsers(web, log, now);
  const files = createSlackFiles({ web, botToken, slackApiUrl, fetch });
  const places = createPlaces({
    supportChannels: options.supportChannels,
    triageChannel,
    ticketBots: options.ticketBots ?? [],
    isTicketThread: options.isTicketThread ?? (async () => false),
  });
  const dispatch = createDispatch(log);
  const apps = {
    events: createBoltApp(botToken, log, fetch),
    interactions: createBoltApp(botToken, log, fetch),
  };
  dispatch.init(apps);
  const { recordInbound, actions, requesters, moveChannel = async () => {} } = options;
  const accept = createAccept(options);
  const deps = { web, accept, users, places, recordInbound, actions, requesters, moveChannel, log, now };
  registerRequesters(apps, deps);
  registerModerators(apps, deps);
  return {
    handle:
      signingSecret === null
        ? refuseRequest
        : createSlackReceiver({ signingSecret, verifyMac, dispatch, log, now }),
    dispatch,
    desk: createSlackDesk(web, triageChannel, now),
    intake: createSlackIntake({ web, users, files, places, log }),
    history: createSlackHistory({ web, users, places, now }),
    readAgain: (event, account) => readAgain(deps, event, account),
    check: () => checkSlack(web, places.channels()),
    readTeamId: async () => {
      const { teamId } = await users.workspace().catch((error: unknown) => {
        throw toAppError(error, "ask for the workspace");
      });
      return teamId;
    },
    watchedChannels: places.channels,
    moveChannel: (oldId, newId) => void places.move(oldId, newId),
    settled: dispatch.settled,
  };
}

/** What cannot be read has no shape to be kept in: it is parked at once, with its source. */
function createAccept({ accept, recordInbound, log }: SlackChannelOptions): ListenerDeps["accept"] {
  return async (message) => {
    if (accept !== undefined && isAcceptable(message)) return accept(message);
    await recordAndLog({ recordInbound, log }, message);
  };
}

function isAcceptable(message: InboundMessage): message is AcceptedSlackMessage {
  return (
    message.channel === "slack" || message.channel === "slack-change" || message.channel === "slack-request"
  );
}

/** Listeners are Bolt's; both transports hand over to them in the same way. */
function createBoltApp(botToken: string, log: Log, fetch: Fetch): App {
  const app = new App({
    receiver: { init: () => undefined, start: async () => undefined, stop: async () => undefined },
    logger: toBoltLogger(log),
    // Bolt would ask auth.test before each event, and acknowledge what it cannot authorize.
    authorize: async () => ({ botToken }),
    ignoreSelf: false,
    convoStore: false,
    clientOptions: { fetch },
  });
  app.error(async (error) => {
    throw error;
  });
  return app;
}

async function refuseRequest(): Promise<Response> {
  return new Response("Slack is listened to by Socket Mode here.", { status: 404 });
}
