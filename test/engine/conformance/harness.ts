/**
 * What the conformance suite needs of an engine. The suite itself knows nothing of which engine runs it: the same
 * functions and expectations hold for the embedded engine and for an Inngest server.
 */
import type { Inngest, InngestFunction } from "inngest";

export type SentEvent = { name: string; data?: Record<string, unknown>; id?: string; ts?: number };

export type ObservedRun = {
  functionId: string;
  status: "running" | "finished" | "failed" | "cancelled";
  output: unknown;
};

export type Harness = {
  /** The id of the app that serves the functions: the first part of their ids in the engine. */
  appId: string;
  send(...events: SentEvent[]): Promise<string[]>;
  /** Lets everything happen that can happen without time passing. */
  settle(): Promise<void>;
  /** Lets this much time pass, and everything happen that becomes possible by it. */
  passTime(ms: number): Promise<void>;
  /** Lets time pass until the condition holds; throws when it never does. For retries, whose delay is the engine's. */
  until(what: string, condition: () => boolean | Promise<boolean>): Promise<void>;
  /** The runs that an event has started, ordered by function. */
  runsOf(eventId: string): Promise<ObservedRun[]>;
};

/** What functions under test did, in order. */
export class Probe {
  readonly notes: string[] = [];
  note(text: string): void {
    this.notes.push(text);
  }
  count(text: string): number {
    return this.notes.filter((note) => note === text).length;
  }
}

export type Feature = {
  /** A guarantee, as a sentence. */
  name: string;
  /** The functions; event names and ids are the feature's own, so that all features can be served at once. */
  functions(client: Inngest.Any, probe: Probe): InngestFunction.Any[];
  verify(harness: Harness, probe: Probe): Promise<void>;
};
