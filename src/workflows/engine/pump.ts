/**
 * The engine's one loop: fires what is due, routes events, claims calls while there is room, and otherwise sleeps until
 * it is woken or the nearest due row comes. Only what may have changed is looked at.
 */
import {
  type ClaimableFunction,
  type ClaimedCall,
  claimCalls,
  claimLimitedCalls,
  readNextDueAt,
  requeueCall,
} from "../../db/engine-queue.ts";
import { loadRunMemos } from "../../db/engine-steps.ts";
import { fireDueWaits } from "../../db/engine-waits.ts";
import type { CallRunner } from "./call-runner.ts";
import { fireDueCrons } from "./cron.ts";
import { describeError } from "./describe-error.ts";
import type { Flights } from "./flights.ts";
import type { RegisteredFunction } from "./function-registry.ts";
import { routeEvents } from "./router.ts";
import type { EngineContext, WorkKind } from "./types.ts";

const ALL_WORK: readonly WorkKind[] = ["events", "times", "calls"];

/** Waits ended in one statement. */
const WAITS_AT_ONCE = 200;

/** The pause when something is due that cannot be claimed now (a limit is reached elsewhere); it grows. */
const BLOCKED_PAUSE_MS = 200;
const BLOCKED_PAUSE_MAX_MS = 5000;

const ERROR_PAUSE_MS = 1000;

/**
 * While more is due than there is room for, a claim waits until half the room is free, or this long. Claiming a call at
 * a time cost the database as much as storing its steps.
 */
const CLAIM_PAUSE_MS = 3;

export type PumpParts = {
  context: EngineContext;
  functions: ReadonlyMap<string, RegisteredFunction>;
  flights: Flights;
  runCall: CallRunner;
};

export class Pump {
  private readonly parts: PumpParts;
  private readonly limited: ClaimableFunction[];
  private readonly unlimited: ClaimableFunction[];

  private readonly toDo = new Set<WorkKind>();
  private running = false;
  private asleep = false;
  private resume: () => void = () => {};
  private loop: Promise<void> = Promise.resolve();

  /** The last claim took all that it asked for: there is more. */
  private backlog = false;
  private claimNotBefore = 0;
  private limitedFirst = false;
  private blockedPauseMs = BLOCKED_PAUSE_MS;

  constructor(parts: PumpParts) {
    this.parts = parts;
    const functions = [...parts.functions.values()];
    const claimable = functions.map(({ id, limit, keyLimit }) => ({ functionId: id, limit, keyLimit }));
    this.limited = claimable.filter((fn) => fn.limit !== null || fn.keyLimit !== null);
    this.unlimited = claimable.filter((fn) => fn.limit === null && fn.keyLimit === null);
  }

  start(): void {
    this.running = true;
    this.wake();
    this.loop = this.run();
  }

  /** Looks for work now. Without kinds: for all. */
  wake(...kinds: WorkKind[]): void {
    for (const kind of kinds.length === 0 ? ALL_WORK : kinds) this.toDo.add(kind);
    this.resume();
  }

  /** Stops claiming; resolves when no statement of the loop is under way. Calls under way go on. */
  async stop(): Promise<void> {
    this.running = false;
    this.resume();
    await this.loop;
  }

  /** Nothing to look at, and no call under way. */
  isQuiet(): boolean {
    return this.asleep && this.toDo.size === 0 && this.parts.flights.count === 0;
  }

  private async run(): Promise<void> {
    while (this.running) {
      try {
        await this.work();
        if (this.running && !this.hasWork()) await this.rest();
      } catch (error) {
        this.parts.context.log.error(describeError(error), "the workflow engine has to try again");
        for (const kind of ALL_WORK) this.toDo.add(kind);
        await this.pause(ERROR_PAUSE_MS);
      }
    }
  }

  private hasWork(): boolean {
    return this.toDo.has("events") || this.toDo.has("times") || this.canClaim();
  }

  private canClaim(): boolean {
    const room = this.room();
    if (!this.toDo.has("calls") || room <= 0) return false;
    const enough = 2 * room >= this.parts.context.settings.concurrency;
    return !this.backlog || enough || performance.now() >= this.claimNotBefore;
  }

  private room(): number {
    return this.parts.context.settings.concurrency - this.parts.flights.count;
  }

  private async work(): Promise<void> {
    const { context, functions } = this.parts;
    if (this.toDo.delete("times")) {
      const fired = await fireDueCrons(context, functions);
      const ended = await fireDueWaits(context.sql, context.clock.now(), WAITS_AT_ONCE);
      if (ended > 0) this.toDo.add("times");
      if (fired + ended > 0) this.toDo.add("calls");
    }
    if (this.toDo.delete("events") && (await routeEvents(context, [...functions.values()])) > 0) {
      this.toDo.add("events").add("calls");
    }
    if (this.running && this.canClaim()) {
      this.toDo.delete("calls");
      await this.claimAndBegin();
    }
  }

