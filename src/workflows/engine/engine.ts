/**
 * The embedded engine: Inngest functions on nothing but Postgres. It is the server side of the SDK's protocol, in the
 * process of the functions. docs/decisions/0003-embedded-engine.md tells why it is built as it is.
 */
import type { Inngest, InngestFunction } from "inngest";
import type { Log } from "../../core/log.ts";
import type { Sql, SqlPool } from "../../db/client.ts";
import { addListeners } from "../../db/engine-events.ts";
import { hasDueWork, listForeignFunctions, releaseAllLeases } from "../../db/engine-queue.ts";
import {
  listDeadRuns,
  listRuns,
  type RunDetail,
  type RunFilter,
  type RunSummary,
  readRun,
} from "../../db/engine-run-queries.ts";
import { replayDeadRun } from "../../db/engine-runs.ts";
import type { StepResult } from "../../db/engine-steps.ts";
import { createApiFetch, type EngineFetch } from "./api-fetch.ts";
import { retryDelayMs } from "./backoff.ts";
import { createCallRunner } from "./call-runner.ts";
import { createClock } from "./clock.ts";
import { registerCrons } from "./cron.ts";
import { describeError } from "./describe-error.ts";
import { listMatchPaths } from "./event-match.ts";
import { type CheckpointAnswer, Flights } from "./flights.ts";
import { type RegisteredFunction, readFunctionConfigs, withoutTriggers } from "./function-registry.ts";
import { Pump } from "./pump.ts";
import { passToWaits, routeEvents } from "./router.ts";
import { readSdkConfigs } from "./sdk-configs.ts";
import { createSdkCaller } from "./sdk-execution.ts";
import { doWithoutAsyncContext, keepClientHeaders, storeCheckpointsHere } from "./sdk-shortcuts.ts";
import { createSettler } from "./settle.ts";
import type { EngineContext, EngineEvent, EngineSettings, WorkKind } from "./types.ts";
import { createUlid } from "./ulid.ts";
import { listenForWork } from "./wake.ts";

export type EngineOptions = Partial<EngineSettings> & {
  sql: SqlPool;
  log: Log;
  /** For tests: the engine's time, which must not go back. Default: the system's, corrected to the database's. */
  now?: () => Date;
  /** No other process runs an engine on this database: what a dead one had claimed is taken over at start, at once. */
  soleProcess?: boolean;
};

export type StartOptions = {
  client: Inngest.Any;
  /**
   * Goes on with the runs that there are, and starts none but their failure handlers: Inngest has taken over. What runs
   * send meanwhile is handed to `send`, which resolves when Inngest has it.
   */
  drain?: { send(events: readonly EngineEvent[]): Promise<void> };
};

export type EmbeddedEngine = {
  /** For the Inngest client; see `embeddedClientOptions`. Events can be sent before `start`, and without it. */
  fetch: EngineFetch;
  /** Registers the functions and begins to run them. Throws UnsupportedFeatureError for what is not implemented. */
  start(functions: readonly InngestFunction.Any[], options: StartOptions): Promise<void>;
  /** While it is drained: tells of events that went to Inngest and may end a wait here. In a transaction of the caller's. */
  passToWaits(events: readonly EngineEvent[], sql: Sql): Promise<void>;
  /** Takes no more work, lets each call end at its next step, and resolves when none is left or `graceMs` is over. */
  stop(options?: { graceMs?: number }): Promise<void>;
  /** Looks for work now; needed only where an injected clock was moved. */
  wake(): void;
  /** Resolves when nothing is under way or due in any process; rejects after `timeoutMs`. Sleeps and retries to come do not count. */
  waitUntilIdle(options?: { timeoutMs?: number }): Promise<void>;
  listRuns(filter?: RunFilter): Promise<RunSummary[]>;
  readRun(runId: string): Promise<RunDetail | undefined>;
  listDeadRuns(limit?: number): Promise<RunSummary[]>;
  /** Lets a dead run go on where it died. False when it is not dead. Works without `start`: whoever runs it takes it up. */
  replayDeadRun(runId: string): Promise<boolean>;
};

