import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import {
  ADA,
  EVA,
  HELP,
  messageEvent,
  RANDOM,
  type SlackBench,
  type SlackBenchOptions,
  signedRequest,
  slackMessages,
  startSlackBench,
  TRIAGE,
} from "../helpers/slack.ts";

let bench: SlackBench;
const restart = async (options: SlackBenchOptions) => {
  await bench.close();
  bench = await startSlackBench(options);
};
beforeEach(async () => {
  bench = await startSlackBench();
});
afterEach(() => bench.close());

describe("a message in a support channel", () => {
  it("is recorded once, with everything that intake needs", async () => {
    const ts = await bench.slack.postAsUser({
      user: EVA.id,
      channel: HELP,
      text: "My laptop &amp; I are <!here>",
    });
    expect(bench.ledger.calls).toHaveLength(1);
    expect(slackMessages(bench.ledger)).toEqual([
      {
        channel: "slack",
        account: "T0STANDIN",
        externalId: `${HELP}:${ts}`,
        receivedAt: new Date(Number(ts) * 1000),
        slackChannel: HELP,
        ts,
        threadTs: null,
        author: { slackUserId: EVA.id, name: "Eva", email: EVA.email },
        text: "My laptop & I are @here",
        attachments: [],
      },
    ]);
  });

  it("names its thread where it is a reply, also where the reply went to the channel too", async () => {
    const root = await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "It broke" });
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "again", threadTs: root });
    await bench.slack.postAsUser({
      user: EVA.id,
      channel: HELP,
      text: "all",
      threadTs: root,
      broadcast: true,
    });
    expect(slackMessages(bench.ledger).map(({ threadTs }) => threadTs)).toEqual([null, root, root]);
  });

  it("is the same message when Slack mentions it a second time as app_mention", async () => {
    const ts = await bench.slack.postAsUser({
      user: EVA.id,
      channel: HELP,
      text: `<@${bench.slack.botUserId}> help <@${ADA.id}>`,
    });
    expect(bench.ledger.calls.map(({ externalId }) => externalId)).toEqual([
      `${HELP}:${ts}`,
      `${HELP}:${ts}`,
    ]);
    expect(slackMessages(bench.ledger)).toHaveLength(1);
    expect(slackMessages(bench.ledger)[0]?.text).toBe("@Deskhand help @Ada");
  });

  it("is delivered again by Slack until it is recorded, and then not any more", async () => {
    bench.ledger.failures.push(new AppError("unavailable", "The database is away."), new Error("bug"));
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi" });
    expect(bench.slack.attempts().map(({ retryNum, status }) => [retryNum, status])).toEqual([
      [0, 500],
      [1, 500],
      [2, 200],
    ]);
    expect(slackMessages(bench.ledger)).toHaveLength(1);
  });

  it("is recorded without name and address while Slack's Web API is away", async () => {
    bench.slack.failNext({ method: "users.info", kind: "http-500" });
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi" });
    expect(slackMessages(bench.ledger)[0]?.author).toEqual({ slackUserId: EVA.id, name: "", email: null });
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi again" });
    expect(slackMessages(bench.ledger)[1]?.author.email).toBe(EVA.email);
  });

  it("is recorded in time while Slack's Web API hangs", async () => {
    bench.slack.failNext({ method: "users.info", kind: "hang" });
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "Hi" });
    expect(bench.slack.attempts().map(({ status }) => status)).toEqual([200]);
    expect(slackMessages(bench.ledger)).toHaveLength(1);
  });

  it("asks Slack for a person once, not for every message", async () => {
    for (const text of ["one", "two", "three"])
      await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text });
    expect(bench.slack.calls().filter(({ method }) => method === "users.info")).toHaveLength(1);
  });

  it("carries an address only where our own workspace vouches for it", async () => {
    const people = [
      { id: "U1", name: "Upper", email: "Upper@Example.com" },
      { id: "U2", name: "Guest of a shared channel", email: EVA.email, teamId: "T0PARTNER" },
      { id: "U3", name: "Unconfirmed", email: EVA.email, isEmailConfirmed: false },
      { id: "U4", name: "Hidden", email: null },
    ];
    await restart({ standIn: { users: people } });
    for (const { id, name } of people) await bench.slack.postAsUser({ user: id, channel: HELP, text: name });
    const emails = slackMessages(bench.ledger).map(({ author }) => [author.name, author.email]);
    expect(emails).toEqual([
      ["Upper", "upper@example.com"],
      ["Guest of a shared channel", null],
      ["Unconfirmed", null],
      ["Hidden", null],
    ]);
  });

  it("is kept unreadable, with its source, where its shape is not one we know", async () => {
    const body = messageEvent({ ts: "1790000000.000100", text: { nested: true } });
    expect((await bench.channel.handle(signedRequest(body))).status).toBe(200);
    const [kept] = bench.ledger.recorded;
    expect(kept).toMatchObject({
      channel: "unreadable",
      sourceChannel: "slack",
      account: "T0STANDIN",
      externalId: `${HELP}:1790000000.000100`,
    });
    expect(new TextDecoder().decode(kept?.channel === "unreadable" ? kept.raw : undefined)).toContain(
      "nested",
    );
  });

  it("holds what was shared from elsewhere, where nothing else was written", async () => {
    const attachments = [{ fallback: "f", text: "The VPN is <https://vpn.example|down>", is_share: true }];
    const body = messageEvent({ ts: "1790000000.000100", text: "", attachments });
    await bench.channel.handle(signedRequest(body));
    expect(slackMessages(bench.ledger)[0]?.text).toBe("The VPN is down (https://vpn.example)");
  });

  it("belongs to the workspace that installed the app, not to the one of a guest", async () => {
    const authorizations = [{ team_id: "T0STANDIN", enterprise_id: null }];
    const body = messageEvent({ ts: "1790000000.000100" }, { team_id: "T0PARTNER", authorizations });
    await bench.channel.handle(signedRequest(body));
    expect(slackMessages(bench.ledger)[0]?.account).toBe("T0STANDIN");
  });
});

