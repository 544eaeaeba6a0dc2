import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SlackBench, startSlackBench, TRIAGE } from "../helpers/slack.ts";

let bench: SlackBench;
beforeEach(async () => {
  bench = await startSlackBench();
});
afterEach(() => bench.close());

const NOTICE = { noticeId: "a-1", text: "The mailbox <!channel> is away." };

describe("postNotice", () => {
  it("posts to the moderators' channel, and pings nobody", async () => {
    await bench.channel.desk.postNotice(NOTICE);
    expect(bench.slack.messages(TRIAGE)).toMatchObject([{ text: "The mailbox &lt;!channel&gt; is away." }]);
  });

  it("stands there once, also where the answer was lost", async () => {
    bench.slack.failNext({ method: "chat.postMessage", kind: "lost-answer" });
    await expect(bench.channel.desk.postNotice(NOTICE)).rejects.toMatchObject({ code: "unavailable" });
    await bench.channel.desk.postNotice(NOTICE);
    await bench.channel.desk.postNotice({ ...NOTICE, noticeId: "a-2" });
    expect(bench.slack.messages(TRIAGE)).toHaveLength(2);
  });
});
