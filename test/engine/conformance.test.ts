import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventFeatures } from "./conformance/event-features.ts";
import { type Harness, Probe } from "./conformance/harness.ts";
import { stepFeatures } from "./conformance/step-features.ts";
import { createDevServerHarness } from "./dev-server-harness.ts";
import { createEmbeddedHarness } from "./embedded-harness.ts";

const features = [...stepFeatures, ...eventFeatures];

/** With checkpoints (the SDK's default) a run costs one call; without, one call for each step. Both must hold. */
const WAYS = [
  ["with checkpoints", {}],
  ["without checkpoints", { checkpointing: false }],
] as const;

type Engine = {
  name: string;
  /** Where time cannot be moved, a feature takes as long as its functions sleep and the engine waits for retries. */
  timeoutMs: number;
  create: (...args: Parameters<typeof createEmbeddedHarness>) => Promise<Stoppable>;
};
type Stoppable = Harness & { stop(): Promise<void> };

const embedded: Engine = { name: "embedded engine", timeoutMs: 30_000, create: createEmbeddedHarness };
const devServerUrl = process.env.INNGEST_DEV_URL;
const engines: Engine[] = [embedded];
if (devServerUrl) {
  engines.push({
    name: "Inngest dev server",
    timeoutMs: 300_000,
    create: (build, options) => createDevServerHarness(devServerUrl, build, options),
  });
}

describe.each(engines)("$name", ({ create, timeoutMs }) => {
  describe.each(WAYS)("%s", (_way, clientOptions) => {
    let harness: Stoppable;
    const probes = new Map(features.map((feature) => [feature, new Probe()]));
    const probeOf = (feature: (typeof features)[number]) => probes.get(feature) ?? new Probe();

    beforeAll(async () => {
      harness = await create(
        (client) => features.flatMap((feature) => feature.functions(client, probeOf(feature))),
        { clientOptions },
      );
    });
    afterAll(() => harness?.stop());

    for (const feature of features) {
      it(feature.name, { timeout: timeoutMs }, () => feature.verify(harness, probeOf(feature)));
    }
  });
});

it("the embedded engine keeps lone surrogates as they were, which a server in Go cannot", async () => {
  const odd = "a\ud800b";
  const harness = await createEmbeddedHarness((client) => [
    client.createFunction({ id: "odd", triggers: [{ event: "odd/go" }] }, async ({ event, step }) => {
      const kept = await step.run("keep", () => event.data.odd);
      await step.sleep("makes the run come back", "1s");
      return kept;
    }),
  ]);
  const [id = ""] = await harness.send({ name: "odd/go", data: { odd } });
  await harness.passTime(1100);
  expect((await harness.runsOf(id))[0]).toMatchObject({ status: "finished", output: odd });
  await harness.stop();
});
