import { describe, expect, it } from "vitest";
import { readFunctionConfigs, UnsupportedFeatureError } from "./function-registry.ts";

const step = { id: "step", name: "step", runtime: { type: "http", url: "http://x" } };
const base = { id: "app-fn", name: "fn", triggers: [{ event: "a/b" }], steps: { step } };

it("reads attempts as Inngest counts them: retries plus one, five by default, 21 at most", () => {
  const attempts = (retries?: number) =>
    readFunctionConfigs([
      {
        ...base,
        steps: { step: { ...step, retries: retries === undefined ? undefined : { attempts: retries } } },
      },
    ])[0]?.maxAttempts;
  expect([attempts(), attempts(0), attempts(3), attempts(99)]).toEqual([5, 1, 4, 21]);
});

it("reads limits: a number, a key, or both", () => {
  const read = (concurrency: unknown) => {
    const [fn] = readFunctionConfigs([{ ...base, concurrency }]);
    return [fn?.limit, fn?.keyLimit, fn?.limitKey !== null];
  };
  expect(read(3)).toEqual([3, null, false]);
  expect(read({ limit: 1, key: "event.data.id" })).toEqual([null, 1, true]);
  expect(read([{ limit: 9 }, { limit: 2, key: "event.data.id", scope: "fn" }])).toEqual([9, 2, true]);
  expect(read(0)).toEqual([null, null, false]);
});

describe("what is not implemented is refused by function and name", () => {
  it.each([
    [{ debounce: { period: "1m" } }, "debounce"],
    [{ rateLimit: { limit: 1, period: "1m" } }, "rateLimit"],
    [{ throttle: { limit: 1, period: "1m" } }, "throttle"],
    [{ batchEvents: { maxSize: 2, timeout: "1s" } }, "batchEvents"],
    [{ priority: { run: "100" } }, "priority"],
    [{ timeouts: { finish: "1h" } }, "timeouts"],
    [{ singleton: { mode: "skip" } }, "singleton"],
    [{ somethingNew: true }, "somethingNew"],
    [
      { concurrency: { limit: 1, key: "event.data.a", scope: "account" } },
      'concurrency with the scope "account"',
    ],
    [
      {
        concurrency: [
          { limit: 1, key: "event.data.a" },
          { limit: 1, key: "event.data.b" },
        ],
      },
      "concurrency with two keys",
    ],
    [{ triggers: [{ event: "app/*" }] }, 'a trigger with a wildcard ("app/*")'],
    [{ triggers: [{ event: "inngest/function.finished" }] }, 'a trigger on "inngest/function.finished"'],
    [{ triggers: [{ event: "a", expression: "has(event.data.x)" }] }, "a trigger's if: "],
    [{ triggers: [{ cron: "0 0 * * *", jitter: "1m" }] }, "cron jitter"],
    [{ triggers: [{ cron: "whenever" }] }, 'the cron expression "whenever"'],
    [{ cancel: [{ event: "a", if: "event.data.list.exists(x, x == 1)" }] }, "cancelOn.if: "],
    [{ cancel: [{ event: "a", timeout: "a while" }] }, 'cancelOn.timeout "a while"'],
    [{ idempotency: "size(event.data)" }, "idempotency: "],
  ])("%j", (extra, feature) => {
    const read = () => readFunctionConfigs([base, { ...base, id: "app-other", ...extra }]);
    expect(read).toThrow(UnsupportedFeatureError);
    expect(read).toThrow(`app-other: ${feature}`);
  });

  it("all of them at once", () => {
    const read = () =>
      readFunctionConfigs([
        { ...base, debounce: { period: "1m" } },
        { ...base, id: "app-b", throttle: {}, priority: {} },
      ]);
    expect(read).toThrow(/app-fn: debounce\n {2}app-b: throttle\n {2}app-b: priority/);
  });
});
