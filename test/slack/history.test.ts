import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ListedSlackMessage } from "../../src/channels/slack/history.ts";
import type { InboundSlackMessage } from "../../src/core/inbound-slack.ts";
import {
  ADA,
  EVA,
  HELP,
  RANDOM,
  type SlackBench,
  sampleCard,
  startSlackBench,
  TRIAGE,
} from "../helpers/slack.ts";

let bench: SlackBench;
beforeEach(async () => {
  bench = await startSlackBench();
});
afterEach(() => bench.close());

const say = (text: string, threadTs?: string, channel = HELP) =>
  bench.slack.postAsUser({ user: EVA.id, channel, text, ...(threadTs === undefined ? {} : { threadTs }) });

async function collect(source: AsyncIterable<ListedSlackMessage>): Promise<InboundSlackMessage[]> {
  const all: InboundSlackMessage[] = [];
  for await (const listed of source) {
    const message = await listed.load();
    if (message.channel === "slack") all.push(message);
  }
  return all;
}
const textsOf = async (source: AsyncIterable<ListedSlackMessage>) =>
  (await collect(source)).map(({ text }) => text);

describe("listMessages", () => {
  it("gives exactly what the events gave, so that the ledger can be compared", async () => {
    const root = await say("one");
    await say("two &amp; <@U0ADA>");
    await say("reply to one", root);
    const files = [{ name: "a.txt", mimetype: "text/plain", content: new Uint8Array([1]) }];
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "with a file", files });
    await bench.channel.desk.postInThread(
      { channel: HELP, threadTs: root, text: "ours", deliveryId: "d" },
      false,
    );
    const listed = await collect(bench.channel.history.listMessages(HELP, "0"));
    const byId = (a: { externalId: string }, b: { externalId: string }) =>
      a.externalId.localeCompare(b.externalId);
    expect(listed.toSorted(byId)).toEqual(bench.ledger.recorded.toSorted(byId));
    expect(listed).toHaveLength(4);
  });

  it("asks for names and files of no message that nobody loads", async () => {
    const files = [{ name: "a.txt", mimetype: "text/plain", content: new Uint8Array([1]) }];
    const ts = await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "see", files });
    const before = bench.slack.calls().length;
    for await (const { externalId } of bench.channel.history.listMessages(HELP, "0")) {
      expect(externalId).toBe(`${HELP}:${ts}`);
    }
    const calls = bench.slack.calls().slice(before);
    expect(calls.map(({ method }) => method)).toEqual(["auth.test", "conversations.history"]);
  });

  it("puts each thread behind its root, oldest first", async () => {
    const one = await say("one");
    const two = await say("two");
    await say("in two", two);
    await say("in one", one);
    expect(await textsOf(bench.channel.history.listMessages(HELP, "0"))).toEqual([
      "one",
      "in one",
      "two",
      "in two",
    ]);
  });

  it("lists a reply that went to the channel too once, whether its root is in the window or not", async () => {
    const root = await say("root");
    const reply = { user: EVA.id, channel: HELP, threadTs: root, broadcast: true };
    await bench.slack.postAsUser({ ...reply, text: "for all" });
    await say("last");
    expect(await textsOf(bench.channel.history.listMessages(HELP, "0"))).toEqual(["root", "for all", "last"]);
    expect(await textsOf(bench.channel.history.listMessages(HELP, root))).toEqual(["for all", "last"]);
  });

  it("begins after the given moment", async () => {
    const one = await say("one");
    await say("two");
    expect(await textsOf(bench.channel.history.listMessages(HELP, one))).toEqual(["two"]);
  });

  it("reads every page of the channel and of its threads", async () => {
    await bench.close();
    bench = await startSlackBench({ standIn: { pageSizeMax: 2 } });
    const root = await say("root");
    for (const text of ["a", "b", "c", "d"]) await say(text);
    for (const text of ["1", "2", "3"]) await say(text, root);
    expect(await textsOf(bench.channel.history.listMessages(HELP, "0"))).toEqual(
      "root 1 2 3 a b c d".split(" "),
    );
  });

  it("takes only the notes under cards from the moderators' channel", async () => {
    const card = await bench.channel.desk.putCard(sampleCard(), null, false);
    await bench.slack.postAsUser({ user: ADA.id, channel: TRIAGE, text: "small talk" });
    await say("a note", card.ts, TRIAGE);
    expect(await textsOf(bench.channel.history.listMessages(TRIAGE, "0"))).toEqual(["a note"]);
  });

  it("rejects with an AppError where Slack does not let us read", async () => {
    bench.slack.failNext({ method: "conversations.history", kind: "error", error: "not_in_channel" });
    await expect(collect(bench.channel.history.listMessages(HELP, "0"))).rejects.toMatchObject({
      code: "forbidden",
    });
    bench.slack.failNext({ method: "conversations.history", kind: "rate-limit", retryAfterS: 9 });
    await expect(collect(bench.channel.history.listMessages(HELP, "0"))).rejects.toMatchObject({
      retryAfterMs: 9000,
    });
  });
});

describe("listReplies", () => {
  it("finds new replies in a thread whose root is older than the window", async () => {
    const root = await say("root");
    const first = await say("first", root);
    await say("second", root);
    expect(await textsOf(bench.channel.history.listMessages(HELP, first))).toEqual([]);
    expect(await textsOf(bench.channel.history.listReplies(HELP, root, first))).toEqual(["second"]);
  });

  it("gives nothing for a thread that was deleted", async () => {
    expect(await textsOf(bench.channel.history.listReplies(HELP, "1.000100", "0"))).toEqual([]);
  });
});

it("lists an edit beside its message, as the event names it", async () => {
  const ts = await say("one");
  await bench.slack.editMessage({ user: EVA.id, channel: HELP, ts, text: "two" });
  const ids: string[] = [];
  for await (const { externalId } of bench.channel.history.listMessages(HELP, "0")) ids.push(externalId);
  expect(ids).toEqual(bench.ledger.recorded.map(({ externalId }) => externalId));
});

it("lists machines' messages in support channels, and mentions and ticket threads elsewhere", async () => {
  const known = new Set<string>();
  await bench.close();
  bench = await startSlackBench({
    channel: { isTicketThread: async (channel, ts) => known.has(`${channel}:${ts}`) },
  });
  const mention = await say(`<@${bench.slack.botUserId}> help`, undefined, RANDOM);
  known.add(`${RANDOM}:${mention}`);
  await say("more", mention, RANDOM);
  const other = await say("not for the desk", undefined, RANDOM);
  await say("neither", other, RANDOM);
  expect(await textsOf(bench.channel.history.listMessages(RANDOM, "0"))).toEqual([
    `@${bench.slack.botUserId} help`,
    "more",
  ]);
  expect(bench.ledger.recorded.filter(({ channel }) => channel === "slack")).toHaveLength(2);
});

it("listChannels names our channels, wherever else the bot is, and where it has been thrown out", async () => {
  await bench.close();
  bench = await startSlackBench({ channel: { supportChannels: [HELP, "C0GONE"] } });
  const direct = bench.slack.directChannel(EVA.id);
  await say("psst", undefined, direct);
  expect(await bench.channel.history.listChannels()).toEqual([
    { id: HELP, isOurs: true, isMember: true },
    { id: "C0GONE", isOurs: true, isMember: false },
    { id: TRIAGE, isOurs: true, isMember: true },
    { id: RANDOM, isOurs: false, isMember: true },
    { id: direct, isOurs: true, isMember: true },
  ]);
  expect(await textsOf(bench.channel.history.listMessages(direct, "0"))).toEqual(["psst"]);
});
