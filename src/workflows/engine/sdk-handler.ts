/**
 * The engine's side of the wire to the SDK: the SDK's own request handler, called in this process with what an HTTP
 * request would carry. Source: SDK specification, 4.3.5 (in-band sync) and 4.4 (call requests).
 */
import { type Inngest, InngestCommHandler, type InngestFunction } from "inngest";
import type { RunMemo } from "../../db/engine-steps.ts";
import { dropCommonHeaders, keepClientHeaders } from "./sdk-shortcuts.ts";

export type SdkCall = {
  functionId: string;
  stepId: string;
  runId: string;
  /** Comes back with each checkpoint and says under which lease it is stored. */
  leaseToken: string;
  attempt: number;
  maxAttempts: number;
  /** The event as JSON text. */
  event: string;
  memo: RunMemo;
};

/** Header names are in lower case. */
export type SdkResponse = { status: number; headers: ReadonlyMap<string, string>; body: string };

export type SdkHandler = {
  /** What the SDK registers with an Inngest server: the configuration of each function, its failure handlers included. */
  readConfigs(): Promise<unknown[]>;
  call(call: SdkCall): Promise<SdkResponse>;
};

type SdkRequest = { method: "POST" | "PUT"; url: URL; headers: ReadonlyMap<string, string>; body: string };

/** Never leaves the process; the SDK wants an address to speak of. */
export const SDK_ADDRESS = "http://embedded.invalid/api/inngest";

export function createSdkHandler(client: Inngest.Any, functions: readonly InngestFunction.Any[]): SdkHandler {
  const handler = new InngestCommHandler({
    frameworkName: "embedded",
    client,
    functions: [...functions],
    // A function may take as long as it takes: there is no request that could time out.
    defaultMaxRuntime: 0,
    handler: (request: SdkRequest) => ({
      body: () => request.body,
      headers: (name: string) => request.headers.get(name.toLowerCase()) ?? null,
      method: () => request.method,
      url: () => request.url,
      // The sync in band is asked for below, whatever the process's environment says of syncs from outside.
      env: () => ({ INNGEST_ALLOW_IN_BAND_SYNC: "true" }),
      transformResponse: (response): SdkResponse => ({
        status: response.status,
        headers: new Map(
          Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        body: response.body,
      }),
    }),
  });
  keepClientHeaders(client);
  dropCommonHeaders(handler);
  const handle = handler.createHandler() as (request: SdkRequest) => Promise<SdkResponse>;

  return {
    readConfigs: async () => {
      const response = await handle({
        method: "PUT",
        url: new URL(SDK_ADDRESS),
        headers: new Map([...BASE_HEADERS, ["x-inngest-sync-kind", "in_band"]]),
        body: JSON.stringify({ url: SDK_ADDRESS }),
      });
      const { functions: configs } = JSON.parse(response.body) as { functions?: unknown };
      if (response.status !== 200 || !Array.isArray(configs)) {
        throw new Error(
          `The Inngest SDK did not register its functions (${response.status}): ${response.body}`,
        );
      }
      return configs;
    },
    call: (call) => {
      const url = new URL(SDK_ADDRESS);
      url.searchParams.set("fnId", call.functionId);
      url.searchParams.set("stepId", call.stepId);
      return handle({ method: "POST", url, headers: BASE_HEADERS, body: writeCallBody(call) });
    },
  };
}

const BASE_HEADERS: ReadonlyMap<string, string> = new Map([
  ["host", "embedded.invalid"],
  ["content-type", "application/json"],
  ["x-inngest-server-kind", "dev"],
]);

/** Events and results are JSON text already, and go in as they are. */
function writeCallBody({ event, memo, ...call }: SdkCall): string {
  const steps = memo.steps.map(({ stepId, data, error }) =>
    error === null
      ? `"${stepId}":{"type":"data","data":${data ?? "null"}}`
      : `"${stepId}":{"type":"error","error":${error}}`,
  );
  const stack = memo.steps.map((step) => step.stepId);
  const ctx = {
    run_id: call.runId,
    // With these two the SDK checkpoints: it posts each finished step and goes on within the same call.
    fn_id: call.functionId,
    qi_id: call.leaseToken,
    attempt: call.attempt,
    max_attempts: call.maxAttempts,
    disable_immediate_execution: memo.othersPending,
    use_api: false,
    stack: { stack, current: stack.length },
  };
  // Version -1 leaves the choice to the SDK. Naming a version costs it several failed schema checks for each call.
  return `{"version":-1,"event":${event},"events":[${event}],"steps":{${steps.join(",")}},"ctx":${JSON.stringify(ctx)}}`;
}
