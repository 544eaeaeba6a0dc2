/**
 * What the SDK does for a server far away, and a server in this process has no use for: before each answer and each
 * checkpoint it reads the whole environment, several times, to fill headers that say on which host it runs. That was
 * measured as a quarter of a run's time. Both shortcuts reach into the SDK, whose version is pinned; where a release
 * has changed what they reach for, they do nothing, and runs are slower and as sound.
 */
import type { Inngest, InngestCommHandler } from "inngest";

/** The client's headers, made once. */
export function keepClientHeaders(client: Inngest.Any): void {
  const headers: unknown = Reflect.get(client, "headers");
  if (headers === null || typeof headers !== "object") return;
  Object.defineProperty(client, "headers", { value: Object.freeze(headers), configurable: true });
}

type InitRequest = (...args: unknown[]) => Promise<{ getHeaders?: unknown }>;

/** Answers without the headers that every answer has alike. Those of one answer (retry-after, no-retry) stay. */
export function dropCommonHeaders(handler: InngestCommHandler): void {
  const initRequest: unknown = Reflect.get(handler, "initRequest");
  if (typeof initRequest !== "function") return;
  const getHeaders = async (): Promise<object> => ({});
  const withoutHeaders: InitRequest = async (...args) => {
    const request = (await Reflect.apply(initRequest, handler, args)) as Awaited<ReturnType<InitRequest>>;
    return "getHeaders" in request ? { ...request, getHeaders } : request;
  };
  Reflect.set(handler, "initRequest", withoutHeaders);
}
