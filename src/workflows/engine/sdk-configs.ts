/**
 * What the SDK registers with an Inngest server: the configuration of each function, its failure handlers included. The
 * SDK's own request handler is asked for it, in this process. Source: SDK specification, 4.3.5 (in-band sync).
 */
import { type Inngest, InngestCommHandler, type InngestFunction } from "inngest";

type SyncRequest = { headers: ReadonlyMap<string, string>; body: string };
type SyncResponse = { status: number; body: string };

/** Never leaves the process; the SDK wants an address to speak of. */
const SDK_ADDRESS = "http://embedded.invalid/api/inngest";

/** Resolves to the `functions` list of the registration. Throws what the SDK finds wrong with the functions. */
export async function readSdkConfigs(
  client: Inngest.Any,
  functions: readonly InngestFunction.Any[],
): Promise<unknown[]> {
  const handler = new InngestCommHandler({
    frameworkName: "embedded",
    client,
    functions: [...functions],
    handler: (request: SyncRequest) => ({
      body: () => request.body,
      headers: (name: string) => request.headers.get(name.toLowerCase()) ?? null,
      method: () => "PUT",
      url: () => new URL(SDK_ADDRESS),
      // The sync in band is asked for below, whatever the process's environment says of syncs from outside.
      env: () => ({ INNGEST_ALLOW_IN_BAND_SYNC: "true" }),
      transformResponse: ({ status, body }): SyncResponse => ({ status, body }),
    }),
  });
  const handle = handler.createHandler() as (request: SyncRequest) => Promise<SyncResponse>;
  const { status, body } = await handle({ headers: HEADERS, body: JSON.stringify({ url: SDK_ADDRESS }) });
  const { functions: configs } = JSON.parse(body) as { functions?: unknown };
  if (status !== 200 || !Array.isArray(configs)) {
    throw new Error(`The Inngest SDK did not register its functions (${status}): ${body}`);
  }
  return configs;
}

const HEADERS: ReadonlyMap<string, string> = new Map([
  ["host", "embedded.invalid"],
  ["content-type", "application/json"],
  ["x-inngest-server-kind", "dev"],
  ["x-inngest-sync-kind", "in_band"],
]);