const DEFAULTS: EngineSettings = {
  concurrency: 16,
  leaseMs: 15_000,
  callTimeoutMs: 30 * 60_000,
  sweepMs: 30_000,
  retryDelayMs: (attempt) => retryDelayMs(attempt, Math.random()),
  giveWay: async () => {},
};

const GRACE_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;

/** What there is between `start` and `stop`. */
type Started = {
  functions: readonly RegisteredFunction[];
  flights: Flights;
  pump: Pump;
  renewal: ReturnType<typeof setInterval>;
  unlisten: () => Promise<void>;
  forward: ((events: readonly EngineEvent[]) => Promise<void>) | undefined;
};

export function createEmbeddedEngine(options: EngineOptions): EmbeddedEngine {
  return new Engine(options);
}

class Engine implements EmbeddedEngine {
  readonly fetch: EngineFetch;
  private readonly context: EngineContext;
  private readonly soleProcess: boolean;
  private started: Started | undefined;

  constructor(options: EngineOptions) {
    this.context = createContext(options);
    this.soleProcess = options.soleProcess ?? false;
    this.fetch = createApiFetch({
      context: this.context,
      functions: () => this.started?.functions,
      checkpoint: (token, steps) => this.checkpoint(token, steps),
      wake: (...kinds) => this.started?.pump.wake(...kinds),
      forward: () => this.started?.forward,
    });
  }

  async start(functions: readonly InngestFunction.Any[], { client, drain }: StartOptions): Promise<void> {
    if (this.started) throw new Error("The embedded workflow engine has been started already.");
    const { context } = this;
    const configs = readFunctionConfigs(await readSdkConfigs(client, functions));
    const callSdk = createSdkCaller(client, functions);
    if (drain) await routeAll(context, configs);
    const registered = drain ? configs.map(withoutTriggers) : configs;
    await prepareTables(context, registered, this.soleProcess);
    const byId = new Map(registered.map((fn) => [fn.id, fn]));
    const flights = new Flights(context);
    const settler = createSettler(context, byId);
    const wake = (kind: WorkKind) => pump.wake(kind);
    const runCall = createCallRunner({ context, functions: byId, flights, callSdk, settler, wake });
    const pump = new Pump({ context, functions: byId, flights, runCall });
    const renewal = startRenewal(context, flights);
    const started: Started = {
      functions: registered,
      flights,
      pump,
      renewal,
      unlisten: async () => {},
      forward: undefined,
    };
    if (drain) {
      started.forward = async (events) => {
        await drain.send(events);
        await this.passToWaits(events, context.sql);
      };
    }
    this.started = started;
    // While it is drained, the SDK also serves Inngest in this process, and with all that it has.
    if (!drain) doWithoutAsyncContext();
    keepClientHeaders(client);
    storeCheckpointsHere(client, (token, steps) => this.checkpoint(token, steps));
    pump.start();
    started.unlisten = await listenForWork(context, (...kinds) => pump.wake(...kinds));
  }

  async stop({ graceMs = GRACE_MS }: { graceMs?: number } = {}): Promise<void> {
    const stopping = this.started;
    if (!stopping) return;
    const { flights, pump, renewal, unlisten } = stopping;
    flights.halt();
    const deadline = Date.now() + graceMs;
    // Neither may take longer than the grace: the database may be away.
    await settleWithin(Math.max(graceMs, 1000), [unlisten(), pump.stop()]);
    await waitFor(() => flights.count === 0, deadline - Date.now());
    clearInterval(renewal);
    if (this.started === stopping) this.started = undefined;
  }

  private async checkpoint(token: string, steps: readonly StepResult[]): Promise<CheckpointAnswer> {
    return this.started?.flights.checkpoint(token, steps) ?? "stale";
  }

