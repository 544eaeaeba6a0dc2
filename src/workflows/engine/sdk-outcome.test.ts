import { expect, it } from "vitest";
import type { SdkResult } from "./sdk-execution.ts";
import { readCheckpointSteps, readSdkResult } from "./sdk-outcome.ts";

const result = (type: SdkResult["type"], fields: object) =>
  ({ type, ops: {}, ctx: {}, ...fields }) as SdkResult;

it("what a function returns is its result, null where it returns nothing", () => {
  const data = { a: 1, big: 1n };
  expect(readSdkResult(result("function-resolved", { data }))).toEqual({
    type: "finished",
    steps: [],
    output: '{"a":1}',
  });
  expect(readSdkResult(result("function-resolved", { data: undefined }))).toMatchObject({ output: "null" });
});

it("RunComplete is the function's result, after the steps before it", () => {
  const steps = [
    { id: "s1", op: "StepRun", displayName: "one", data: 1 },
    { id: "complete", op: "RunComplete", data: undefined },
  ];
  expect(readSdkResult(result("steps-found", { steps }))).toEqual({
    type: "finished",
    steps: [{ stepId: "s1", name: "one", kind: "run", data: "1", error: null }],
    output: "null",
  });
});

it("an error says whether and when it may be tried again", () => {
  const error = { __serialized: true, name: "TypeError", message: "no", stack: "…" };
  const rejected = (retriable: boolean | string) =>
    readSdkResult(result("function-rejected", { error, retriable }));
  expect(rejected("30")).toEqual({
    type: "failed",
    steps: [],
    error: { name: "TypeError", message: "no", stack: "…" },
    retryable: true,
    retryAfter: "30",
    step: undefined,
  });
  expect(rejected(true)).toMatchObject({ retryable: true, retryAfter: undefined });
  expect(rejected(false)).toMatchObject({ retryable: false });
});

it("a step that failed says which it was, and whether it may be tried again", () => {
  const step = { id: "s2", op: "StepError", displayName: "two", error: { name: "Error", message: "no" } };
  expect(readSdkResult(result("step-ran", { step, retriable: false }))).toMatchObject({
    type: "failed",
    retryable: false,
    step: { stepId: "s2", name: "two" },
  });
});

it("what was done is kept beside a step that failed, before it and behind it", () => {
  const steps = [
    { id: "s1", op: "StepRun", displayName: "one", data: 1 },
    { id: "s2", op: "StepError", displayName: "two", error: { name: "Error", message: "no" } },
    { id: "s3", op: "StepRun", displayName: "three", data: 3 },
  ];
  expect(readSdkResult(result("steps-found", { steps }))).toMatchObject({
    type: "failed",
    retryable: true,
    step: { stepId: "s2", name: "two" },
    steps: [{ stepId: "s1" }, { stepId: "s3", data: "3" }],
  });
});

it("a planned step that the function does not come to any more fails by name", () => {
  const step = { id: "s1", op: "StepNotFound" };
  const foundSteps = [{ id: "s2", displayName: "two" }];
  expect(readSdkResult(result("step-not-found", { step, foundSteps, totalFoundSteps: 1 }))).toMatchObject({
    type: "failed",
    retryable: true,
    error: { name: "StepNotFoundError", message: expect.stringMatching(/"s1".*two \(s2\)/) },
  });
});

it("an operation that the engine does not know fails the run by name", () => {
  const steps = [{ id: "s", op: "AIGateway", displayName: "ask" }];
  expect(readSdkResult(result("steps-found", { steps }))).toMatchObject({
    type: "failed",
    retryable: false,
    error: { name: "UnsupportedFeatureError", message: expect.stringContaining('AIGateway (step "ask")') },
  });
});

it("a checkpoint may hold finished steps only", () => {
  expect(readCheckpointSteps([{ id: "s", op: "StepRun", data: [1] }])).toHaveLength(1);
  expect(readCheckpointSteps([{ id: "s", op: "Sleep", name: "1h" }])).toBeUndefined();
  expect(readCheckpointSteps([{ id: "s", op: "RunComplete", data: 1 }])).toBeUndefined();
});
