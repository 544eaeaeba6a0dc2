import { App } from "@slack/bolt";
import { describe, expect, it, vi } from "vitest";
import { createDispatch } from "../../src/channels/slack/dispatch.ts";
import { createSlackReceiver } from "../../src/channels/slack/receiver.ts";
import { createWebVerifier, type VerifyMac } from "../../src/channels/slack/signature.ts";
import { createNodeVerifier } from "../../src/runtime/slack-signature.ts";
import { createFakeLog, messageEvent, SECRET, signedRequest } from "../helpers/slack.ts";

const NOW_S = 1_790_000_000;

interface StartOptions {
  answerWithinMs?: number;
  onMessage?: () => Promise<void>;
  verifyMac?: VerifyMac;
}

function start(options: StartOptions = {}) {
  const log = createFakeLog();
  const onMessage = vi.fn(options.onMessage ?? (async () => {}));
  const dispatch = createDispatch(log, options.answerWithinMs ?? 1000);
  const now = () => NOW_S * 1000;
  const handle = createSlackReceiver({
    signingSecret: SECRET,
    verifyMac: options.verifyMac,
    dispatch,
    log,
    now,
  });
  const receiver = { handle, settled: dispatch.settled };
  const app = new App({
    receiver: {
      init: (app) => dispatch.init({ events: app, interactions: app }),
      start: async () => undefined,
      stop: async () => undefined,
    },
    authorize: async () => ({ botToken: "t" }),
    ignoreSelf: false,
    convoStore: false,
  });
  app.error(async (error) => {
    throw error;
  });
  app.event("message", onMessage);
  return { receiver, app, onMessage, log };
}

const event = (options: Parameters<typeof signedRequest>[1] = {}) =>
  signedRequest(messageEvent({ ts: "1790000000.000100" }), { timestamp: NOW_S, ...options });

const form = (payload: object) =>
  signedRequest(new URLSearchParams({ payload: JSON.stringify(payload) }).toString(), {
    timestamp: NOW_S,
    contentType: "application/x-www-form-urlencoded",
  });

const click = (actionId: string) =>
  form({
    type: "block_actions",
    user: { id: "U1" },
    team: { id: "T1" },
    actions: [{ type: "button", action_id: actionId, block_id: "b" }],
  });

describe.each([
  ["the Web's cryptography", createWebVerifier(SECRET)],
  ["Node's cryptography", createNodeVerifier(SECRET)],
])("signature, by %s", (_way, verifyMac) => {
  it("lets a signed request in", async () => {
    const { receiver, onMessage } = start({ verifyMac });
    expect((await receiver.handle(event())).status).toBe(200);
    expect(onMessage).toHaveBeenCalledTimes(1);
  });

  it.each([
    ["another secret", { secret: "f".repeat(32) }],
    ["a timestamp six minutes old", { timestamp: NOW_S - 360 }],
    ["a timestamp six minutes in the future", { timestamp: NOW_S + 360 }],
    ["no signature", { headers: { "x-slack-signature": "" } }],
    ["half a signature", { headers: { "x-slack-signature": "v0=abcd" } }],
    ["a signature of another version", { headers: { "x-slack-signature": `v1=${"0".repeat(64)}` } }],
    ["a timestamp that is no number", { headers: { "x-slack-request-timestamp": "NaN" } }],
    [
      "a timestamp other than the signed one",
      { headers: { "x-slack-request-timestamp": String(NOW_S - 1) } },
    ],
  ])("refuses %s with 401, and no listener runs", async (_what, options) => {
    const { receiver, onMessage } = start({ verifyMac });
    expect((await receiver.handle(event(options))).status).toBe(401);
    expect(onMessage).not.toHaveBeenCalled();
  });

  it.each([NOW_S - 299, NOW_S + 299])(
    "accepts a clock that is just within five minutes",
    async (timestamp) => {
      expect((await start({ verifyMac }).receiver.handle(event({ timestamp }))).status).toBe(200);
    },
  );

  it("refuses a body that was changed after signing", async () => {
    const { receiver, onMessage } = start({ verifyMac });
    const signed = event();
    const body = (await signed.clone().text()).replace("Hi", "Ho");
    const tampered = new Request(signed.url, { method: "POST", headers: signed.headers, body });
    expect((await receiver.handle(tampered)).status).toBe(401);
    expect(onMessage).not.toHaveBeenCalled();
  });
});