  private async claimAndBegin(): Promise<void> {
    const { context, flights } = this.parts;
    await context.settings.giveWay();
    if (flights.isRenewalLate()) await flights.renew();
    const count = this.room();
    const claimed = await this.claim(count);
    this.backlog = claimed.length === count;
    this.claimNotBefore = performance.now() + CLAIM_PAUSE_MS;
    if (claimed.length === 0) return;
    if (!this.running) return this.giveBack(claimed);
    // Where any was due, more may be: a limit may have kept some back.
    this.toDo.add("calls");
    this.blockedPauseMs = BLOCKED_PAUSE_MS;
    await this.begin(claimed);
  }

  private async claim(count: number): Promise<ClaimedCall[]> {
    const { sql, clock, engineId, settings } = this.parts.context;
    const now = clock.now();
    const leaseUntil = new Date(now.getTime() + settings.leaseMs);
    const input = { engineId, now, leaseUntil };
    const sources: ((count: number) => Promise<ClaimedCall[]>)[] = [];
    if (this.unlimited.length > 0) {
      sources.push((rest) => claimCalls(sql, { ...input, functions: this.unlimited, count: rest }));
    }
    if (this.limited.length > 0) {
      sources.push((rest) => claimLimitedCalls(sql, { ...input, functions: this.limited, count: rest }));
    }
    this.limitedFirst = !this.limitedFirst; // neither sort can keep the other from being claimed
    if (this.limitedFirst) sources.reverse();
    const claimed: ClaimedCall[] = [];
    for (const source of sources) {
      if (claimed.length < count) claimed.push(...(await source(count - claimed.length)));
    }
    return claimed;
  }

  /** Claimed while the engine was told to stop: none of it has begun, and another process may have it at once. */
  private async giveBack(claimed: readonly ClaimedCall[]): Promise<void> {
    const { sql, clock } = this.parts.context;
    for (const call of claimed) await requeueCall(sql, call, { attempt: call.attempt, dueAt: clock.now() });
  }

  private async begin(claimed: readonly ClaimedCall[]): Promise<void> {
    const { context, runCall } = this.parts;
    const empty = { steps: [], othersPending: false };
    const known = claimed.filter((call) => !call.fresh);
    const launch = (call: ClaimedCall, memo: Parameters<CallRunner>[1]) =>
      void runCall(call, memo).finally(() => this.wake("calls"));
    for (const call of claimed) if (call.fresh) launch(call, empty);
    if (known.length === 0) return;
    const memos = await loadRunMemos(context.sql, known);
    for (const call of known) launch(call, memos.get(call.item) ?? empty);
  }

  /** Sleeps until woken, or until the nearest due time; the sweep is the longest sleep. */
  private async rest(): Promise<void> {
    const { context, functions } = this.parts;
    const { sweepMs } = context.settings;
    if (this.toDo.has("calls")) {
      // Full: a call that ends wakes. With some room: soon enough for the next claim.
      return this.sleep(this.room() > 0 ? this.claimNotBefore - performance.now() : sweepMs, ["calls"]);
    }
    const dueAt = await readNextDueAt(context.sql, [...functions.keys()]);
    if (this.toDo.size > 0) return;
    let delayMs = dueAt === undefined ? sweepMs : dueAt.getTime() - context.clock.now().getTime();
    if (delayMs <= 0) {
      delayMs = this.blockedPauseMs;
      this.blockedPauseMs = Math.min(2 * this.blockedPauseMs, BLOCKED_PAUSE_MAX_MS);
    }
    await this.sleep(Math.min(delayMs, sweepMs), ALL_WORK);
  }

  /** Sleeps until `wake`, or for `delayMs`, after which `kinds` are looked for. */
  private async sleep(delayMs: number, kinds: readonly WorkKind[]): Promise<void> {
    if (!this.running) return;
    this.asleep = true;
    const timer = setTimeout(() => this.wake(...kinds), Math.max(0, delayMs));
    await new Promise<void>((resolve) => {
      this.resume = resolve;
    });
    this.resume = () => {};
    clearTimeout(timer);
    this.asleep = false;
  }

  /** After an error: sleeps on through wakes, ended only by `stop`. */
  private async pause(delayMs: number): Promise<void> {
    const until = performance.now() + delayMs;
    while (this.running && performance.now() < until) await this.sleep(until - performance.now(), []);
  }
}
