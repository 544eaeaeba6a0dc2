/** The stand-in is what the tests and the demo believe of Slack: here it is held to what Slack documents. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  createSlackStandIn,
  type SlackStandIn,
  type SlackStandInOptions,
} from "../../src/demo/slack-stand-in/slack-stand-in.ts";
import { ADA, EVA, HELP, RANDOM, SECRET, TRIAGE, WORKSPACE } from "../helpers/slack.ts";

interface Received {
  headers: IncomingMessage["headers"];
  body: string;
}

/** An app that answers with the given statuses, then 200. */
async function startApp(statuses: number[] = []) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString("utf8") });
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, received, close: () => void server.close() };
}

const running: { stop(): Promise<void> }[] = [];
const start = async (options: Partial<SlackStandInOptions> = {}) => {
  const slack = await createSlackStandIn({
    ...WORKSPACE,
    signingSecret: SECRET,
    eventsUrl: null,
    retryDelaysMs: [1, 1, 1],
    ...options,
  });
  running.push(slack);
  return slack;
};
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function call(slack: SlackStandIn, method: string, args: object, token: string | null = slack.token) {
  const headers: Record<string, string> = { "content-type": "application/json; charset=utf-8" };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  const response = await fetch(slack.url + method, { method: "POST", headers, body: JSON.stringify(args) });
  return (await response.json()) as Record<string, unknown>;
}

async function callWithForm(slack: SlackStandIn, method: string, args: Record<string, string>) {
  const headers = { authorization: `Bearer ${slack.token}` };
  const response = await fetch(slack.url + method, {
    method: "POST",
    headers,
    body: new URLSearchParams(args),
  });
  return (await response.json()) as Record<string, unknown>;
}