describe("requests that are no events", () => {
  it("answers the challenge of url_verification, signed only", async () => {
    const { receiver } = start();
    const body = JSON.stringify({ type: "url_verification", challenge: "abc" });
    const answered = await receiver.handle(signedRequest(body, { timestamp: NOW_S }));
    expect(await answered.json()).toEqual({ challenge: "abc" });
    const forged = await receiver.handle(signedRequest(body, { timestamp: NOW_S, secret: "x" }));
    expect(forged.status).toBe(401);
  });

  it("answers Slack's certificate check by GET and by POST", async () => {
    const { receiver } = start();
    const url = "https://desk.example/api/slack/events";
    expect((await receiver.handle(new Request(`${url}?ssl_check=1`))).status).toBe(200);
    const body = new URLSearchParams({ ssl_check: "1", token: "x" });
    expect((await receiver.handle(new Request(url, { method: "POST", body }))).status).toBe(200);
    expect((await receiver.handle(new Request(url))).status).toBe(405);
  });

  it("does not take ssl_check as a way around the signature", async () => {
    const { receiver, onMessage } = start();
    const body = new URLSearchParams({ ssl_check: "1", payload: messageEvent({ ts: "1.0" }) });
    await receiver.handle(new Request("https://desk.example/", { method: "POST", body }));
    expect(onMessage).not.toHaveBeenCalled();
  });

  it("refuses more than a megabyte, whether it is announced or not", async () => {
    const { receiver } = start();
    const large = "x".repeat(1_100_000);
    expect((await receiver.handle(signedRequest(large, { timestamp: NOW_S }))).status).toBe(413);
    const stream = new Blob([large]).stream();
    const request = new Request("https://desk.example/", {
      method: "POST",
      body: stream,
      duplex: "half",
    } as RequestInit);
    expect((await receiver.handle(request)).status).toBe(413);
  });

  it("refuses a signed body that is not Slack's", async () => {
    const { receiver } = start();
    expect((await receiver.handle(signedRequest("[1", { timestamp: NOW_S }))).status).toBe(400);
  });
});

describe("events", () => {
  it("answers only after the listener is through", async () => {
    let finish = () => {};
    const gate = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { receiver } = start({ onMessage: () => gate });
    let answered = false;
    const response = receiver.handle(event()).then((value) => {
      answered = true;
      return value;
    });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(answered).toBe(false);
    finish();
    expect((await response).status).toBe(200);
  });

  it("answers 500 when the listener fails, so that Slack delivers again", async () => {
    const { receiver, log } = start({
      onMessage: async () => {
        throw new Error("database away, token xoxb-123-secret");
      },
    });
    expect((await receiver.handle(event())).status).toBe(500);
    expect(JSON.stringify(log.lines)).toContain("database away");
    expect(JSON.stringify(log.lines)).not.toContain("secret");
  });

  it("answers 503 in time when the listener hangs, and lets it finish", async () => {
    let done = false;
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { receiver } = start({
      answerWithinMs: 20,
      onMessage: async () => {
        await slow;
        done = true;
      },
    });
    const kept: Promise<unknown>[] = [];
    expect((await receiver.handle(event(), (work) => void kept.push(work))).status).toBe(503);
    expect(done).toBe(false);
    finish();
    await receiver.settled();
    expect(done).toBe(true);
    expect(kept).toHaveLength(1);
  });

  it("passes Slack's retries on", async () => {
    const { receiver, onMessage } = start();
    const headers = { "x-slack-retry-num": "2", "x-slack-retry-reason": "http_error" };
    expect((await receiver.handle(event({ headers }))).status).toBe(200);
    expect(onMessage).toHaveBeenCalledWith(
      expect.objectContaining({ context: expect.objectContaining({ retryNum: 2 }) }),
    );
  });

  it("accepts events that nobody listens to", async () => {
    const { receiver } = start();
    const body = JSON.stringify({ type: "event_callback", team_id: "T1", event: { type: "team_join" } });
    expect((await receiver.handle(signedRequest(body, { timestamp: NOW_S }))).status).toBe(200);
  });
});

describe("interactions", () => {
  it("returns what the listener acknowledges with", async () => {
    const { receiver, app } = start();
    app.action("go", async ({ ack }) => ack());
    const answered = await receiver.handle(click("go"));
    expect([answered.status, await answered.text()]).toEqual([200, ""]);
    app.view("form", async ({ ack }) => ack({ response_action: "errors", errors: { a: "no" } }));
    const view = {
      type: "view_submission",
      user: { id: "U1" },
      team: { id: "T1" },
      view: { callback_id: "form" },
    };
    expect(await (await receiver.handle(form(view))).json()).toEqual({
      response_action: "errors",
      errors: { a: "no" },
    });
  });

  it("keeps an acknowledged click acknowledged when the rest fails or is slow", async () => {
    const { receiver, app } = start({ answerWithinMs: 20 });
    app.action("fails", async ({ ack }) => {
      await ack();
      throw new Error("later");
    });
    app.action("slow", async ({ ack }) => {
      await ack();
      await new Promise((resolve) => setTimeout(resolve, 60));
    });
    expect((await receiver.handle(click("fails"))).status).toBe(200);
    expect((await receiver.handle(click("slow"))).status).toBe(200);
    await receiver.settled();
  });

  it("answers 404 to a click that nothing listens to, and 500 to one that failed", async () => {
    const { receiver, app } = start();
    expect((await receiver.handle(click("nobody"))).status).toBe(404);
    app.action("fails", async () => {
      throw new Error("before the acknowledgement");
    });
    expect((await receiver.handle(click("fails"))).status).toBe(500);
  });
});
