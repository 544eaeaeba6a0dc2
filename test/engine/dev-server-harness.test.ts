/** The conformance suite's way to an Inngest dev server, tried against a stand-in of its HTTP surface. */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Feature } from "./conformance/harness.ts";
import { Probe } from "./conformance/harness.ts";
import { stepFeatures } from "./conformance/step-features.ts";
import { createDevServerHarness, type DevServerHarness } from "./dev-server-harness.ts";
import { startDevServerStandIn } from "./dev-server-stand-in.ts";

/** What the stand-in's executor can do: steps in turn, tried again. */
const FEATURES = stepFeatures.filter(({ name }) =>
  [
    "a run executes each step once, in order, and ends with the function's result",
    "steps with one id in a loop are different steps",
    "a function that throws between its steps is tried again",
  ].includes(name),
);

let standIn: Awaited<ReturnType<typeof startDevServerStandIn>>;
let harness: DevServerHarness;
const probes = new Map<Feature, Probe>(FEATURES.map((feature) => [feature, new Probe()]));
const notes: string[] = [];

beforeAll(async () => {
  standIn = await startDevServerStandIn();
  harness = await createDevServerHarness(
    standIn.url,
    (client) => [
      ...FEATURES.flatMap((feature) => feature.functions(client, probes.get(feature) ?? new Probe())),
      client.createFunction(
        { id: "naps", retries: 1, triggers: [{ event: "nap/go" }] },
        async ({ event, step }) => {
          await step.sleep("nap", "1s");
          if (event.data.fails) throw new Error("as asked");
          notes.push("awake");
          return { data: 1, more: 2 };
        },
      ),
    ],
    { quietMs: 150, clientOptions: { checkpointing: false } },
  );
});
afterAll(async () => {
  await harness?.stop();
  await standIn?.stop();
});

it.each(FEATURES.map((feature) => [feature.name, feature] as const))("%s", async (_name, feature) => {
  await feature.verify(harness, probes.get(feature) ?? new Probe());
});

it("time passes, statuses and outputs are read, and runs of other apps are not seen", async () => {
  const other = await createDevServerHarness(
    standIn.url,
    (client) => [client.createFunction({ id: "naps", triggers: [{ event: "nap/go" }] }, async () => "other")],
    { quietMs: 150, clientOptions: { checkpointing: false } },
  );
  const [id = "", failing = ""] = await harness.send(
    { name: "nap/go" },
    { name: "nap/go", data: { fails: true } },
  );
  await harness.settle();
  expect(notes).toEqual([]);
  expect(await harness.runsOf(id)).toEqual([{ functionId: "naps", status: "running", output: undefined }]);
  await harness.passTime(1500);
  expect(notes).toEqual(["awake"]);
  expect(await harness.runsOf(id)).toEqual([
    { functionId: "naps", status: "finished", output: { data: 1, more: 2 } },
  ]);
  await harness.until("it failed", async () => (await harness.runsOf(failing))[0]?.status === "failed");
  expect(await other.runsOf(id)).toEqual([{ functionId: "naps", status: "finished", output: "other" }]);
  await other.stop();
  expect(standIn.removed).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/api\/inngest$/)]);
});

it("what never happens is an error that says so", async () => {
  const impatient = await createDevServerHarness(standIn.url, () => [], { quietMs: 10, untilMaxMs: 50 });
  await expect(impatient.until("a miracle", () => false)).rejects.toThrow("This never happened: a miracle.");
  await impatient.stop();
});