describe("which messages are taken", () => {
  it.each([
    ["a message of a bot", { bot_id: "B1" }],
    ["an edit", { subtype: "message_changed", message: { text: "x" } }],
    ["a deletion", { subtype: "message_deleted", deleted_ts: "1.0" }],
    ["somebody joining", { subtype: "channel_join" }],
    ["a channel that is not watched", { channel: RANDOM }],
    ["a reply in a thread of a channel that is not watched", { channel: RANDOM, thread_ts: "1.000100" }],
    ["small talk in the moderators' channel", { channel: TRIAGE }],
    ["a group of people without the bot's name", { channel: "G0GROUP", channel_type: "mpim" }],
  ])("not %s, and Slack is told that it arrived", async (_what, event) => {
    const body = messageEvent({ ts: "1790000000.000100", ...event });
    expect((await bench.channel.handle(signedRequest(body))).status).toBe(200);
    expect(bench.ledger.calls).toEqual([]);
  });

  it("a direct message to the bot", async () => {
    const channel = bench.slack.directChannel(EVA.id);
    await bench.slack.postAsUser({ user: EVA.id, channel, text: "psst" });
    expect(slackMessages(bench.ledger).map(({ slackChannel }) => slackChannel)).toEqual([channel]);
  });

  it("a mention in any channel", async () => {
    await bench.slack.postAsUser({ user: EVA.id, channel: RANDOM, text: `<@${bench.slack.botUserId}> hi` });
    expect(slackMessages(bench.ledger)).toHaveLength(1);
  });

  it("a reply in a ticket's thread elsewhere, where the desk knows the thread", async () => {
    const known = new Set<string>();
    await restart({ channel: { isTicketThread: async (channel, ts) => known.has(`${channel}:${ts}`) } });
    const root = await bench.slack.postAsUser({
      user: EVA.id,
      channel: RANDOM,
      text: `<@${bench.slack.botUserId}> hi`,
    });
    await bench.slack.postAsUser({ user: EVA.id, channel: RANDOM, text: "not yet", threadTs: root });
    known.add(`${RANDOM}:${root}`);
    await bench.slack.postAsUser({ user: EVA.id, channel: RANDOM, text: "more", threadTs: root });
    expect(slackMessages(bench.ledger).map(({ text }) => text)).toEqual(["@Deskhand hi", "more"]);
  });

  it("a note in a thread of the moderators' channel", async () => {
    const root = await bench.slack.postAsUser({ user: ADA.id, channel: TRIAGE, text: "card" });
    await bench.slack.postAsUser({ user: ADA.id, channel: TRIAGE, text: "note", threadTs: root });
    expect(slackMessages(bench.ledger).map(({ text }) => text)).toEqual(["note"]);
  });
});

