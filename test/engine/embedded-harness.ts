/** The embedded engine as the conformance suite sees it: its own database, and a clock that the harness moves. */
import { Inngest, type InngestFunction } from "inngest";
import { readNextDueAt } from "../../src/db/engine-queue.ts";
import { embeddedClientOptions } from "../../src/workflows/engine/client-options.ts";
import {
  createEmbeddedEngine,
  type EmbeddedEngine,
  type EngineOptions,
} from "../../src/workflows/engine/engine.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import type { Harness, ObservedRun, SentEvent } from "./conformance/harness.ts";

export type LogLine = { level: string; fields: Record<string, unknown>; message: string };

/** A log that can be read. */
export function createLogList() {
  const lines: LogLine[] = [];
  const method = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  const log = { debug: method("debug"), info: method("info"), warn: method("warn"), error: method("error") };
  return { lines, log };
}

export type TestEngine = {
  engine: EmbeddedEngine;
  client: Inngest.Any;
  lines: LogLine[];
  start(functions: readonly InngestFunction.Any[]): Promise<void>;
};

/** One engine with its own pool-sharing client; several can stand on one database. */
export function createTestEngine(
  database: TestDatabase,
  options: Partial<EngineOptions> & { clientOptions?: object } = {},
): TestEngine {
  const { lines, log } = createLogList();
  const { clientOptions, ...engineOptions } = options;
  const engine = createEmbeddedEngine({
    sql: database.sql,
    log,
    retryDelayMs: () => 10_000,
    ...engineOptions,
  });
  const client = new Inngest({ id: "test", ...embeddedClientOptions(engine, log), ...clientOptions });
  return { engine, client, lines, start: (functions) => engine.start(functions, { client }) };
}

/** A clock that a test moves. It starts now, since events carry the time of their sending. */
export function createTestClock() {
  let offsetMs = 0;
  return {
    now: () => new Date(Date.now() + offsetMs),
    advance: (ms: number) => {
      offsetMs += ms;
    },
  };
}

export type EmbeddedHarness = Harness & { client: Inngest.Any; stop(): Promise<void> };

const STEPS_OF_TIME_MAX = 50;

export async function createEmbeddedHarness(
  buildFunctions: (client: Inngest.Any) => InngestFunction.Any[],
  options: { clientOptions?: object } = {},
): Promise<EmbeddedHarness> {
  const database = await createTestDatabase();
  const clock = createTestClock();
  const { engine, client, start } = createTestEngine(database, { now: clock.now, ...options });
  const functions = buildFunctions(client);
  await start(functions);
  const functionIds = functions.flatMap((fn) => [`test-${fn.id()}`, `test-${fn.id()}-failure`]);

  const settle = () => engine.waitUntilIdle({ timeoutMs: 15_000 });
  return {
    appId: client.id,
    client,
    send: async (...events: SentEvent[]) => (await client.send(events)).ids,
    settle,
    passTime: async (ms) => {
      await settle();
      clock.advance(ms);
      await settle();
    },
    until: async (what, condition) => {
      for (let step = 0; step < STEPS_OF_TIME_MAX; step++) {
        await settle();
        if (await condition()) return;
        const dueAt = await readNextDueAt(database.sql, functionIds);
        if (!dueAt) break;
        clock.advance(Math.max(1, dueAt.getTime() - clock.now().getTime()));
      }
      throw new Error(`This never happened: ${what}.`);
    },
    runsOf: async (eventId) => {
      const runs = await engine.listRuns({ eventId });
      const observed = await Promise.all(
        runs.map(async ({ id, functionId, state }): Promise<ObservedRun> => {
          const output = (await engine.readRun(id))?.output;
          return { functionId: functionId.replace(/^test-/, ""), status: STATUS[state], output };
        }),
      );
      return observed.sort((a, b) => a.functionId.localeCompare(b.functionId));
    },
    stop: async () => {
      await engine.stop();
      await database.drop();
    },
  };
}

const STATUS = {
  queued: "running",
  running: "running",
  waiting: "running",
  finished: "finished",
  dead: "failed",
  cancelled: "cancelled",
} as const;
