/** Our own stand-in could share our misreadings: here the same code meets an emulation of Slack that others wrote. */
import { once } from "node:events";
import { createServer } from "node:net";
import { createEmulator, type Emulator } from "emulate";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSlackChannel, type SlackChannel } from "../../src/channels/slack/app.ts";
import {
  createFakeActions,
  createFakeLedger,
  createFakeLog,
  createFakeRequesters,
  SECRET,
  sampleCard,
} from "../helpers/slack.ts";

const TOKEN = "xoxb-second-opinion";

let emulator: Emulator;
let channel: SlackChannel;
let place: string;

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

async function call(method: string, args: Record<string, string>) {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const body = new URLSearchParams(args);
  const response = await fetch(`${emulator.url}/api/${method}`, { method: "POST", headers, body });
  return (await response.json()) as {
    ok: boolean;
    messages?: Record<string, unknown>[];
    [key: string]: unknown;
  };
}

beforeAll(async () => {
  emulator = await createEmulator({
    service: "slack",
    port: await findFreePort(),
    seed: {
      tokens: { [TOKEN]: { login: "U000000001", scopes: [] } },
      slack: { team: { name: "Elsewhere", domain: "elsewhere" }, channels: [{ name: "triage" }] },
    },
  });
  const { channels } = (await call("conversations.list", {})) as {
    channels?: { id: string; name: string }[];
  };
  place = channels?.find(({ name }) => name === "triage")?.id ?? "";
  channel = createSlackChannel({
    botToken: TOKEN,
    signingSecret: SECRET,
    slackApiUrl: `${emulator.url}/api/`,
    supportChannels: [],
    triageChannel: place,
    recordInbound: createFakeLedger().record,
    actions: createFakeActions(),
    requesters: createFakeRequesters(),
    log: createFakeLog(),
  });
});
afterAll(() => emulator.close());

it("posts a card, updates it in place and finds it again", async () => {
  const at = await channel.desk.putCard(sampleCard(), null, false);
  expect(at.ts).toMatch(/^\d+\.\d+$/);
  expect(await channel.desk.putCard(sampleCard({ status: "waiting" }), at, false)).toEqual(at);
  expect(await channel.desk.putCard(sampleCard({ status: "resolved" }), null, true)).toEqual(at);
  const { messages } = await call("conversations.history", { channel: place });
  expect(messages).toHaveLength(1);
  expect(JSON.stringify(messages)).toContain("Resolved");
});

it("answers in a thread, once for each delivery", async () => {
  const root = await channel.desk.putCard(sampleCard({ ticketId: "root" }), null, false);
  const post = { channel: place, threadTs: root.ts, text: "a < b & <!channel>", deliveryId: "d-1" };
  const first = await channel.desk.postInThread(post, false);
  expect(await channel.desk.postInThread(post, true)).toEqual(first);
  await channel.desk.postInThread({ ...post, deliveryId: "d-2" }, true);
  const { messages } = await call("conversations.replies", { channel: place, ts: root.ts });
  expect(messages?.slice(1).map(({ text }) => text)).toEqual(
    Array(2).fill("a &lt; b &amp; &lt;!channel&gt;"),
  );
});

it("reports a wrong token and a wrong channel", async () => {
  expect(await channel.check()).toMatchObject({ ok: true });
  const gone = { channel: "C0NONE", threadTs: "1.000100", text: "a", deliveryId: "d" };
  await expect(channel.desk.postInThread(gone, false)).rejects.toMatchObject({
    code: "invalid",
    retryable: false,
  });
});
