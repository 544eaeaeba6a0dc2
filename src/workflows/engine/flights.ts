/**
 * The calls under way in this process: their leases are kept, their checkpoints are stored, and they can be told to
 * stop after the step that they are at.
 */
import { type CallLease, renewLeases, requeueCall } from "../../db/engine-queue.ts";
import { type Checkpoint, type StepResult, storeCheckpoints } from "../../db/engine-steps.ts";
import { createBatcher } from "./batcher.ts";
import type { EngineContext } from "./types.ts";

export type Flight = {
  readonly token: string;
  readonly lease: CallLease;
  readonly functionId: string;
  /** When a step was last finished: what the time-out of a call counts from. */
  progressAt: number;
  /** The lease is gone: lost, or given back. Whatever the call still says is not stored. */
  released: boolean;
};

/** `stale`: the lease is gone, the call must not go on. */
export type CheckpointAnswer = "stored" | "stale";

export type Flights = {
  take(lease: CallLease, functionId: string): Flight;
  land(flight: Flight): void;
  count(): number;
  /** Stores steps that the SDK has run within a call that goes on. */
  checkpoint(token: string, steps: readonly StepResult[]): Promise<CheckpointAnswer>;
  /** From now on each call ends after the step it is at; the rest of its run is left to whoever claims it. */
  halt(): void;
  readonly halting: boolean;
  /** Extends the leases. To be called well before they run out. */
  renew(): Promise<void>;
};

export function createFlights(context: EngineContext): Flights {
  const { sql, log, clock, settings } = context;
  const flights = new Map<string, Flight>();
  let halting = false;

  const checkpoints = createBatcher<Checkpoint, boolean>(async (batch) => {
    const held = await storeCheckpoints(sql, batch, clock.now());
    return batch.map(({ lease }) => held.has(lease.item));
  });

  async function checkpoint(token: string, steps: readonly StepResult[]): Promise<CheckpointAnswer> {
    const flight = flights.get(token);
    if (!flight || flight.released) return "stale";
    if (!(await checkpoints.add({ lease: flight.lease, steps }))) {
      lose(flight);
      return "stale";
    }
    flight.progressAt = Date.now();
    if (!halting) return "stored";
    flight.released = true;
    await requeueCall(sql, flight.lease, { attempt: 0, dueAt: clock.now() });
    return "stale";
  }

  function lose(flight: Flight): void {
    if (flight.released) return;
    flight.released = true;
    const { runId } = flight.lease;
    log.warn(
      { runId, functionId: flight.functionId },
      "a workflow call has lost its lease, or its run was ended",
    );
  }

  async function renew(): Promise<void> {
    const held = [...flights.values()].filter((flight) => !flight.released);
    if (held.length === 0) return;
    const leaseUntil = new Date(clock.now().getTime() + settings.leaseMs);
    const renewed = await renewLeases(
      sql,
      held.map((flight) => flight.lease),
      leaseUntil,
    );
    // One that landed meanwhile has no row any more, and has lost nothing.
    for (const flight of held) {
      if (!renewed.has(flight.lease.item) && flights.has(flight.token)) lose(flight);
    }
  }

  return {
    take: (lease, functionId) => {
      const token = `${lease.item}.${lease.claims}`;
      const flight: Flight = { token, lease, functionId, progressAt: Date.now(), released: false };
      flights.set(token, flight);
      return flight;
    },
    land: (flight) => flights.delete(flight.token),
    count: () => flights.size,
    checkpoint,
    halt: () => {
      halting = true;
    },
    get halting() {
      return halting;
    },
    renew,
  };
}