describe("files", () => {
  const file = { name: "log.txt", mimetype: "text/plain", content: new TextEncoder().encode("line 1\n") };
  const post = (files = [file]) =>
    bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "see", files });

  it("come along as attachments", async () => {
    await post([file, { ...file, name: "b.bin", content: new Uint8Array([0, 255]) }]);
    expect(slackMessages(bench.ledger)[0]?.attachments).toEqual([
      {
        filename: "log.txt",
        contentType: "text/plain",
        content: file.content,
        contentId: null,
        inline: false,
      },
      {
        filename: "b.bin",
        contentType: "text/plain",
        content: new Uint8Array([0, 255]),
        contentId: null,
        inline: false,
      },
    ]);
  });

  const sendFile = async (changes: Record<string, unknown>) => {
    const files = [{ id: "F1", name: "x.txt", mimetype: "text/plain", size: 3, ...changes }];
    const body = messageEvent({ ts: "1790000000.000100", subtype: "file_share", text: "see", files });
    expect((await bench.channel.handle(signedRequest(body))).status).toBe(200);
    const [message] = slackMessages(bench.ledger);
    expect(message?.attachments).toEqual([]);
    return message?.text;
  };

  it("that are gone, hidden behind a sign-in page or unreachable do not lose the message", async () => {
    const url = bench.slack.url.replace("/api/", "");
    expect(await sendFile({ url_private: `${url}/files/F404/x` })).toMatch(
      /^see\n\n\[The file "x.txt" is missing here/,
    );
    await restart({});
    expect(await sendFile({ url_private: undefined })).toContain("Slack gives no address");
    await restart({});
    expect(await sendFile({ size: 21 * 1024 * 1024, url_private: bench.slack.url })).toContain("too large");
  });

  it("outside of Slack never see the bot's token", async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      asked.push(String(input));
      return globalThis.fetch(input, init);
    };
    await restart({ channel: { fetch } });
    const elsewhere = [
      "https://evil.example/x",
      "https://slack.com.evil.example/x",
      "http://files.slack.com/x",
      "https://notslack.com/x",
      "file:///etc/passwd",
      "nonsense",
    ];
    for (const url_private of elsewhere) {
      const files = [{ id: "F1", name: "x.txt", url_private }];
      const body = messageEvent({ ts: "1790000000.000100", subtype: "file_share", files });
      await bench.channel.handle(signedRequest(body));
    }
    expect(asked.filter((url) => !url.startsWith(bench.slack.url))).toEqual([]);
    expect(slackMessages(bench.ledger)[0]?.text).toContain("it is not kept at Slack");
  });

  it("larger than announced are left out", async () => {
    const fetch: typeof globalThis.fetch = async (input, init) =>
      String(input).startsWith("https://files.slack.com/")
        ? new Response(new Blob([new Uint8Array(21 * 1024 * 1024)]).stream())
        : globalThis.fetch(input, init);
    await restart({ channel: { fetch } });
    expect(await sendFile({ url_private: "https://files.slack.com/x" })).toContain("too large");
  });
});

it("writes neither words, addresses nor tokens into the log", async () => {
  bench.ledger.failures.push(new Error("boom"));
  await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "my password is hunter2" });
  const log = JSON.stringify(bench.log.lines);
  expect(log).toContain("recorded a Slack message");
  for (const secret of ["hunter2", EVA.email, bench.slack.token]) expect(log).not.toContain(secret);
});
