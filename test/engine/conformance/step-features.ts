/** Steps: results, retries, failures, parallel work. */
import { NonRetriableError, RetryAfterError } from "inngest";
import { expect } from "vitest";
import type { Feature } from "./harness.ts";

export const stepFeatures: Feature[] = [
  {
    name: "a run executes each step once, in order, and ends with the function's result",
    functions: (client, probe) => [
      client.createFunction(
        { id: "four-steps", triggers: [{ event: "four/go" }] },
        async ({ event, step }) => {
          const a = await step.run("a", () => {
            probe.note("a");
            return Number(event.data.start);
          });
          const b = await step.run("b", () => {
            probe.note("b");
            return a + 1;
          });
          const c = await step.run("c", () => {
            probe.note("c");
            return { sum: a + b, nothing: undefined };
          });
          await step.run("d", () => probe.note("d"));
          return { c, again: event.data.start };
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "four/go", data: { start: 20 } });
      await harness.settle();
      expect(probe.notes).toEqual(["a", "b", "c", "d"]);
      expect(await harness.runsOf(id)).toEqual([
        { functionId: "four-steps", status: "finished", output: { c: { sum: 41 }, again: 20 } },
      ]);
    },
  },
  {
    name: "steps with one id in a loop are different steps",
    functions: (client, probe) => [
      client.createFunction({ id: "loop", triggers: [{ event: "loop/go" }] }, async ({ step }) => {
        let sum = 0;
        for (const i of [1, 2, 3]) {
          sum += await step.run("add", () => {
            probe.note(`add ${i}`);
            return i;
          });
        }
        return sum;
      }),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "loop/go" });
      await harness.settle();
      expect(probe.notes).toEqual(["add 1", "add 2", "add 3"]);
      expect((await harness.runsOf(id))[0]?.output).toBe(6);
    },
  },
  {
    name: "a step that throws is tried again alone, and what was done before it is not done again",
    functions: (client, probe) => [
      client.createFunction(
        { id: "retry-step", retries: 3, triggers: [{ event: "retry/step" }] },
        async ({ step, attempt }) => {
          await step.run("before", () => probe.note("before"));
          await step.run("shaky", () => {
            probe.note(`shaky ${attempt}`);
            if (attempt < 2) throw new Error("not yet");
          });
          await step.run("after", () => probe.note(`after ${attempt}`));
        },
      ),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "retry/step" });
      await harness.until("the last step ran", () => probe.notes.some((note) => note.startsWith("after")));
      expect(probe.notes).toEqual(["before", "shaky 0", "shaky 1", "shaky 2", "after 0"]);
    },
  },
  {
    name: "what was done before a step that fails for good is not done again, whether the function catches it or not",
    functions: (client, probe) => [
      client.createFunction(
        { id: "no-retry-step", retries: 0, triggers: [{ event: "no-retry/step" }] },
        async ({ event, step }) => {
          await step.run("first", () => probe.note("first"));
          await step.run("second", () => probe.note("second"));
          const doomed = step.run("doomed", () => {
            probe.note("doomed");
            throw new Error("never");
          });
          if (event.data.catches) await doomed.catch(() => undefined);
          else await doomed;
          await step.run("last", () => probe.note("last"));
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [uncaught = ""] = await harness.send({ name: "no-retry/step", data: { catches: false } });
      await harness.until(
        "the run failed",
        async () => (await harness.runsOf(uncaught))[0]?.status === "failed",
      );
      expect(probe.notes).toEqual(["first", "second", "doomed"]);
      const [caught = ""] = await harness.send({ name: "no-retry/step", data: { catches: true } });
      await harness.until(
        "the run ended",
        async () => (await harness.runsOf(caught))[0]?.status === "finished",
      );
      expect(probe.notes.slice(3)).toEqual(["first", "second", "doomed", "last"]);
    },
  },
  {
    name: "a function that throws between its steps is tried again",
    functions: (client, probe) => [
      client.createFunction(
        { id: "retry-function", retries: 2, triggers: [{ event: "retry/function" }] },
        async ({ step, attempt }) => {
          await step.run("once", () => probe.note("once"));
          if (attempt === 0) throw new Error("not yet");
          return "done";
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "retry/function" });
      await harness.until("the run ended", async () => (await harness.runsOf(id))[0]?.status === "finished");
      expect(probe.notes).toEqual(["once"]);
    },
  },
  {
    name: "a step is tried retries + 1 times; then the run fails, and the failure handler gets the error and the event",
    functions: (client, probe) => [
      client.createFunction(
        {
          id: "exhausted",
          retries: 1,
          triggers: [{ event: "exhausted/go" }],
          onFailure: async ({ event, error, step }) => {
            await step.run("handle", () =>
              probe.note(
                `${event.data.function_id} ${error.message} ${event.data.event.data.n} ${event.name}`,
              ),
            );
          },
        },
        async ({ step }) => {
          await step.run("bad", () => {
            probe.note("bad");
            throw new TypeError("broken");
          });
          await step.run("never", () => probe.note("never"));
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "exhausted/go", data: { n: 7 } });
      await harness.until("the failure handler ran", () => probe.notes.length >= 3);
      await harness.settle();
      expect(probe.notes).toEqual([
        "bad",
        "bad",
        `${harness.appId}-exhausted broken 7 inngest/function.failed`,
      ]);
      expect((await harness.runsOf(id))[0]?.status).toBe("failed");
    },
  },
  {
    name: "NonRetriableError fails the run at its first throw",
    functions: (client, probe) => [
      client.createFunction(
        {
          id: "fatal",
          retries: 5,
          triggers: [{ event: "fatal/go" }],
          onFailure: async ({ error }) => probe.note(`handled ${error.message}`),
        },
        async ({ step }) => {
          await step.run("bad", () => {
            probe.note("bad");
            throw new NonRetriableError("never again");
          });
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "fatal/go" });
      await harness.until("the failure handler ran", () => probe.notes.length >= 2);
      expect(probe.notes).toEqual(["bad", "handled never again"]);
      expect((await harness.runsOf(id))[0]?.status).toBe("failed");
    },
  },
  {
    name: "a function may catch the error of a step that has failed for good, and go on",
    functions: (client, probe) => [
      client.createFunction(
        { id: "catches", retries: 0, triggers: [{ event: "catches/go" }] },
        async ({ step }) => {
          try {
            await step.run("bad", () => {
              probe.note("bad");
              throw new Error("expected");
            });
          } catch (error) {
            const message = error instanceof Error ? error.message : "";
            return step.run("plan b", () => {
              probe.note("plan b");
              return `instead of ${message}`;
            });
          }
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "catches/go" });
      await harness.settle();
      expect(probe.notes).toEqual(["bad", "plan b"]);
      expect((await harness.runsOf(id))[0]).toMatchObject({
        status: "finished",
        output: "instead of expected",
      });
    },
  },
  {
    name: "RetryAfterError sets the time of the next try",
    functions: (client, probe) => [
      client.createFunction(
        { id: "later", retries: 2, triggers: [{ event: "later/go" }] },
        async ({ step, attempt }) => {
          await step.run("busy", () => {
            probe.note(`try ${attempt}`);
            if (attempt === 0) throw new RetryAfterError("busy", 10_000);
          });
        },
      ),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "later/go" });
      await harness.settle();
      await harness.passTime(3000);
      expect(probe.notes).toEqual(["try 0"]);
      await harness.passTime(8000);
      expect(probe.notes).toEqual(["try 0", "try 1"]);
    },
  },
  {
    name: "parallel steps each run once, and what follows sees all their results",
    functions: (client, probe) => [
      client.createFunction({ id: "parallel", triggers: [{ event: "parallel/go" }] }, async ({ step }) => {
        const parts = await Promise.all(
          [1, 2, 3].map((i) =>
            step.run(`part ${i}`, () => {
              probe.note(`part ${i}`);
              return i * 10;
            }),
          ),
        );
        return step.run("sum", () => {
          probe.note("sum");
          return parts.reduce((sum, part) => sum + part, 0);
        });
      }),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "parallel/go" });
      await harness.settle();
      expect([...probe.notes].sort()).toEqual(["part 1", "part 2", "part 3", "sum"]);
      expect(probe.notes.at(-1)).toBe("sum");
      expect((await harness.runsOf(id))[0]).toMatchObject({ status: "finished", output: 60 });
    },
  },
  {
    name: "of parallel steps, the one that throws is tried again alone",
    functions: (client, probe) => [
      client.createFunction(
        { id: "parallel-retry", retries: 2, triggers: [{ event: "parallel/retry" }] },
        async ({ step, attempt }) => {
          await Promise.all([
            step.run("good", () => probe.note("good")),
            step.run("shaky", () => {
              probe.note(`shaky ${attempt}`);
              if (attempt === 0) throw new Error("not yet");
            }),
          ]);
          await step.run("end", () => probe.note("end"));
        },
      ),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "parallel/retry" });
      await harness.until("the last step ran", () => probe.count("end") > 0);
      expect([...probe.notes].sort()).toEqual(["end", "good", "shaky 0", "shaky 1"]);
    },
  },
  {
    name: "chains of steps side by side run to their ends",
    functions: (client, probe) => [
      client.createFunction({ id: "chains", triggers: [{ event: "chains/go" }] }, async ({ step }) => {
        const chain = async (name: string, length: number) => {
          let done = "";
          for (let i = 1; i <= length; i++) {
            done += await step.run(`${name}${i}`, () => {
              probe.note(`${name}${i}`);
              return `${name}${i}`;
            });
          }
          return done;
        };
        return Promise.all([chain("a", 3), chain("b", 2)]);
      }),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "chains/go" });
      await harness.settle();
      expect([...probe.notes].sort()).toEqual(["a1", "a2", "a3", "b1", "b2"]);
      expect((await harness.runsOf(id))[0]?.output).toEqual(["a1a2a3", "b1b2"]);
    },
  },
  {
    name: "a result of a megabyte, and one with NUL and astral characters, come back as they were",
    functions: (client, probe) => [
      client.createFunction({ id: "odd-data", triggers: [{ event: "odd/go" }] }, async ({ event, step }) => {
        const big = await step.run("big", () => "x".repeat(1_000_000));
        const odd = await step.run("odd", () => event.data.odd);
        await step.sleep("makes the run come back", "1s");
        await step.run("compare", () => probe.note(`${big.length} ${odd === event.data.odd}`));
        return event.data.odd;
      }),
    ],
    verify: async (harness, probe) => {
      const odd = "a\u0000b\u{1F600}c";
      const [id = ""] = await harness.send({ name: "odd/go", data: { odd } });
      await harness.settle();
      await harness.passTime(1100);
      expect(probe.notes).toEqual(["1000000 true"]);
      expect((await harness.runsOf(id))[0]).toMatchObject({ status: "finished", output: odd });
    },
  },
];