describe("the Web API", () => {
  it("wants its token", async () => {
    const slack = await start();
    expect(await call(slack, "auth.test", {})).toMatchObject({ ok: true, team_id: "T0STANDIN" });
    expect(await call(slack, "auth.test", {}, "xoxb-other")).toEqual({ ok: false, error: "invalid_auth" });
    expect(await call(slack, "auth.test", {}, null)).toEqual({ ok: false, error: "not_authed" });
    expect(await call(slack, "no.such", {})).toEqual({ ok: false, error: "unknown_method" });
  });

  it("takes JSON and forms alike", async () => {
    const slack = await start();
    const blocks = [{ type: "divider" }];
    const metadata = { event_type: "e", event_payload: { a: 1 } };
    await call(slack, "chat.postMessage", { channel: HELP, text: "a", blocks, metadata });
    await callWithForm(slack, "chat.postMessage", {
      channel: HELP,
      text: "a",
      blocks: JSON.stringify(blocks),
      metadata: JSON.stringify(metadata),
    });
    const [first, second] = slack.messages(HELP);
    expect({ ...first, ts: "" }).toEqual({ ...second, ts: "" });
    expect(first).toMatchObject({ text: "a", blocks, metadata, bot_id: "B0DESKHAND" });
  });

  it.each([
    [{ channel: "C0NONE", text: "a" }, "channel_not_found"],
    [{ channel: HELP, text: "" }, "no_text"],
    [{ channel: HELP, text: "x".repeat(4001) }, "msg_too_long"],
    [{ channel: HELP, text: "a", thread_ts: "1.000100" }, "thread_not_found"],
    [{ channel: HELP, text: "a", metadata: { event_type: "e" } }, "invalid_metadata_format"],
    [{ channel: HELP, text: "a", blocks: [{ type: "nonsense" }] }, "invalid_blocks"],
    [{ channel: HELP, text: "a", blocks: [{ type: "section" }] }, "invalid_blocks"],
    [{ channel: HELP, blocks: Array.from({ length: 51 }, () => ({ type: "divider" })) }, "invalid_blocks"],
    [
      { channel: HELP, blocks: [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }] },
      "invalid_blocks",
    ],
    [
      { channel: HELP, blocks: [{ type: "header", text: { type: "plain_text", text: "x".repeat(151) } }] },
      "invalid_blocks",
    ],
    [{ channel: HELP, blocks: [{ type: "header", text: { type: "mrkdwn", text: "x" } }] }, "invalid_blocks"],
    [{ channel: HELP, blocks: [{ type: "input" }] }, "invalid_blocks"],
  ])("refuses %j with %s, and nothing stands there", async (args, error) => {
    const slack = await start();
    expect(await call(slack, "chat.postMessage", args)).toMatchObject({ ok: false, error });
    expect(slack.messages(HELP)).toEqual([]);
  });

  it("says in Slack's words what is wrong with a block", async () => {
    const slack = await start();
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "x".repeat(3001) } }];
    expect(await call(slack, "chat.postMessage", { channel: HELP, text: "a", blocks })).toMatchObject({
      response_metadata: {
        messages: ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"],
      },
    });
  });

  it("updates the bot's own messages only, and keeps their metadata", async () => {
    const slack = await start();
    const metadata = { event_type: "e", event_payload: {} };
    const { ts } = await call(slack, "chat.postMessage", { channel: HELP, text: "a", metadata });
    expect(await call(slack, "chat.update", { channel: HELP, ts, text: "b" })).toMatchObject({
      ok: true,
      ts,
    });
    expect(slack.messages(HELP)).toEqual([expect.objectContaining({ ts, text: "b", metadata })]);
    const other = await slack.postAsUser({ user: EVA.id, channel: HELP, text: "mine" });
    const update = { channel: HELP, text: "b" };
    expect(await call(slack, "chat.update", { ...update, ts: other })).toMatchObject({
      error: "cant_update_message",
    });
    expect(await call(slack, "chat.update", { ...update, ts: "1.0" })).toMatchObject({
      error: "message_not_found",
    });
  });

  it("shows metadata only to those who ask", async () => {
    const slack = await start();
    const metadata = { event_type: "e", event_payload: {} };
    const { ts } = await call(slack, "chat.postMessage", { channel: HELP, text: "a", metadata });
    const list = async (args: object) =>
      (await call(slack, "conversations.replies", { channel: HELP, ts, ...args })).messages;
    expect(await list({})).toEqual([expect.not.objectContaining({ metadata })]);
    expect(await list({ include_all_metadata: true })).toEqual([expect.objectContaining({ metadata })]);
  });

  it("opens one form for one trigger, within three seconds", async () => {
    let nowMs = 1_790_000_000_000;
    const app = await startApp();
    const slack = await start({ eventsUrl: app.url, now: () => nowMs });
    const button = { type: "button", action_id: "go", value: "v", text: { type: "plain_text", text: "Go" } };
    const blocks = [{ type: "actions", elements: [button] }];
    const { ts } = await call(slack, "chat.postMessage", { channel: HELP, text: "a", blocks });
    const view = { type: "modal", title: { type: "plain_text", text: "T" }, blocks: [] };
    const trigger = async () => {
      await slack.clickButton({ user: ADA.id, channel: HELP, ts: String(ts), actionId: "go" });
      const payload = new URLSearchParams(app.received.at(-1)?.body).get("payload") ?? "";
      return (JSON.parse(payload) as { trigger_id: string }).trigger_id;
    };
    const trigger_id = await trigger();
    expect(await call(slack, "views.open", { trigger_id, view })).toMatchObject({ ok: true });
    expect(await call(slack, "views.open", { trigger_id, view })).toMatchObject({
      error: "exchanged_trigger_id",
    });
    expect(await call(slack, "views.open", { trigger_id: "x", view })).toMatchObject({
      error: "invalid_trigger_id",
    });
    const late = await trigger();
    nowMs += 3_001;
    expect(await call(slack, "views.open", { trigger_id: late, view })).toMatchObject({
      error: "expired_trigger_id",
    });
    expect(slack.openViews().map(({ user }) => user)).toEqual([ADA.id]);
    app.close();
  });

  it("fails on demand, and then works again", async () => {
    const slack = await start();
    slack.failNext({ kind: "rate-limit", retryAfterS: 30 });
    const response = await fetch(`${slack.url}auth.test`, { method: "POST" });
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "30"]);
    slack.failNext({ method: "chat.postMessage", kind: "lost-answer" });
    await expect(call(slack, "chat.postMessage", { channel: HELP, text: "a" })).rejects.toThrow();
    expect(slack.messages(HELP)).toHaveLength(1);
    expect(await call(slack, "auth.test", {})).toMatchObject({ ok: true });
  });

  it("finds people by id and by address", async () => {
    const slack = await start();
    expect(await call(slack, "users.info", { user: EVA.id })).toMatchObject({
      user: { profile: { email: EVA.email } },
    });
    expect(await call(slack, "users.lookupByEmail", { email: EVA.email })).toMatchObject({
      user: { id: EVA.id },
    });
    expect(await call(slack, "users.lookupByEmail", { email: "x@y.z" })).toMatchObject({
      error: "users_not_found",
    });
  });
});

