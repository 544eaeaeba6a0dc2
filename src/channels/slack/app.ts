/** The Slack channel: one Bolt app on our receiver, and everything that the roots wire to it. */
import { App } from "@slack/bolt";
import type { SlackDesk } from "../../core/delivery.ts";
import type { RecordInbound } from "../../core/inbound.ts";
import type { Log } from "../../core/log.ts";
import type { SlackActions } from "../../core/slack-actions.ts";
import { toBoltLogger } from "./bolt-logger.ts";
import { checkSlack, type SlackCheck } from "./check.ts";
import { createSlackDesk } from "./desk.ts";
import { createSlackFiles } from "./files.ts";
import { createSlackHistory, type SlackHistory } from "./history.ts";
import type { WaitUntil } from "./listener-runs.ts";
import { register as registerClaim } from "./listeners/actions/claim.ts";
import { register as registerOpenReply } from "./listeners/actions/open-reply.ts";
import { register as registerOpenResolve } from "./listeners/actions/open-resolve.ts";
import type { ListenerDeps } from "./listeners/deps.ts";
import { register as registerMessages } from "./listeners/events/messages.ts";
import { register as registerReplyForm } from "./listeners/views/reply-form.ts";
import { register as registerResolveForm } from "./listeners/views/resolve-form.ts";
import { createSlackReceiver } from "./receiver.ts";
import { toAppError } from "./slack-error.ts";
import type { WatchedPlaces } from "./slack-message.ts";
import { createSlackUsers } from "./users.ts";
import { createWebClient, type Fetch } from "./web-client.ts";

export interface SlackChannelOptions {
  botToken: string;
  signingSecret: string;
  /** Another Web API address, for tests; ends in `/api/` as Slack's does. */
  slackApiUrl?: string | undefined;
  /** Channel ids. */
  supportChannels: string[];
  /** The moderators' channel, by id. */
  triageChannel: string;
  recordInbound: RecordInbound;
  actions: SlackActions;
  log: Log;
  fetch?: Fetch | undefined;
  /** Unix milliseconds. */
  now?: (() => number) | undefined;
  /**
   * Whether a thread outside of the support channels belongs to a ticket, so that replies after a mention join it.
   * Without it they are only taken where they mention the bot again.
   */
  isTicketThread?: ((channel: string, threadTs: string) => Promise<boolean>) | undefined;
}

export interface SlackChannel {
  /** Answers Slack's requests; mounted at POST /api/slack/events. Never rejects. */
  handle(request: Request, waitUntil?: WaitUntil): Promise<Response>;
  desk: SlackDesk;
  history: SlackHistory;
  check(): Promise<SlackCheck>;
  /** The workspace of the token: the account that messages are recorded under. Rejects with an AppError. */
  readTeamId(): Promise<string>;
  /** Resolves when no listener is at work any more: for a graceful shutdown. */
  settled(): Promise<void>;
}

/** Calls nobody: the service starts and records events while Slack's Web API is away. */
export function createSlackChannel(options: SlackChannelOptions): SlackChannel {
  const {
    botToken,
    signingSecret,
    slackApiUrl,
    log,
    triageChannel,
    supportChannels,
    now = Date.now,
  } = options;
  // Bound by the arrow: Workers refuse a fetch that was taken off its global.
  const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const web = createWebClient({ botToken, slackApiUrl, fetch, log });
  const users = createSlackUsers(web, log, now);
  const files = createSlackFiles({ botToken, slackApiUrl, fetch, log });
  const places: WatchedPlaces = {
    supportChannels: new Set(supportChannels),
    triageChannel,
    isTicketThread: options.isTicketThread ?? (async () => false),
  };
  const receiver = createSlackReceiver({ signingSecret, log, now });
  const app = new App({
    receiver,
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
  const { recordInbound, actions } = options;
  registerListeners(app, { web, users, files, places, recordInbound, actions, log, now });
  return {
    handle: receiver.handle,
    desk: createSlackDesk(web, triageChannel),
    history: createSlackHistory({ web, users, files, places }),
    check: () => checkSlack(web, [...places.supportChannels, triageChannel]),
    readTeamId: async () => {
      const { teamId } = await users.workspace().catch((error: unknown) => {
        throw toAppError(error, "ask for the workspace");
      });
      return teamId;
    },
    settled: receiver.settled,
  };
}

function registerListeners(app: App, deps: ListenerDeps): void {
  registerMessages(app, deps);
  registerClaim(app, deps);
  registerOpenReply(app, deps);
  registerOpenResolve(app, deps);
  registerReplyForm(app, deps);
  registerResolveForm(app, deps);
}
