import { expect, it } from "vitest";
import { readCheckpointSteps, readSdkResponse } from "./sdk-response.ts";

const response = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers: new Map(Object.entries(headers)),
  body: typeof body === "string" ? body : JSON.stringify(body),
});

it("200 is the function's result", () => {
  expect(readSdkResponse(response(200, { a: 1 }))).toEqual({
    type: "finished",
    steps: [],
    output: '{"a":1}',
  });
});

it("RunComplete is the function's result, after the steps before it", () => {
  const outcome = readSdkResponse(
    response(206, [
      { id: "s1", op: "StepRun", displayName: "one", data: 1 },
      { id: "complete", op: "RunComplete", data: null },
    ]),
  );
  expect(outcome).toEqual({
    type: "finished",
    steps: [{ stepId: "s1", name: "one", kind: "run", data: "1", error: null }],
    output: "null",
  });
});

it("an error says whether and when it may be tried again", () => {
  const error = { __serialized: true, name: "TypeError", message: "no", stack: "…" };
  expect(
    readSdkResponse(response(500, error, { "x-inngest-no-retry": "false", "retry-after": "30" })),
  ).toEqual({
    type: "failed",
    steps: [],
    error: { name: "TypeError", message: "no", stack: "…" },
    retryable: true,
    retryAfter: "30",
    step: undefined,
  });
  expect(readSdkResponse(response(400, error, { "x-inngest-no-retry": "true" }))).toMatchObject({
    retryable: false,
  });
});

it("what was done is kept beside a step that failed, before it and behind it", () => {
  const outcome = readSdkResponse(
    response(206, [
      { id: "s1", op: "StepRun", displayName: "one", data: 1 },
      { id: "s2", op: "StepError", displayName: "two", error: { name: "Error", message: "no" } },
      { id: "s3", op: "StepRun", displayName: "three", data: 3 },
    ]),
  );
  expect(outcome).toMatchObject({
    type: "failed",
    retryable: true,
    step: { stepId: "s2", name: "two" },
    steps: [{ stepId: "s1" }, { stepId: "s3", data: "3" }],
  });
});

it("an answer that is no JSON is a failure, not a crash", () => {
  expect(readSdkResponse(response(502, "<html>"))).toMatchObject({
    type: "failed",
    retryable: true,
    error: { message: "The SDK answered with status 502." },
  });
});

it("an operation that the engine does not know fails the run by name", () => {
  expect(readSdkResponse(response(206, [{ id: "s", op: "AIGateway", displayName: "ask" }]))).toMatchObject({
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
