/**
 * Slack by Socket Mode: for those without a public address. Node only (`ws`).
 *
 * Bolt's own client (3.1) is not used: it acknowledges before the listeners are through, is without a connection for 5 s
 * or more at each of Slack's refreshes, and ends the process where a reconnect fails
 * (https://github.com/slackapi/node-slack-sdk/issues/2656). Here the old connection stays until the new one has said
 * hello, and whatever was received on it is still answered there.
 */
import { WebSocket } from "ws";
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import type { Dispatch } from "./dispatch.ts";
import { answerEnvelope, readFrame } from "./envelope.ts";
import { toAppError } from "./slack-error.ts";
import { createWebClient, type Fetch, type WebClient } from "./web-client.ts";

export interface SlackSocketOptions {
  appToken: string;
  slackApiUrl?: string | undefined;
  dispatch: Dispatch;
  log: Log;
  fetch?: Fetch | undefined;
  /** Each time that events can come again; `gapMs` is how long they could not, null at the first time. */
  onConnected?: (gapMs: number | null) => void;
  timing?: Partial<SocketTiming>;
}

export interface SocketTiming {
  helloWithinMs: number;
  /** We ask for a sign of life so often; a connection that gives none for two rounds is dead. */
  pingEveryMs: number;
  /** A connection that lasted so long was a good one: the next is made at once. */
  stableAfterMs: number;
  backoffMs: number;
  backoffMaxMs: number;
  /** What was received on a connection that Slack takes out of service is answered on it for so long. */
  lingerMs: number;
}

const TIMING: SocketTiming = {
  helloWithinMs: 10_000,
  pingEveryMs: 10_000,
  stableAfterMs: 5_000,
  backoffMs: 500,
  backoffMaxMs: 30_000,
  lingerMs: 5_000,
};

export interface SlackSocket {
  /** Connects, and keeps connected until `stop`. Never rejects: a refused token is in the log, and tried again. */
  start(): void;
  isConnected(): boolean;
  /** Takes nothing more, and answers what was received. */
  stop(): Promise<void>;
}

export function createSlackSocket(options: SlackSocketOptions): SlackSocket {
  const { log, dispatch } = options;
  const timing = { ...TIMING, ...options.timing };
  const fetch: Fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
  const web = createWebClient({ token: options.appToken, slackApiUrl: options.slackApiUrl, fetch, log });
  const stopping = new AbortController();
  const open = new Set<WebSocket>();
  let current: WebSocket | null = null;
  let lostAt: number | null = null;
  let loop: Promise<void> = Promise.resolve();

  /** Resolves when the connection is to be replaced: closed, dead, or about to be closed by Slack. */
  async function serveOne(): Promise<void> {
    const socket = new WebSocket(await openConnection(web), { maxPayload: 16 * 1024 * 1024 });
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    const connection = watch(socket, dispatch, log, timing);
    if (!(await connection.hello)) throw new Error("Slack did not say hello.");
    const before = current;
    current = socket;
    options.onConnected?.(lostAt === null ? null : Date.now() - lostAt);
    if (before !== null) void closeGently(before, timing.lingerMs, stopping.signal);
    const end = await Promise.race([connection.ended, aborted(stopping.signal)]);
    if (end !== "replace" && current === socket) current = null;
    lostAt = Date.now();
  }

  async function keepConnected(): Promise<void> {
    let failures = 0;
    while (!stopping.signal.aborted) {
      const startedAt = Date.now();
      try {
        await serveOne();
        const wasStable = Date.now() - startedAt > timing.stableAfterMs;
        // Slack may send a new connection away at once, for one too many of them: that must not become a storm.
        failures = wasStable ? 0 : failures + 1;
      } catch (error) {
        if (stopping.signal.aborted) return;
        failures += 1;
        log.warn({ component: "slack", failures, error: describe(error) }, "Socket Mode could not connect");
      }
      if (failures > 0) await backOff(failures);
    }
  }

  async function backOff(failures: number): Promise<void> {
    const longest = Math.min(timing.backoffMaxMs, timing.backoffMs * 2 ** Math.min(failures - 1, 10));
    const delayMs = longest * (0.5 + Math.random() / 2);
    await sleep(delayMs, stopping.signal);
  }

  return {
    start: () => {
      loop = keepConnected();
    },
    isConnected: () => current?.readyState === WebSocket.OPEN,
    stop: async () => {
      stopping.abort();
      await dispatch.settled();
      // The last answers are on their way when the listeners are through.
      await sleep(20);
      for (const socket of open) socket.close(1000);
      if (open.size > 0) await sleep(200);
      for (const socket of open) socket.terminate();
      await loop;
    },
  };
}

/** A one-time address; it expires soon when nobody connects. */
async function openConnection(web: WebClient): Promise<string> {
  const { url } = await web.apps.connections.open().catch((error: unknown) => {
    throw toAppError(error, "open a Socket Mode connection (check SLACK_APP_TOKEN)");
  });
  if (url === undefined) throw new Error("Slack gave no address to connect to.");
  return url;
}

interface Connection {
  /** False where the connection ended before. */
  hello: Promise<boolean>;
  ended: Promise<"replace" | "lost">;
}

function watch(socket: WebSocket, dispatch: Dispatch, log: Log, timing: SocketTiming): Connection {
  let isAlive = true;
  let sayHello: (said: boolean) => void = () => {};
  let end: (how: "replace" | "lost") => void = () => {};
  const hello = new Promise<boolean>((resolve) => {
    sayHello = resolve;
  });
  const ended = new Promise<"replace" | "lost">((resolve) => {
    end = resolve;
  });
  const patience = setTimeout(() => socket.terminate(), timing.helloWithinMs);
  const pulse = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, timing.pingEveryMs);
  const showLife = () => {
    isAlive = true;
  };
  socket.on("pong", showLife);
  socket.on("ping", showLife);
  socket.on("error", (error) => {
    log.warn({ component: "slack", error: describe(error) }, "a Socket Mode connection failed");
  });
  socket.on("close", () => {
    clearTimeout(patience);
    clearInterval(pulse);
    sayHello(false);
    end("lost");
  });
  socket.on("message", (data) => {
    showLife();
    const frame = readFrame(String(data));
    if (frame.kind === "hello") {
      clearTimeout(patience);
      sayHello(true);
    } else if (frame.kind === "disconnect") {
      log.info({ component: "slack", reason: frame.reason }, "Slack asks for a new Socket Mode connection");
      end("replace");
    } else if (frame.kind === "envelope") {
      void answerEnvelope(dispatch, frame.envelope).then((answer) => {
        if (answer !== null && socket.readyState === WebSocket.OPEN) socket.send(answer);
      });
    }
  });
  return { hello, ended };
}

/** Slack closes it by itself; what it has handed over meanwhile is answered until then. */
async function closeGently(socket: WebSocket, lingerMs: number, stopping: AbortSignal): Promise<void> {
  await sleep(lingerMs, stopping);
  // Whoever stops closes them all.
  if (stopping.aborted) return;
  socket.close(1000);
  await sleep(1_000, stopping);
  socket.terminate();
}

/** Ends early when the signal says so. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", done, { once: true });
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    if (signal?.aborted) done();
  });
}

function aborted(signal: AbortSignal): Promise<"lost"> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve("lost"), { once: true }));
}
