/** Events and time: triggers, sleeping, waiting, cancelling, sending, invoking. */
import { expect } from "vitest";
import type { Feature } from "./harness.ts";

export const eventFeatures: Feature[] = [
  {
    name: "an event starts every function that it triggers, and a trigger's if is obeyed",
    functions: (client, probe) => [
      client.createFunction({ id: "all", triggers: [{ event: "order/placed" }] }, async () =>
        probe.note("all"),
      ),
      client.createFunction(
        {
          id: "large",
          triggers: [{ event: "order/placed", if: "event.data.total >= 100 && event.data.vip != true" }],
        },
        async () => probe.note("large"),
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "order/placed", data: { total: 99 } });
      await harness.settle();
      expect(probe.notes).toEqual(["all"]);
      expect(await harness.runsOf(id)).toHaveLength(1);
      await harness.send({ name: "order/placed", data: { total: 100, vip: true } });
      await harness.send({ name: "order/placed", data: { total: 100 } });
      await harness.settle();
      expect([...probe.notes].sort()).toEqual(["all", "all", "all", "large"]);
    },
  },
  {
    name: "an event with an id that was sent before starts nothing",
    functions: (client, probe) => [
      client.createFunction({ id: "deduped", triggers: [{ event: "dedupe/go" }] }, async ({ event }) =>
        probe.note(String(event.data.n)),
      ),
    ],
    verify: async (harness, probe) => {
      const nonce = `dedupe-${Date.now()}`; // a server remembers the ids of an earlier run of the suite
      await harness.send({ name: "dedupe/go", id: `${nonce}-1`, data: { n: 1 } });
      await harness.settle(); // a server takes up two sends side by side, in either order
      await harness.send({ name: "dedupe/go", id: `${nonce}-1`, data: { n: 2 } });
      await harness.settle();
      await harness.send({ name: "dedupe/go", id: `${nonce}-1`, data: { n: 3 } });
      await harness.send({ name: "dedupe/go", id: `${nonce}-2`, data: { n: 4 } });
      await harness.settle();
      expect(probe.notes).toEqual(["1", "4"]);
    },
  },
  {
    name: "an idempotency key allows one run in a day",
    functions: (client, probe) => [
      client.createFunction(
        {
          id: "idempotent",
          idempotency: "event.data.customer + '-' + event.data.day",
          triggers: [{ event: "idem/go" }],
        },
        async ({ event }) => probe.note(`${event.data.customer} ${event.data.n}`),
      ),
    ],
    verify: async (harness, probe) => {
      const [mon, tue] = [`mon ${Date.now()}`, `tue ${Date.now()}`];
      await harness.send(
        { name: "idem/go", data: { customer: "ann", day: mon, n: 1 } },
        { name: "idem/go", data: { customer: "bob", day: mon, n: 1 } },
      );
      await harness.settle();
      await harness.send({ name: "idem/go", data: { customer: "ann", day: mon, n: 2 } });
      await harness.send({ name: "idem/go", data: { customer: "ann", day: tue, n: 3 } });
      await harness.settle();
      expect([...probe.notes].sort()).toEqual(["ann 1", "ann 3", "bob 1"]);
    },
  },
  {
    name: "a sleep lets the run go on when its time has come, not before",
    functions: (client, probe) => [
      client.createFunction({ id: "sleeps", triggers: [{ event: "sleep/go" }] }, async ({ step }) => {
        await step.run("before", () => probe.note("before"));
        await step.sleep("a while", "10s");
        await step.run("after", () => probe.note("after"));
      }),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "sleep/go" });
      await harness.settle();
      await harness.passTime(3000);
      expect(probe.notes).toEqual(["before"]);
      await harness.passTime(8000);
      expect(probe.notes).toEqual(["before", "after"]);
    },
  },
  {
    name: "sleepUntil wakes at a date, and at once for a date that is past",
    functions: (client, probe) => [
      client.createFunction(
        { id: "sleeps-until", triggers: [{ event: "until/go" }] },
        async ({ event, step }) => {
          await step.sleepUntil("past", new Date(0));
          await step.run("first", () => probe.note("first"));
          await step.sleepUntil("then", String(event.data.at));
          await step.run("second", () => probe.note("second"));
        },
      ),
    ],
    verify: async (harness, probe) => {
      const at = new Date(Date.now() + 60 * 24 * 3_600_000).toISOString();
      await harness.send({ name: "until/go", data: { at } });
      await harness.settle();
      expect(probe.notes).toEqual(["first"]);
    },
  },
  {
    name: "sendEvent sends once, though its run is called again, and the event starts its functions",
    functions: (client, probe) => [
      client.createFunction({ id: "sender", triggers: [{ event: "send/go" }] }, async ({ step }) => {
        const { ids } = await step.sendEvent("tell", [
          { name: "send/told", data: { n: 1 } },
          { name: "send/told", data: { n: 2 } },
        ]);
        await step.sleep("makes the run come back", "1s");
        return ids.length;
      }),
      client.createFunction({ id: "told", triggers: [{ event: "send/told" }] }, async ({ event }) =>
        probe.note(`told ${event.data.n}`),
      ),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send({ name: "send/go" });
      await harness.settle();
      await harness.passTime(1100);
      expect([...probe.notes].sort()).toEqual(["told 1", "told 2"]);
      expect((await harness.runsOf(id))[0]).toMatchObject({ status: "finished", output: 2 });
    },
  },
  {
    name: "waitForEvent gets the event that matches, not another of that name",
    functions: (client, probe) => [
      client.createFunction({ id: "waits", triggers: [{ event: "ask/sent" }] }, async ({ event, step }) => {
        const answer = await step.waitForEvent("answer", {
          event: "ask/answered",
          match: "data.question",
          timeout: "1h",
        });
        await step.run("got", () => probe.note(`${event.data.question}: ${answer?.data.text}`));
        return answer?.name;
      }),
    ],
    verify: async (harness, probe) => {
      const [id = ""] = await harness.send(
        { name: "ask/sent", data: { question: "q1" } },
        { name: "ask/sent", data: { question: "q2" } },
      );
      await harness.settle();
      await harness.send({ name: "ask/answered", data: { question: "q3", text: "for nobody" } });
      await harness.send({ name: "ask/answered", data: { question: "q2", text: "yes" } });
      await harness.settle();
      expect(probe.notes).toEqual(["q2: yes"]);
      await harness.send({ name: "ask/answered", data: { question: "q1", text: "no" } });
      // A server takes events up side by side: without a pause, the second could be the first to be seen.
      await harness.settle();
      await harness.send({ name: "ask/answered", data: { question: "q1", text: "too late" } });
      await harness.settle();
      expect(probe.notes).toEqual(["q2: yes", "q1: no"]);
      expect((await harness.runsOf(id))[0]).toMatchObject({ status: "finished", output: "ask/answered" });
    },
  },
  {
    name: "waitForEvent gives null when its time is over",
    functions: (client, probe) => [
      client.createFunction({ id: "waits-in-vain", triggers: [{ event: "vain/go" }] }, async ({ step }) => {
        const answer = await step.waitForEvent("answer", { event: "vain/answered", timeout: "10s" });
        await step.run("got", () => probe.note(`got ${answer}`));
      }),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "vain/go" });
      await harness.settle();
      await harness.passTime(3000);
      expect(probe.notes).toEqual([]);
      await harness.passTime(8000);
      expect(probe.notes).toEqual(["got null"]);
    },
  },
  {
    name: "waitForEvent obeys an if over both events",
    functions: (client, probe) => [
      client.createFunction({ id: "waits-if", triggers: [{ event: "bid/opened" }] }, async ({ step }) => {
        const bid = await step.waitForEvent("bid", {
          event: "bid/made",
          if: "event.data.lot == async.data.lot && async.data.price > event.data.floor",
          timeout: "1h",
        });
        await step.run("got", () => probe.note(`sold for ${bid?.data.price}`));
      }),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "bid/opened", data: { lot: 4, floor: 50 } });
      await harness.settle();
      await harness.send({ name: "bid/made", data: { lot: 4, price: 50 } });
      await harness.send({ name: "bid/made", data: { lot: 5, price: 90 } });
      await harness.settle();
      expect(probe.notes).toEqual([]);
      await harness.send({ name: "bid/made", data: { lot: 4, price: 51 } });
      await harness.settle();
      expect(probe.notes).toEqual(["sold for 51"]);
    },
  },
  {
    name: "cancelOn ends the run that the event matches, and no other",
    functions: (client, probe) => [
      client.createFunction(
        {
          id: "cancellable",
          cancelOn: [{ event: "job/stopped", match: "data.job" }],
          triggers: [{ event: "job/go" }],
        },
        async ({ event, step }) => {
          await step.run("start", () => probe.note(`start ${event.data.job}`));
          await step.sleep("a while", "15s");
          await step.run("end", () => probe.note(`end ${event.data.job}`));
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [one = "", two = ""] = await harness.send(
        { name: "job/go", data: { job: 1 } },
        { name: "job/go", data: { job: 2 } },
      );
      await harness.settle();
      await harness.send({ name: "job/stopped", data: { job: 1 } });
      await harness.settle();
      await harness.passTime(16_000);
      expect([...probe.notes].sort()).toEqual(["end 2", "start 1", "start 2"]);
      expect((await harness.runsOf(one))[0]?.status).toBe("cancelled");
      expect((await harness.runsOf(two))[0]?.status).toBe("finished");
    },
  },
  {
    name: "an event that both starts and cancels a function's runs replaces the run before it",
    functions: (client, probe) => [
      client.createFunction(
        {
          id: "latest-only",
          cancelOn: [{ event: "draft/saved", match: "data.draft" }],
          triggers: [{ event: "draft/saved" }],
        },
        async ({ event, step }) => {
          await step.sleep("until it is quiet", "15s");
          await step.run("publish", () => probe.note(`publish ${event.data.version}`));
        },
      ),
    ],
    verify: async (harness, probe) => {
      const [first = ""] = await harness.send({ name: "draft/saved", data: { draft: 1, version: 1 } });
      await harness.settle();
      const [second = ""] = await harness.send({ name: "draft/saved", data: { draft: 1, version: 2 } });
      await harness.settle();
      await harness.passTime(16_000);
      expect(probe.notes).toEqual(["publish 2"]);
      expect((await harness.runsOf(first))[0]?.status).toBe("cancelled");
      expect((await harness.runsOf(second))[0]?.status).toBe("finished");
    },
  },
  {
    name: "a wait for an event and a sleep can race: the first ends the run",
    functions: (client, probe) => [
      client.createFunction(
        { id: "race", optimizeParallelism: false, triggers: [{ event: "race/go" }] },
        async ({ event, step }) => {
          const winner = await Promise.race([
            step
              .waitForEvent("answer", { event: "race/answered", match: "data.n", timeout: "1h" })
              .then(() => "event"),
            step.sleep("limit", "15s").then(() => "time"),
          ]);
          await step.run("end", () => probe.note(`${event.data.n} ${winner}`));
        },
      ),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "race/go", data: { n: 1 } }, { name: "race/go", data: { n: 2 } });
      await harness.settle();
      await harness.send({ name: "race/answered", data: { n: 1 } });
      await harness.settle();
      expect(probe.notes).toEqual(["1 event"]);
      await harness.passTime(16_000);
      expect(probe.notes).toEqual(["1 event", "2 time"]);
    },
  },
  {
    name: "invoke runs another function and gives its result, or throws its error",
    functions: (client, probe) => {
      const callee = client.createFunction(
        { id: "callee", retries: 0, triggers: [] },
        async ({ event, step }) => {
          const n = await step.run("square", () => Number((event.data as { n?: unknown }).n) ** 2);
          if (n > 50) throw new Error("too much");
          return n;
        },
      );
      const caller = client.createFunction(
        { id: "caller", triggers: [{ event: "invoke/go" }] },
        async ({ event, step }) => {
          try {
            const n = await step.invoke("ask", { function: callee, data: { n: event.data.n } });
            await step.run("got", () => probe.note(`got ${n}`));
          } catch (error) {
            await step.run("failed", () =>
              probe.note(`failed: ${error instanceof Error ? error.message : error}`),
            );
          }
        },
      );
      return [callee, caller];
    },
    verify: async (harness, probe) => {
      await harness.send({ name: "invoke/go", data: { n: 7 } });
      await harness.settle();
      expect(probe.notes).toEqual(["got 49"]);
      await harness.send({ name: "invoke/go", data: { n: 8 } });
      await harness.settle();
      expect(probe.notes).toEqual(["got 49", "failed: too much"]);
    },
  },
  {
    name: "an event dated in the future starts its runs then",
    functions: (client, probe) => [
      client.createFunction({ id: "future", triggers: [{ event: "future/go" }] }, async () =>
        probe.note("ran"),
      ),
    ],
    verify: async (harness, probe) => {
      await harness.send({ name: "future/go", ts: Date.now() + 30 * 24 * 3_600_000 });
      await harness.settle();
      expect(probe.notes).toEqual([]);
    },
  },
  {
    name: "a concurrency key lets one run of each value go at a time, and others beside it",
    functions: (client, probe) => [
      client.createFunction(
        {
          id: "one-by-one",
          concurrency: { limit: 1, key: "event.data.customer" },
          triggers: [{ event: "line/go" }],
        },
        async ({ event, step }) => {
          await step.run("serve", async () => {
            probe.note(`${event.data.customer} begins`);
            await new Promise((resolve) => setTimeout(resolve, 150));
            probe.note(`${event.data.customer} ends`);
          });
        },
      ),
    ],
    verify: async (harness, probe) => {
      await harness.send(
        ...["ann", "ann", "bob", "ann"].map((customer) => ({ name: "line/go", data: { customer } })),
      );
      await harness.until("all are served", () => probe.count("ann ends") + probe.count("bob ends") === 4);
      const ann = probe.notes.filter((note) => note.startsWith("ann"));
      expect(ann).toEqual(["ann begins", "ann ends", "ann begins", "ann ends", "ann begins", "ann ends"]);
      // Bob does not wait for the last Ann.
      expect(probe.notes.indexOf("bob begins")).toBeLessThan(probe.notes.lastIndexOf("ann begins"));
    },
  },
  {
    name: "a cron with a time zone fires at its minute, with the time in its event",
    functions: (client, probe) => [
      client.createFunction(
        { id: "each-minute", triggers: [{ cron: "TZ=Europe/Berlin * * * * *" }] },
        async ({ event, step }) => {
          await step.run("note", () => probe.note(`${event.name} ${String(event.data?.cron)}`));
        },
      ),
    ],
    verify: async (harness, probe) => {
      const before = probe.notes.length;
      await harness.until("the next minute has come", () => probe.notes.length > before);
      expect(probe.notes[before]).toBe("inngest/scheduled.timer TZ=Europe/Berlin * * * * *");
    },
  },
];
