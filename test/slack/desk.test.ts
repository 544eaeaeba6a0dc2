import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SlackPost } from "../../src/core/delivery.ts";
import { AppError } from "../../src/core/errors.ts";
import type { Failure } from "../../src/demo/slack-stand-in/http.ts";
import { EVA, HELP, type SlackBench, sampleCard, startSlackBench, TRIAGE } from "../helpers/slack.ts";

let bench: SlackBench;
let root: string;
beforeEach(async () => {
  bench = await startSlackBench();
  root = await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "It broke" });
});
afterEach(() => bench.close());

const post = (changes: Partial<SlackPost> = {}): SlackPost => ({
  channel: HELP,
  threadTs: root,
  text: "Please restart it.",
  deliveryId: "d-1",
  ...changes,
});
const answers = () => bench.slack.thread(HELP, root).slice(1);

describe("postInThread", () => {
  it("posts in the thread and says where", async () => {
    const at = await bench.channel.desk.postInThread(post(), false);
    expect(answers()).toEqual([
      expect.objectContaining({ ts: at.ts, text: "Please restart it.", thread_ts: root }),
    ]);
    expect(at.channel).toBe(HELP);
  });

  it("shows what was written and pings nobody", async () => {
    const text = "a & b <!channel> <@U0EVA> <https://x.example|click> @here";
    await bench.channel.desk.postInThread(post({ text }), false);
    expect(answers()[0]?.text).toBe(
      "a &amp; b &lt;!channel&gt; &lt;@U0EVA&gt; &lt;https://x.example|click&gt; @here",
    );
  });

  it("finds the post whose answer was lost, and does not post again", async () => {
    bench.slack.failNext({ method: "chat.postMessage", kind: "lost-answer" });
    await expect(bench.channel.desk.postInThread(post(), false)).rejects.toMatchObject({
      code: "unavailable",
    });
    const at = await bench.channel.desk.postInThread(post(), true);
    expect(answers().map(({ ts }) => ts)).toEqual([at.ts]);
  });

  it("posts where the earlier try never arrived", async () => {
    await bench.channel.desk.postInThread(post({ deliveryId: "d-0" }), false);
    await bench.channel.desk.postInThread(post(), true);
    expect(answers()).toHaveLength(2);
  });

  it("finds it among more replies than fit on a page of Slack's", async () => {
    await bench.close();
    bench = await startSlackBench({ standIn: { pageSizeMax: 3 } });
    root = await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "It broke" });
    for (let count = 0; count < 5; count += 1) {
      await bench.channel.desk.postInThread(post({ deliveryId: `earlier-${count}` }), false);
    }
    const at = await bench.channel.desk.postInThread(post(), false);
    for (let count = 0; count < 5; count += 1) {
      await bench.channel.desk.postInThread(post({ deliveryId: `later-${count}` }), false);
    }
    expect(await bench.channel.desk.postInThread(post(), true)).toEqual(at);
    expect(answers()).toHaveLength(11);
  });

  it("splits a long answer, and completes one that was posted by half", async () => {
    const text = Array.from({ length: 900 }, (_, line) => `line ${line} & more`).join("\n");
    await bench.channel.desk.postInThread(post({ text }), false);
    const whole = answers().map((answer) => answer.text.replaceAll("&amp;", "&"));
    expect(whole.length).toBeGreaterThan(3);
    expect(whole.join("")).toBe(text);
  });

  it("continues a long answer after a failure in its middle without repeating a part", async () => {
    const text = "word ".repeat(2000);
    bench.slack.failNext({ method: "chat.postMessage", kind: "rate-limit", retryAfterS: 7, after: 1 });
    await expect(bench.channel.desk.postInThread(post({ text }), false)).rejects.toMatchObject({
      code: "rate_limited",
      retryAfterMs: 7000,
    });
    expect(answers()).toHaveLength(1);
    await bench.channel.desk.postInThread(post({ text }), true);
    expect(
      answers()
        .map((answer) => answer.text)
        .join(""),
    ).toBe(text);
  });

  it("cuts what nobody would read, and says so", async () => {
    await bench.channel.desk.postInThread(post({ text: "x".repeat(60_000) }), false);
    expect(answers()).toHaveLength(10);
    expect(answers().at(-1)?.text).toContain("the whole text is kept with the ticket");
  });

  it("refuses an empty text", async () => {
    await expect(bench.channel.desk.postInThread(post({ text: " \n" }), false)).rejects.toMatchObject({
      code: "invalid",
      retryable: false,
    });
  });
});

