/** A local Slack: its Web API over HTTP, and people who write, click and submit by signed requests to the app. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createDeliveries, type EventAttempt } from "./deliveries.ts";
import { type ApiCall, createSlackHttp, type Failure } from "./http.ts";
import { createHttpTransport } from "./http-transport.ts";
import type { MethodContext } from "./methods.ts";
import { createPeople, type SlackPeople } from "./people.ts";
import { type ShownMessage, showMessage } from "./shown.ts";
import { createSocketTransport, type SocketTransport } from "./socket-transport.ts";
import { openSlackState, type StoredEphemeral, type StoredMessage } from "./state.ts";
import { createOpenViews, type OpenView } from "./views.ts";
import { createWorkspace, type StandInChannel, type StandInUser } from "./workspace.ts";

export interface SlackStandInOptions {
  users: StandInUser[];
  channels: StandInChannel[];
  signingSecret: string;
  /** Where the app takes Slack's requests; null until it is known: see `connect`. */
  eventsUrl: string | null;
  /** `socket`: the app connects to us, and `eventsUrl` is not used. `http` unless said otherwise. */
  transport?: "http" | "socket";
  /** Connections that answer no ping, as one does whose other end has vanished. */
  silentSockets?: boolean;
  /** Keeps everything in this file, so that a restart finds it again. */
  file?: string;
  /** Unix milliseconds; gives the timestamps. */
  now?: () => number;
  retryDelaysMs?: number[];
  scopes?: string[];
  /** Lists come in pages of at most so many; 1,000 unless said otherwise. */
  pageSizeMax?: number;
  /** 0 unless said otherwise: any free port. */
  port?: number;
}

export interface SlackStandIn extends SlackPeople {
  /** For SLACK_API_URL. */
  url: string;
  token: string;
  /** For Socket Mode. */
  appToken: string;
  botUserId: string;
  /** Names the app's address, and delivers what has waited for it. */
  connect(eventsUrl: string): Promise<void>;
  /** The channel of the direct messages between a person and the bot. */
  directChannel(user: string): string;
  /** What the channel shows outside of threads, oldest first. */
  messages(channel: string): ShownMessage[];
  /** A thread with its root, oldest first. */
  thread(channel: string, ts: string): ShownMessage[];
  openViews(): OpenView[];
  /** A person's App Home as it was published, or null. */
  home(user: string): Record<string, unknown> | null;
  ephemerals(): StoredEphemeral[];
  /** Each try to deliver an event. */
  attempts(): EventAttempt[];
  /** Each call of the Web API that was answered. */
  calls(): ApiCall[];
  failNext(failure: Failure): void;
  /** The app's connections, in Socket Mode; null over HTTP. */
  sockets: Pick<SocketTransport, "connections" | "refresh" | "drop"> | null;
  stop(): Promise<void>;
}

const TOKEN = "xoxb-local-stand-in";
const APP_TOKEN = "xapp-local-stand-in";

/** Starts on 127.0.0.1. */
export async function createSlackStandIn(options: SlackStandInOptions): Promise<SlackStandIn> {
  const now = options.now ?? Date.now;
  const state = openSlackState(options.file, now);
  const workspace = createWorkspace(options.users, options.channels);
  const views = createOpenViews(state, now);
  const failures: Failure[] = [];
  const calls: ApiCall[] = [];
  let origin = "";
  const { pageSizeMax = 1_000 } = options;
  const context: MethodContext = { state, workspace, views, pageSizeMax, origin: () => origin };
  const tokens = { token: TOKEN, appToken: APP_TOKEN };
  const server = createSlackHttp({ context, ...tokens, scopes: options.scopes, failures, calls });
  const http = createHttpTransport(options.signingSecret, now);
  let catchingUp: Promise<void> = Promise.resolve();
  const onOpen = () => {
    catchingUp = deliverPending();
  };
  const sockets =
    options.transport === "socket"
      ? createSocketTransport(server, { onOpen, silent: options.silentSockets ?? false })
      : null;
  if (sockets !== null) context.newSocketAddress = () => sockets.newAddress(origin);
  server.listen(options.port ?? 0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { retryDelaysMs = [500, 2_000, 8_000] } = options;
  const deliveries = createDeliveries({ state, transport: sockets ?? http, retryDelaysMs });
  const connect = (eventsUrl: string): Promise<void> => {
    http.connect(eventsUrl);
    return deliverPending();
  };
  async function deliverPending(): Promise<void> {
    for (const event of state.pending()) await deliveries.deliver(event);
  }
  if (options.eventsUrl !== null) catchingUp = connect(options.eventsUrl);
  const show = (messages: StoredMessage[]) => messages.map((message) => showMessage(context, message, true));
  const people = createPeople(context, deliveries);
  return {
    url: `${origin}/api/`,
    ...tokens,
    sockets,
    botUserId: workspace.botUserId,
    connect,
    directChannel: workspace.directChannel,
    ...people,
    messages: (channel) =>
      show(
        state
          .messages(channel)
          .filter(({ threadTs, subtype }) => threadTs === null || subtype === "thread_broadcast"),
      ),
    thread: (channel, ts) =>
      show(state.messages(channel).filter((message) => message.ts === ts || message.threadTs === ts)),
    openViews: () => views.list(),
    home: (user) => views.home(user),
    ephemerals: () => state.ephemerals(),
    attempts: () => deliveries.attempts(),
    calls: () => [...calls],
    failNext: (failure) => {
      failures.push(failure);
    },
    stop: async () => {
      deliveries.stop();
      await catchingUp;
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      state.close();
    },
  };
}
