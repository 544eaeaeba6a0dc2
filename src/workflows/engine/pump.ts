/**
 * The engine's one loop: fires what is due, routes events, claims calls while there is room, and otherwise sleeps until
 * it is woken or the nearest due row comes. Only what may have changed is looked at.
 */
import {
  type ClaimedCall,
  type ClaimInput,
  claimCalls,
  claimLimitedCalls,
  readNextDueAt,
} from "../../db/engine-queue.ts";
import { loadRunMemos, type RunMemo } from "../../db/engine-steps.ts";
import { fireDueWaits } from "../../db/engine-waits.ts";
import type { CallRunner } from "./call-runner.ts";
import { fireDueCrons } from "./cron.ts";
import type { Flights } from "./flights.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { routeEvents } from "./router.ts";
import type { EngineContext, WorkKind } from "./types.ts";
import { createAlarm } from "./wake.ts";

const ALL_WORK: readonly WorkKind[] = ["events", "times", "calls"];

/** Waits ended in one statement. */
const WAITS_AT_ONCE = 200;

/** The pause when something is due that cannot be claimed now (a limit is reached elsewhere); it grows. */
const BLOCKED_PAUSE_MS = 200;
const BLOCKED_PAUSE_MAX_MS = 5000;

const ERROR_PAUSE_MS = 1000;

export type Pump = {
  start(): void;
  /** Looks for work now. Without kinds: for all. */
  wake(...kinds: WorkKind[]): void;
  /** Stops claiming; resolves when no statement of the loop is under way. Calls under way go on. */
  stop(): Promise<void>;
  /** Nothing to look at, and no call under way. */
  isQuiet(): boolean;
};

export type PumpParts = {
  context: EngineContext;
  functions: ReadonlyMap<string, RegisteredFunction>;
  flights: Flights;
  runCall: CallRunner;
};

export function createPump({ context, functions, flights, runCall }: PumpParts): Pump {
  const { sql, clock, log, settings } = context;
  const list = [...functions.values()];
  const claimable = list.map((fn) => ({ functionId: fn.id, limit: fn.limit, keyLimit: fn.keyLimit }));
  const limited = claimable.filter((fn) => fn.limit !== null || fn.keyLimit !== null);
  const unlimited = claimable.filter((fn) => fn.limit === null && fn.keyLimit === null);

  const toDo = new Set<WorkKind>();
  const alarm = createAlarm(() => wake());
  let running = false;
  let asleep = false;
  let limitedFirst = false;
  let blockedPauseMs = BLOCKED_PAUSE_MS;
  let resume = () => {};
  let loop = Promise.resolve();

  function wake(...kinds: WorkKind[]): void {
    for (const kind of kinds.length === 0 ? ALL_WORK : kinds) toDo.add(kind);
    resume();
  }

  async function run(): Promise<void> {
    while (running) {
      try {
        await work();
        if (running && !canWork()) await rest();
      } catch (error) {
        log.error({ err: error }, "the workflow engine could not reach its tables and will try again");
        wake();
        await sleep(ERROR_PAUSE_MS);
      }
    }
  }

  function canWork(): boolean {
    return toDo.has("events") || toDo.has("times") || (toDo.has("calls") && room() > 0);
  }

  function room(): number {
    return settings.concurrency - flights.count();
  }

  async function work(): Promise<void> {
    if (toDo.delete("times")) {
      const fired = await fireDueCrons(context, functions);
      const ended = await fireDueWaits(sql, clock.now(), WAITS_AT_ONCE);
      if (ended > 0) toDo.add("times");
      if (fired + ended > 0) toDo.add("calls");
    }
    if (toDo.delete("events") && (await routeEvents(context, list)) > 0) {
      toDo.add("events").add("calls");
    }
    const count = room();
    if (count > 0 && toDo.delete("calls")) {
      const claimed = await claim(count);
      // A full catch means that there may be more; so does any, where a limit kept some back.
      if (claimed.length > 0) {
        toDo.add("calls");
        blockedPauseMs = BLOCKED_PAUSE_MS;
      }
      await launch(claimed);
    }
  }

  async function claim(count: number): Promise<ClaimedCall[]> {
    const now = clock.now();
    const leaseUntil = new Date(now.getTime() + settings.leaseMs);
    const input = { engineId: context.engineId, now, leaseUntil };
    const sources: ((count: number) => Promise<ClaimedCall[]>)[] = [];
    if (unlimited.length > 0) {
      sources.push((rest) =>
        claimCalls(sql, { ...input, functions: unlimited, count: rest } satisfies ClaimInput),
      );
    }
    if (limited.length > 0) {
      sources.push((rest) => claimLimitedCalls(sql, { ...input, functions: limited, count: rest }));
    }
    limitedFirst = !limitedFirst; // neither sort can keep the other from being claimed
    if (limitedFirst) sources.reverse();
    const claimed: ClaimedCall[] = [];
    for (const source of sources) {
      if (claimed.length < count) claimed.push(...(await source(count - claimed.length)));
    }
    return claimed;
  }

  async function launch(claimed: readonly ClaimedCall[]): Promise<void> {
    const started = claimed.filter((call) => !call.fresh);
    for (const call of claimed) if (call.fresh) begin(call, { steps: [], othersPending: false });
    if (started.length === 0) return;
    const memos = await loadRunMemos(sql, started);
    for (const call of started) begin(call, memos.get(call.item) ?? { steps: [], othersPending: false });
  }

  function begin(call: ClaimedCall, memo: RunMemo): void {
    void runCall(call, memo).finally(() => wake("calls"));
  }

  /** Sleeps until woken, or until the nearest due time; the sweep is the longest sleep. */
  async function rest(): Promise<void> {
    if (toDo.size > 0) return sleep(settings.sweepMs); // full: a call that ends wakes
    const dueAt = await readNextDueAt(sql, [...functions.keys()]);
    if (toDo.size > 0) return;
    let delayMs = dueAt === undefined ? settings.sweepMs : dueAt.getTime() - clock.now().getTime();
    if (delayMs <= 0) {
      delayMs = blockedPauseMs;
      blockedPauseMs = Math.min(2 * blockedPauseMs, BLOCKED_PAUSE_MAX_MS);
    }
    await sleep(Math.min(delayMs, settings.sweepMs));
  }

  async function sleep(delayMs: number): Promise<void> {
    if (!running) return;
    asleep = true;
    alarm.set(delayMs);
    await new Promise<void>((resolve) => {
      resume = resolve;
    });
    resume = () => {};
    alarm.clear();
    asleep = false;
  }

  return {
    start: () => {
      running = true;
      wake();
      loop = run();
    },
    wake,
    stop: async () => {
      running = false;
      resume();
      await loop;
    },
    isQuiet: () => asleep && toDo.size === 0 && flights.count() === 0,
  };
}
