/** How the stand-in reaches the app: it calls the app over HTTP, or answers on the connections that the app holds. */

/** Slack waits so long for an answer. */
export const ANSWER_WITHIN_MS = 3_000;

export interface Answer {
  /** HTTP status; 200 for an acknowledged envelope, 0 where no answer came. */
  status: number;
  body: string;
}

export interface Retry {
  num: number;
  /** Why the try before failed; empty on the first. */
  reason: string;
}

export interface Transport {
  /** False while nobody is there to deliver to. */
  isOpen(): boolean;
  /** Rejects where no answer came: `TimeoutError` after Slack's patience. */
  sendEvent(body: unknown, retry: Retry): Promise<Answer>;
  /** Clicks, forms, shortcuts. */
  sendInteraction(payload: unknown): Promise<Answer>;
  sendCommand(fields: Record<string, string>): Promise<Answer>;
  stop(): void;
}