  passToWaits(events: readonly EngineEvent[], sql: Sql): Promise<void> {
    return passToWaits(sql, this.context, events);
  }

  wake(): void {
    this.started?.pump.wake();
  }

  async waitUntilIdle({ timeoutMs = IDLE_TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<void> {
    if (!this.started) throw new Error("The embedded workflow engine has not been started.");
    const { pump, functions } = this.started;
    const functionIds = functions.map((fn) => fn.id);
    const deadline = Date.now() + timeoutMs;
    do {
      pump.wake();
      await waitFor(() => pump.isQuiet(), deadline - Date.now());
      const { sql, clock } = this.context;
      if (pump.isQuiet() && !(await hasDueWork(sql, functionIds, clock.now()))) return;
      await pause(5);
    } while (Date.now() < deadline);
    throw new Error(`The workflow engine is still at work after ${timeoutMs} ms.`);
  }

  listRuns(filter?: RunFilter): Promise<RunSummary[]> {
    return listRuns(this.context.sql, filter);
  }

  readRun(runId: string): Promise<RunDetail | undefined> {
    return readRun(this.context.sql, runId);
  }

  listDeadRuns(limit?: number): Promise<RunSummary[]> {
    return listDeadRuns(this.context.sql, limit);
  }

  async replayDeadRun(runId: string): Promise<boolean> {
    const { sql, clock, engineId } = this.context;
    const revived = await replayDeadRun(sql, runId, { now: clock.now(), engineId });
    if (revived) this.started?.pump.wake("calls");
    return revived;
  }
}

/** What arrived while this engine had the work: its runs are still this engine's. */
async function routeAll(context: EngineContext, functions: readonly RegisteredFunction[]): Promise<void> {
  await context.clock.sync(context.sql);
  while ((await routeEvents(context, functions)) > 0);
}

function createContext(options: EngineOptions): EngineContext {
  const { sql, log, now, soleProcess: _soleProcess, ...settings } = options;
  return {
    sql,
    log,
    clock: createClock(now),
    engineId: createUlid(Date.now()),
    settings: { ...DEFAULTS, ...settings },
  };
}

async function prepareTables(
  context: EngineContext,
  functions: readonly RegisteredFunction[],
  soleProcess: boolean,
): Promise<void> {
  const { sql, clock, log } = context;
  await clock.sync(sql);
  await registerCrons(context, functions);
  await addListeners(sql, listCancelListeners(functions));
  if (soleProcess) {
    const released = await releaseAllLeases(sql, clock.now());
    if (released > 0) log.info({ released }, "workflow calls of a process that has ended are taken over");
  }
  const foreign = await listForeignFunctions(
    sql,
    functions.map((fn) => fn.id),
  );
  if (foreign.length > 0) {
    log.warn({ functionIds: foreign }, "workflow runs wait for functions that this process does not have");
  }
}

function listCancelListeners(functions: readonly RegisteredFunction[]) {
  return functions.flatMap((fn) =>
    fn.cancellations.flatMap(({ event, condition }) =>
      listMatchPaths(condition).map((matchPath) => ({ eventName: event, matchPath })),
    ),
  );
}

function startRenewal(context: EngineContext, flights: Flights): ReturnType<typeof setInterval> {
  let renewing = false;
  return setInterval(async () => {
    if (renewing) return;
    renewing = true;
    try {
      await flights.renew();
    } catch (error) {
      context.log.warn(describeError(error), "workflow leases could not be renewed");
    } finally {
      renewing = false;
    }
  }, context.settings.leaseMs / 3);
}

/** Waits for all of the work, and no longer than `limitMs`; leaves no timer behind that would keep a process alive. */
async function settleWithin(limitMs: number, work: Promise<void>[]): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([Promise.allSettled(work), limit]);
  clearTimeout(timer);
}

async function waitFor(condition: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!condition() && Date.now() < deadline) await pause(5);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