describe("events", () => {
  it("are signed like Slack's", async () => {
    const app = await startApp();
    const slack = await start({ eventsUrl: app.url });
    const ts = await slack.postAsUser({ user: EVA.id, channel: TRIAGE, text: "Hi" });
    const [event] = app.received;
    const base = `v0:${event?.headers["x-slack-request-timestamp"]}:${event?.body}`;
    const mac = createHmac("sha256", SECRET).update(base).digest("hex");
    expect(event?.headers["x-slack-signature"]).toBe(`v0=${mac}`);
    expect(JSON.parse(event?.body ?? "")).toMatchObject({
      type: "event_callback",
      team_id: "T0STANDIN",
      event: { type: "message", channel: TRIAGE, channel_type: "group", user: EVA.id, text: "Hi", ts },
    });
    app.close();
  });

  it("come again with a count and a reason, three times at most", async () => {
    const app = await startApp([500, 500, 500, 500, 500]);
    const slack = await start({ eventsUrl: app.url });
    await slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi" });
    const retries = app.received.map(({ headers }) => [
      headers["x-slack-retry-num"],
      headers["x-slack-retry-reason"],
    ]);
    expect(retries).toEqual([
      [undefined, undefined],
      ["1", "http_error"],
      ["2", "http_error"],
      ["3", "http_error"],
    ]);
    expect(new Set(app.received.map(({ body }) => body)).size).toBe(1);
    app.close();
  });

  it("are not sent from channels that the bot is not in", async () => {
    const app = await startApp();
    const channels = [{ id: RANDOM, name: "random", isMember: false }];
    const slack = await start({ eventsUrl: app.url, channels });
    await slack.postAsUser({ user: EVA.id, channel: RANDOM, text: "Hi" });
    expect(app.received).toEqual([]);
    app.close();
  });
});

describe("timestamps", () => {
  it("are unique and rising, also when the clock stands still or goes back, and the same in every run", async () => {
    const run = async () => {
      let nowMs = 1_790_000_000_123;
      const slack = await start({ now: () => nowMs });
      const post = () => slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi" });
      const all = [await post(), await post()];
      nowMs -= 60_000;
      all.push(await post());
      nowMs += 120_000;
      all.push(await post());
      return all;
    };
    expect(await run()).toEqual([
      "1790000000.123000",
      "1790000000.123001",
      "1790000000.123002",
      "1790000060.123000",
    ]);
    expect(await run()).toEqual(await run());
  });
});

