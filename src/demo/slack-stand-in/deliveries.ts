/** Events with Slack's retries, clicks and forms without; over whichever transport the app listens on. */
import { setTimeout as sleep } from "node:timers/promises";
import type { PendingEvent, SlackState } from "./state.ts";
import type { Answer, Transport } from "./transport.ts";

export interface EventAttempt {
  eventId: string;
  retryNum: number;
  /** HTTP status, 200 for an acknowledged envelope, or 0 where no answer came. */
  status: number;
  /** Milliseconds to the answer, or to giving up. */
  ms: number;
}

export interface DeliveryOptions {
  state: SlackState;
  transport: Transport;
  /** Waits before the second, third and fourth try; Slack's own are 0, 1 and 5 minutes. */
  retryDelaysMs: number[];
}

export interface Deliveries {
  /** Delivers with retries; true when acknowledged. An event that was never acknowledged is given up, as Slack does. */
  deliver(event: PendingEvent): Promise<boolean>;
  /** Clicks, forms, shortcuts: one try. */
  postForm(payload: unknown): Promise<Answer>;
  /** A slash command: one try. */
  postCommand(fields: Record<string, string>): Promise<Answer>;
  /** The last click, form, shortcut or command once more, byte for byte. */
  repeatLast(): Promise<Answer>;
  attempts(): EventAttempt[];
  stop(): void;
}

export function createDeliveries({ state, transport, retryDelaysMs }: DeliveryOptions): Deliveries {
  const attempts: EventAttempt[] = [];
  const stopping = new AbortController();
  let last: () => Promise<Answer> = () => Promise.reject(new Error("Nothing was done yet."));
  const remember = (act: () => Promise<Answer>): Promise<Answer> => {
    last = act;
    return act();
  };

  /** The reason for the next try, or null when acknowledged. */
  async function tryOnce(event: PendingEvent, retryNum: number, lastReason: string): Promise<string | null> {
    const startedAt = performance.now();
    const note = (status: number) =>
      attempts.push({ eventId: event.id, retryNum, status, ms: performance.now() - startedAt });
    try {
      const { status } = await transport.sendEvent(event.body, { num: retryNum, reason: lastReason });
      note(status);
      return status >= 200 && status < 300 ? null : "http_error";
    } catch (error) {
      note(0);
      const isLate = error instanceof DOMException && error.name === "TimeoutError";
      return isLate ? "http_timeout" : "connection_failed";
    }
  }

  async function deliver(event: PendingEvent): Promise<boolean> {
    let reason: string | null = "";
    for (const [retryNum, delay] of [0, ...retryDelaysMs].entries()) {
      await sleep(delay, undefined, { signal: stopping.signal }).catch(() => {});
      // Not acknowledged: it stays in the journal, and a restart delivers it again.
      if (stopping.signal.aborted) return false;
      reason = await tryOnce(event, retryNum, reason);
      if (reason === null) break;
    }
    if (!stopping.signal.aborted) state.commit({ op: "settled", eventId: event.id });
    return reason === null;
  }

  return {
    deliver: async (event) => (transport.isOpen() ? deliver(event) : false),
    postForm: (payload) => remember(() => transport.sendInteraction(payload)),
    postCommand: (fields) => remember(() => transport.sendCommand(fields)),
    repeatLast: () => last(),
    attempts: () => [...attempts],
    stop: () => {
      stopping.abort();
      transport.stop();
    },
  };
}
