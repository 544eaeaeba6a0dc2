import { afterAll, beforeAll, describe, it } from "vitest";
import { eventFeatures } from "./conformance/event-features.ts";
import { Probe } from "./conformance/harness.ts";
import { stepFeatures } from "./conformance/step-features.ts";
import { createEmbeddedHarness, type EmbeddedHarness } from "./embedded-harness.ts";

const features = [...stepFeatures, ...eventFeatures];

/** With checkpoints (the SDK's default) a run costs one call; without, one call for each step. Both must hold. */
describe.each([
  ["with checkpoints", {}],
  ["without checkpoints", { checkpointing: false }],
])("embedded engine, %s", (_name, clientOptions) => {
  let harness: EmbeddedHarness;
  const probes = new Map(features.map((feature) => [feature, new Probe()]));
  const probeOf = (feature: (typeof features)[number]) => probes.get(feature) ?? new Probe();

  beforeAll(async () => {
    harness = await createEmbeddedHarness(
      (client) => features.flatMap((feature) => feature.functions(client, probeOf(feature))),
      { clientOptions },
    );
  });
  afterAll(() => harness?.stop());

  for (const feature of features) {
    it(feature.name, () => feature.verify(harness, probeOf(feature)));
  }
});