describe("the journal", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "deskhand-slack-"));
    file = join(folder, "below", "slack.jsonl");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function fill(slack: SlackStandIn) {
    const content = new TextEncoder().encode("é");
    const files = [{ name: "a.txt", mimetype: "text/plain", content }];
    const root = await slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi", files });
    await call(slack, "chat.postMessage", { channel: HELP, text: "reply", thread_ts: root });
    const { ts } = await call(slack, "chat.postMessage", { channel: TRIAGE, text: "card" });
    await call(slack, "chat.update", { channel: TRIAGE, ts, text: "card, changed" });
    await call(slack, "chat.postEphemeral", { channel: TRIAGE, user: ADA.id, text: "psst" });
    return root;
  }
  const look = (slack: SlackStandIn, root: string) =>
    JSON.stringify([slack.thread(HELP, root), slack.messages(TRIAGE), slack.ephemerals()]).replaceAll(
      slack.url.replace("/api/", ""),
      "",
    );

  it("brings everything back after a restart, and goes on with later timestamps", async () => {
    const first = await start({ file, now: () => 1_790_000_000_000 });
    const root = await fill(first);
    const before = look(first, root);
    await first.stop();
    running.splice(0);
    const second = await start({ file, now: () => 1_700_000_000_000 });
    expect(look(second, root)).toBe(before);
    const later = await second.postAsUser({ user: EVA.id, channel: HELP, text: "later" });
    expect(Number(later)).toBeGreaterThan(Number(root));
  });

  it("is written before the answer", async () => {
    const slack = await start({ file });
    const { ts } = await call(slack, "chat.postMessage", { channel: HELP, text: "a" });
    expect(readFileSync(file, "utf8")).toContain(String(ts));
  });

  it("survives a line that a crash has cut off", async () => {
    const first = await start({ file });
    const root = await fill(first);
    const before = look(first, root);
    await first.stop();
    running.splice(0);
    appendFileSync(file, '{"op":"message","mess');
    const second = await start({ file });
    expect(look(second, root)).toBe(before);
    const ts = await second.postAsUser({ user: EVA.id, channel: HELP, text: "after the crash" });
    await second.stop();
    running.splice(0);
    expect((await start({ file })).messages(HELP).map((message) => message.ts)).toContain(ts);
  });

  it("delivers after a restart what nobody had acknowledged", async () => {
    const first = await start({ file });
    const ts = await first.postAsUser({ user: EVA.id, channel: HELP, text: "Hi", key: "sample-1" });
    await first.stop();
    running.splice(0);
    const app = await startApp();
    const second = await start({ file });
    await second.connect(app.url);
    expect(app.received.map(({ body }) => JSON.parse(body).event.ts)).toEqual([ts]);
    expect(await second.postAsUser({ user: EVA.id, channel: HELP, text: "Hi", key: "sample-1" })).toBe(ts);
    expect(app.received).toHaveLength(1);
    expect(second.messages(HELP)).toHaveLength(1);
    app.close();
  });
});

describe("people", () => {
  it("cannot click what is not there, nor leave a required field empty", async () => {
    const app = await startApp();
    const slack = await start({ eventsUrl: app.url });
    const ts = await slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi" });
    await expect(slack.clickButton({ user: ADA.id, channel: HELP, ts, actionId: "go" })).rejects.toThrow(
      "No button",
    );
    await expect(slack.submitView({ user: ADA.id, viewId: "V1", values: {} })).rejects.toThrow("No view");
    app.close();
  });

  it("download files with the token only; others see the sign-in page", async () => {
    const slack = await start();
    const content = new Uint8Array([0, 1, 254, 255]);
    const files = [{ name: "a b.bin", mimetype: "application/x-thing", content }];
    await slack.postAsUser({ user: EVA.id, channel: HELP, text: "", files });
    const address = String(slack.messages(HELP)[0]?.files?.[0]?.url_private_download);
    const headers = { authorization: `Bearer ${slack.token}` };
    expect(new Uint8Array(await (await fetch(address, { headers })).arrayBuffer())).toEqual(content);
    expect((await fetch(address)).headers.get("content-type")).toContain("text/html");
  });
});