describe("failures of Slack", () => {
  const cases: [string, Failure, Partial<AppError>, RegExp][] = [
    [
      "a rate limit",
      { kind: "rate-limit", retryAfterS: 12 },
      { code: "rate_limited", retryAfterMs: 12_000, retryable: true },
      /wait/,
    ],
    [
      "a rate limit in the body",
      { kind: "error", error: "ratelimited" },
      { code: "rate_limited", retryable: true },
      /wait/,
    ],
    [
      "an error of Slack's servers",
      { kind: "http-500" },
      { code: "unavailable", retryable: true },
      /cannot be reached/,
    ],
    [
      "a passing error",
      { kind: "error", error: "internal_error" },
      { code: "unavailable", retryable: true },
      /Slack/,
    ],
    [
      "a missing channel",
      { kind: "error", error: "channel_not_found" },
      { code: "invalid", retryable: false },
      /\/invite/,
    ],
    [
      "a bot outside",
      { kind: "error", error: "not_in_channel" },
      { code: "forbidden", retryable: false },
      /\/invite/,
    ],
    [
      "an archived channel",
      { kind: "error", error: "is_archived" },
      { code: "invalid", retryable: false },
      /Unarchive/,
    ],
    [
      "a wrong token",
      { kind: "error", error: "invalid_auth" },
      { code: "forbidden", retryable: false },
      /SLACK_BOT_TOKEN/,
    ],
    [
      "a missing scope",
      { kind: "error", error: "missing_scope" },
      { code: "forbidden", retryable: false },
      /slack-manifest.yaml/,
    ],
    [
      "an error that nobody foresaw",
      { kind: "error", error: "some_new_error" },
      { code: "internal", retryable: false },
      /some_new_error/,
    ],
  ];
  it.each(cases)(
    "%s becomes an AppError that says what to do",
    async (_what, failure, expected, sentence) => {
      bench.slack.failNext({ method: "chat.postMessage", ...failure });
      const error = await bench.channel.desk.postInThread(post(), false).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject(expected);
      expect((error as AppError).message).toMatch(sentence);
      expect((error as AppError).message).not.toContain(bench.slack.token);
    },
  );

  it("a Slack that cannot be reached is retried, and nothing is tried twice by itself", async () => {
    bench.slack.failNext({ method: "chat.postMessage", kind: "http-500" });
    await expect(bench.channel.desk.postInThread(post(), false)).rejects.toMatchObject({
      code: "unavailable",
    });
    expect(answers()).toEqual([]);
    await bench.slack.stop();
    await expect(bench.channel.desk.postInThread(post(), false)).rejects.toMatchObject({
      code: "unavailable",
    });
    bench.slack.stop = async () => {};
  });

  it("a deleted thread is no reason to look for ever", async () => {
    const gone = post({ threadTs: "1.000100" });
    await expect(bench.channel.desk.postInThread(gone, true)).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("putCard", () => {
  it("posts one card and then updates it in place", async () => {
    const at = await bench.channel.desk.putCard(sampleCard(), null, false);
    expect(await bench.channel.desk.putCard(sampleCard({ status: "resolved" }), at, false)).toEqual(at);
    const cards = bench.slack.messages(TRIAGE);
    expect(cards.map(({ ts }) => ts)).toEqual([at.ts]);
    expect(JSON.stringify(cards[0]?.blocks)).toContain("Resolved");
  });

  it("posts a deleted card anew", async () => {
    const at = await bench.channel.desk.putCard(sampleCard(), { channel: TRIAGE, ts: "1.000100" }, false);
    expect(bench.slack.messages(TRIAGE).map(({ ts }) => ts)).toEqual([at.ts]);
  });

  it("moves to the channel that is configured now, where the old one is gone", async () => {
    const at = await bench.channel.desk.putCard(sampleCard(), { channel: "C0GONE", ts: "1.000100" }, false);
    expect(at.channel).toBe(TRIAGE);
  });

  it("finds the card whose answer was lost", async () => {
    bench.slack.failNext({ method: "chat.postMessage", kind: "lost-answer" });
    await expect(bench.channel.desk.putCard(sampleCard(), null, false)).rejects.toMatchObject({
      retryable: true,
    });
    await bench.channel.desk.putCard(sampleCard({ ticketId: "another" }), null, false);
    await bench.channel.desk.putCard(sampleCard({ status: "waiting" }), null, true);
    const cards = bench.slack.messages(TRIAGE).map(({ blocks }) => JSON.stringify(blocks));
    expect(cards).toHaveLength(2);
    expect(cards[0]).toContain("Waiting");
  });

  it("does not post a second card because of a rate limit", async () => {
    const at = await bench.channel.desk.putCard(sampleCard(), null, false);
    bench.slack.failNext({ method: "chat.update", kind: "rate-limit", retryAfterS: 3 });
    await expect(bench.channel.desk.putCard(sampleCard(), at, false)).rejects.toMatchObject({
      retryAfterMs: 3000,
    });
    expect(bench.slack.messages(TRIAGE)).toHaveLength(1);
  });
});
