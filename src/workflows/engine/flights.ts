/**
 * The calls under way in this process: their leases are kept, their checkpoints are stored, and they can be told to
 * stop after the step that they are at.
 */
import { type CallLease, renewLeases, requeueCall } from "../../db/engine-queue.ts";
import { type Checkpoint, type StepResult, storeCheckpoints } from "../../db/engine-steps.ts";
import { type Batcher, createBatcher } from "./batcher.ts";
import { type EngineContext, readBatchLimits } from "./types.ts";

export type Flight = {
  readonly token: string;
  readonly lease: CallLease;
  readonly functionId: string;
  /** When a step was last finished: what the time-out of a call counts from. */
  progressAt: number;
  /** What checkpoints have stored since the call was last made. */
  checkpointed: StepResult[];
  /** What the call came to is being stored. That ends the lease, perhaps before this process hears of it. */
  settling: boolean;
  /** The lease is gone: lost, or given back. Whatever the call still says is not stored. */
  released: boolean;
};

/** `stale`: the lease is gone, the call must not go on. */
export type CheckpointAnswer = "stored" | "stale";

export class Flights {
  private readonly context: EngineContext;
  private readonly flights = new Map<string, Flight>();
  private readonly checkpoints: Batcher<Checkpoint, boolean>;
  private halted = false;
  private renewedAt: number;

  constructor(context: EngineContext) {
    this.context = context;
    this.renewedAt = context.clock.now().getTime();
    this.checkpoints = createBatcher(async (batch) => {
      const held = await storeCheckpoints(context.sql, batch, context.clock.now());
      return batch.map(({ lease }) => held.has(lease.item));
    }, readBatchLimits(context));
  }

  get count(): number {
    return this.flights.size;
  }

  /** From now on each call ends after the step it is at; the rest of its run is left to whoever claims it. */
  halt(): void {
    this.halted = true;
  }

  get halting(): boolean {
    return this.halted;
  }

  take(lease: CallLease, functionId: string): Flight {
    const token = `${lease.item}.${lease.claims}`;
    const flight: Flight = {
      token,
      lease,
      functionId,
      progressAt: Date.now(),
      checkpointed: [],
      settling: false,
      released: false,
    };
    this.flights.set(token, flight);
    return flight;
  }

  land(flight: Flight): void {
    flight.released = true;
    this.flights.delete(flight.token);
  }

  /** Stores steps that the SDK has run within a call that goes on. */
  async checkpoint(token: string, steps: readonly StepResult[]): Promise<CheckpointAnswer> {
    const flight = this.flights.get(token);
    if (!flight || flight.released) return "stale";
    if (!(await this.checkpoints.add({ lease: flight.lease, steps }))) {
      this.lose(flight);
      return "stale";
    }
    flight.progressAt = Date.now();
    flight.checkpointed.push(...steps);
    await this.context.settings.giveWay();
    if (!this.halted) return "stored";
    flight.released = true;
    await requeueCall(this.context.sql, flight.lease, { attempt: 0, dueAt: this.context.clock.now() });
    return "stale";
  }

  /**
   * Extends the leases. After the process has stalled this comes late, and must come before the next claim: otherwise
   * the process would take its own calls for those of a dead one, and run them a second time.
   */
  async renew(): Promise<void> {
    const { sql, clock, settings } = this.context;
    const now = clock.now().getTime();
    const held = [...this.flights.values()].filter((flight) => !flight.released);
    if (held.length > 0) {
      const leases = held.map((flight) => flight.lease);
      const renewed = await renewLeases(sql, leases, new Date(now + settings.leaseMs));
      for (const flight of held) {
        if (!renewed.has(flight.lease.item) && this.isUnderWay(flight)) this.lose(flight);
      }
    }
    this.renewedAt = now;
  }

  /** One that has landed, or is being settled, may rightly have no lease any more; its settlement tells if it was lost. */
  private isUnderWay(flight: Flight): boolean {
    return this.flights.has(flight.token) && !flight.settling;
  }

  /** A lease of this process may have run out, or be about to. */
  isRenewalLate(): boolean {
    return this.context.clock.now().getTime() - this.renewedAt > this.context.settings.leaseMs / 2;
  }

  private lose(flight: Flight): void {
    if (flight.released) return;
    flight.released = true;
    const { runId } = flight.lease;
    this.context.log.warn(
      { runId, functionId: flight.functionId },
      "a workflow call has lost its lease, or its run was ended",
    );
  }
}
