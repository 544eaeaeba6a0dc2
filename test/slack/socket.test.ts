/** Socket Mode: what Slack may do with a connection, and what we must not do with an envelope. */
import { SocketModeReceiver } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSlackSocket, type SlackSocket } from "../../src/channels/slack/socket.ts";
import { createSlackStandIn } from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import {
  EVA,
  HELP,
  SECRET,
  type SlackBench,
  slackMessages,
  startSlackBench,
  WORKSPACE,
} from "../helpers/slack.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const TIMING = { pingEveryMs: 200, backoffMs: 5, backoffMaxMs: 50, stableAfterMs: 0, lingerMs: 300 };

let bench: SlackBench;
let socket: SlackSocket;
let gaps: (number | null)[];
const listen = (timing: object = {}) =>
  createSlackSocket({
    appToken: bench.slack.appToken,
    slackApiUrl: bench.slack.url,
    dispatch: bench.channel.dispatch,
    log: bench.log,
    timing: { ...TIMING, ...timing },
    onConnected: (gapMs) => gaps.push(gapMs),
  });
const connections = () => bench.slack.sockets?.connections() ?? 0;
const isConnected = () => waitUntil("a connection", () => connections() === 1 && socket.isConnected());
const say = (text: string) => bench.slack.postAsUser({ user: EVA.id, channel: HELP, text });
const texts = () => slackMessages(bench.ledger).map(({ text }) => text);

beforeEach(async () => {
  bench = await startSlackBench({ standIn: { transport: "socket", retryDelaysMs: [20, 20, 20] } });
  gaps = [];
  socket = listen();
  socket.start();
  await isConnected();
});
afterEach(async () => {
  await socket.stop();
  await bench.close();
});

describe("an envelope", () => {
  it("is acknowledged once it is recorded", async () => {
    await say("Hi");
    expect(texts()).toEqual(["Hi"]);
    expect(bench.slack.attempts().map(({ status }) => status)).toEqual([200]);
  });

  it("that was not recorded is not acknowledged, and comes again", async () => {
    bench.ledger.failures.push(new Error("The database is away."));
    const posted = say("Hi");
    await waitUntil("the first try", () => bench.ledger.calls.length === 1);
    // Slack waits three seconds; a connection that ends is the sooner sign.
    bench.slack.sockets?.drop();
    await posted;
    expect(texts()).toEqual(["Hi"]);
    const attempts = bench.slack.attempts();
    expect(attempts[0]).toMatchObject({ retryNum: 0, status: 0 });
    expect(attempts.at(-1)?.status).toBe(200);
    expect(bench.ledger.calls.length).toBeGreaterThan(1);
  });

  it("that nobody can read does no harm", async () => {
    await bench.slack.tellEvent({ type: "nothing_known" });
    await say("Still here");
    expect(texts()).toEqual(["Still here"]);
  });
});

describe("a connection", () => {
  it("that Slack replaces stays until the next one is there, and is answered on to the last", async () => {
    let release: () => void = () => {};
    let taken = 0;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await bench.close();
    bench = await startSlackBench({
      standIn: { transport: "socket" },
      channel: {
        accept: async () => {
          taken += 1;
          await held;
        },
      },
    });
    await socket.stop();
    socket = listen();
    socket.start();
    await isConnected();
    const posted = say("in flight");
    await waitUntil("the envelope is out", () => taken === 1);
    bench.slack.sockets?.refresh("refresh_requested", 1_000);
    await isConnected();
    release();
    await posted;
    expect(bench.slack.attempts().map(({ status }) => status)).toEqual([200]);
  });

  it("that breaks is made again, and the gap is told", async () => {
    bench.slack.sockets?.drop();
    await waitUntil("the gap is told", () => gaps.length === 2);
    expect(gaps[0]).toBeNull();
    expect(gaps[1]).toBeGreaterThanOrEqual(0);
    await say("after");
    expect(texts()).toEqual(["after"]);
  });

  it("that gives no sign of life is given up", async () => {
    await socket.stop();
    socket = listen({ pingEveryMs: 20 });
    const silent = await createSlackStandIn({
      ...WORKSPACE,
      signingSecret: SECRET,
      eventsUrl: null,
      transport: "socket",
      silentSockets: true,
    });
    const deaf = createSlackSocket({
      appToken: silent.appToken,
      slackApiUrl: silent.url,
      dispatch: bench.channel.dispatch,
      log: bench.log,
      timing: { ...TIMING, pingEveryMs: 20 },
      onConnected: (gapMs) => gaps.push(gapMs),
    });
    gaps.length = 0;
    deaf.start();
    await waitUntil("it was made again", () => gaps.length >= 2);
    await deaf.stop();
    await silent.stop();
  });

  it("is tried again while Slack's Web API is away, and no token reaches the log", async () => {
    for (let count = 0; count < 3; count += 1) {
      bench.slack.failNext({
        method: "apps.connections.open",
        kind: count === 1 ? "http-500" : "lost-answer",
      });
    }
    bench.slack.sockets?.drop();
    await waitUntil("the failures", () =>
      bench.log.lines.some(({ message }) => message.includes("could not connect")),
    );
    await isConnected();
    await say("back");
    expect(texts()).toEqual(["back"]);
    expect(JSON.stringify(bench.log.lines)).not.toContain(bench.slack.appToken);
  });

  it("ends with the service, and nothing is left behind", async () => {
    await socket.stop();
    await waitUntil("no connection", () => connections() === 0);
    expect(socket.isConnected()).toBe(false);
  });
});

it("the local Slack speaks as Slack's own client understands it", async () => {
  await socket.stop();
  const quiet = () => {};
  const logger = {
    debug: quiet,
    info: quiet,
    warn: quiet,
    error: quiet,
    setLevel: quiet,
    getLevel: () => "error" as never,
    setName: quiet,
  };
  const { client } = new SocketModeReceiver({
    appToken: bench.slack.appToken,
    logger,
    installerOptions: { clientOptions: { slackApiUrl: bench.slack.url } },
  });
  const heard: string[] = [];
  client.on("slack_event", async ({ ack, body, type }) => {
    heard.push(`${type}: ${body.event?.text ?? body.command}`);
    await ack(type === "slash_commands" ? { text: "seen" } : undefined);
  });
  await client.start();
  await say("Hi");
  const answer = await bench.slack.useCommand({ user: EVA.id, channel: HELP, command: "/ticket", text: "" });
  expect(heard).toEqual(["events_api: Hi", "slash_commands: /ticket"]);
  expect(answer).toEqual({ status: 200, body: '{"text":"seen"}' });
  await client.disconnect();
});
