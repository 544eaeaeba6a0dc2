/** Bursts of Slack events as Slack delivers them on a bad day: repeated, out of order, and while the service is killed. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { SlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { messageEvent, SECRET } from "./slack.ts";
import type { Delivered, Delivery } from "./slack-sender.ts";

export interface BurstPlan {
  users: number;
  bursts: number;
  /** Events of one burst: one for each of so many users. */
  perBurst: number;
  /** Every fourth event is a reply to what the same person wrote before. */
  channel: string;
  pauseMs: number;
}

export interface BurstEvent {
  ts: string;
  threadTs: string | null;
  body: string;
}

export const burstUsers = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    id: `U0BURST${index}`,
    name: `Person ${index}`,
    email: `person${index}@corp.example`,
  }));

/** Writes the messages into the local Slack, which is connected to nobody, and gives the events of each burst. */
export async function writeBursts(slack: SlackStandIn, plan: BurstPlan): Promise<BurstEvent[][]> {
  const roots = new Map<number, string>();
  const bursts: BurstEvent[][] = [];
  for (let burst = 0; burst < plan.bursts; burst += 1) {
    const events: BurstEvent[] = [];
    for (let index = 0; index < plan.perBurst; index += 1) {
      const user = (burst * plan.perBurst + index) % plan.users;
      const root = roots.get(user) ?? null;
      const threadTs = (burst + index) % 4 === 3 ? root : null;
      const text = `Problem ${burst}/${index}: my VPN does not connect`;
      const message = { user: `U0BURST${user}`, channel: plan.channel, text };
      const ts = await slack.postAsUser(threadTs === null ? message : { ...message, threadTs });
      if (threadTs === null) roots.set(user, ts);
      const thread = threadTs === null ? {} : { thread_ts: threadTs };
      const event = { ...message, ...thread, ts, event_id: `Ev${ts}` };
      events.push({ ts, threadTs, body: messageEvent(event, { event_id: `Ev${ts}` }) });
    }
    bursts.push(events);
  }
  return bursts;
}

export interface BurstFigures {
  /** Milliseconds from the request to the answer, of each acknowledged delivery to a service that listened. */
  ackMs: number[];
  /** Deliveries that a listening service did not acknowledge: refused, failed, or late. */
  unacknowledged: number;
  /** Deliveries that nobody was there to take: the service was killed, or was starting. */
  unheard: number;
}

export interface DeliverOptions {
  /** Where the service listens; null while it does not. */
  url: () => string | null;
  copies: number;
  onBurst(index: number): Promise<void>;
}

/** Delivers each event `copies` times, shuffled within its burst; each copy is tried again until it is acknowledged. */
export async function deliverBursts(
  bursts: BurstEvent[][],
  plan: BurstPlan,
  { url, copies, onBurst }: DeliverOptions,
): Promise<BurstFigures> {
  const figures: BurstFigures = { ackMs: [], unacknowledged: 0, unheard: 0 };
  const sender = await createSender();
  const deliver = async (body: string): Promise<void> => {
    for (;;) {
      const address = url();
      if (address === null) figures.unheard += 1;
      else {
        const { status, ms } = await sender.send({ url: address, secret: SECRET, body });
        if (status === 200) {
          figures.ackMs.push(ms);
          return;
        }
        // Killed amid the delivery: nobody is there any more who could answer.
        if (status === 0 && url() !== address) figures.unheard += 1;
        else figures.unacknowledged += 1;
      }
      // Slack comes back after a minute, and not with everything at once.
      await sleep(1_000 + Math.random() * 4_000);
    }
  };
  const underWay: Promise<void>[] = [];
  try {
    for (const [index, events] of bursts.entries()) {
      const deliveries = shuffle(Array.from({ length: copies }, () => events).flat(), index + 1);
      underWay.push(...deliveries.map(({ body }) => deliver(body)));
      await onBurst(index);
      await sleep(plan.pauseMs);
    }
    await Promise.all(underWay);
    return figures;
  } finally {
    await sender.stop();
  }
}

async function createSender() {
  const path = fileURLToPath(new URL("./slack-sender.ts", import.meta.url));
  const child = fork(path, { execArgv: ["--import", "tsx"] });
  // Until it is there, the bursts would wait for it, and come as one.
  await once(child, "message");
  const waiting = new Map<number, { resolve(delivered: Delivered): void; reject(error: Error): void }>();
  let lastId = 0;
  child.on("message", (delivered: Delivered) => {
    waiting.get(delivered.id)?.resolve(delivered);
    waiting.delete(delivered.id);
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("The sender of events has ended."));
  });
  return {
    send: (delivery: Omit<Delivery, "id">): Promise<Delivered> =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve, reject });
        child.send({ ...delivery, id } satisfies Delivery);
      }),
    stop: async () => {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, "exit");
    },
  };
}

/** Fisher-Yates with a small generator, so that a failing order comes again. */
function shuffle<T>(items: T[], seed: number): T[] {
  let state = seed * 2_654_435_761;
  for (let index = items.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    const [a, b] = [items[index] as T, items[other] as T];
    items[index] = b;
    items[other] = a;
  }
  return items;
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
