import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "../../src/core/errors.ts";
import type { SlackFileRef } from "../../src/core/inbound-slack.ts";
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
        author: { slackUserId: EVA.id, name: "", email: null },
        text: "My laptop & I are @here",
        mrkdwn: "My laptop &amp; I are <!here>",
        hasUnnamed: false,
        files: [],
        way: "message",
        requestedBy: null,
        bot: null,
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
    expect(slackMessages(bench.ledger)[0]).toMatchObject({
      text: `@${bench.slack.botUserId} help @${ADA.id}`,
      hasUnnamed: true,
    });
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

  it("is recorded before Slack is asked anything", async () => {
    const files = [{ name: "a.txt", mimetype: "text/plain", content: new Uint8Array([1]) }];
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: `Hi <@${ADA.id}>`, files });
    expect(bench.slack.calls()).toEqual([]);
    expect(slackMessages(bench.ledger)[0]).toMatchObject({
      author: { name: "", email: null },
      files: [{ name: "a.txt", mimetype: "text/plain", sizeBytes: 1, external: false }],
    });
  });

  it("names whom the desk has met in the last minutes", async () => {
    await bench.channel.intake.lookUp(EVA.id);
    await bench.channel.intake.lookUp(ADA.id);
    await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: `Hi <@${ADA.id}>` });
    expect(slackMessages(bench.ledger)[0]).toMatchObject({
      author: { slackUserId: EVA.id, name: "Eva", email: EVA.email },
      text: "Hi @Ada",
      hasUnnamed: false,
    });
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
    ["our own message", { bot_id: "B0DESKHAND", app_id: "A0DESKHAND", user: "U0DESKHAND" }],
    ["a message of a bot elsewhere", { bot_id: "B1", channel: RANDOM }],
    [
      "the preview of a link",
      { subtype: "message_changed", message: { user: EVA.id, ts: "1.0", text: "x" } },
    ],
    [
      "a preview after an edit",
      {
        subtype: "message_changed",
        message: { user: EVA.id, ts: "1.0", text: "x", edited: { ts: "2.0" } },
        previous_message: { user: EVA.id, ts: "1.0", text: "x", edited: { ts: "2.0" } },
      },
    ],
    [
      "our own change of a message",
      { subtype: "message_changed", message: { bot_id: "B0DESKHAND", app_id: "A0DESKHAND", ts: "1.0" } },
    ],
    ["a deletion elsewhere", { subtype: "message_deleted", deleted_ts: "1.0", channel: RANDOM }],
    ["somebody joining", { subtype: "channel_join" }],
    ["a huddle", { subtype: "huddle_thread" }],
    ["a channel that is not watched", { channel: RANDOM }],
    ["a reply in a thread of a channel that is not watched", { channel: RANDOM, thread_ts: "1.000100" }],
    ["small talk in the moderators' channel", { channel: TRIAGE }],
    ["a group of people without the bot's name", { channel: "G0GROUP", channel_type: "mpim" }],
  ])("not %s, and Slack is told that it arrived", async (_what, event) => {
    const body = messageEvent({ ts: "1790000000.000100", ...event });
    expect((await bench.channel.handle(signedRequest(body))).status).toBe(200);
    expect(bench.ledger.calls).toEqual([]);
  });

  it("a machine's message is taken note of, and is nobody's ticket unless it is meant to be", async () => {
    const say = (ts: string, more: object = {}) =>
      bench.channel.handle(
        signedRequest(
          messageEvent({
            ts,
            subtype: "bot_message",
            bot_id: "B0FORM",
            username: "Form",
            user: undefined,
            ...more,
          }),
        ),
      );
    await say("1790000000.000100");
    await restart({ channel: { ticketBots: ["B0FORM"] } });
    await say("1790000000.000200");
    await say("1790000000.000300", { thread_ts: "1790000000.000200" });
    await say("1790000000.000400", { bot_id: "B0OTHER" });
    expect(slackMessages(bench.ledger).map(({ ts, bot }) => [ts.slice(-3), bot])).toEqual([
      ["200", "accepted"],
      ["300", "ignored"],
      ["400", "ignored"],
    ]);
    expect(slackMessages(bench.ledger)[0]?.author).toEqual({
      slackUserId: "B0FORM",
      name: "Form",
      email: null,
    });
  });

  it("an edit and a deletion, each under an id of its own", async () => {
    const ts = await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "one" });
    await bench.slack.editMessage({ user: EVA.id, channel: HELP, ts, text: "two" });
    await bench.slack.deleteMessage({ user: EVA.id, channel: HELP, ts });
    const changes = bench.ledger.recorded.slice(1);
    expect(changes).toMatchObject([
      { channel: "slack-change", ts, change: { kind: "edited", message: { text: "two" } } },
      { channel: "slack-change", ts, change: { kind: "deleted" }, externalId: `${HELP}:${ts}:deleted` },
    ]);
    expect(changes[0]?.externalId).toMatch(new RegExp(`^${HELP}:${ts}:edited:\\d+\\.\\d+$`));
  });

  it("the deletion of a root that has replies, which Slack tells as a change", async () => {
    const message = {
      subtype: "tombstone",
      user: "USLACKBOT",
      ts: "1790000000.000100",
      text: "This message was deleted.",
    };
    const body = messageEvent({
      ts: "1790000001.000000",
      subtype: "message_changed",
      user: undefined,
      message,
    });
    await bench.channel.handle(signedRequest(body));
    expect(bench.ledger.recorded).toMatchObject([{ ts: "1790000000.000100", change: { kind: "deleted" } }]);
  });

  it("what was shared with a comment, below the comment, and no preview of a link", async () => {
    const attachments = [
      { fallback: "f", text: "The VPN is down", author_name: "Bob", is_share: true },
      { fallback: "A page", text: "All about VPNs", title: "VPN" },
    ];
    await bench.channel.handle(
      signedRequest(messageEvent({ ts: "1790000000.000100", text: "See", attachments })),
    );
    expect(slackMessages(bench.ledger)[0]?.text).toBe("See\n\nBob wrote:\nThe VPN is down");
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
    expect(slackMessages(bench.ledger).map(({ text }) => text)).toEqual([
      `@${bench.slack.botUserId} hi`,
      "more",
    ]);
  });

  it("a note in a thread of the moderators' channel", async () => {
    const root = await bench.slack.postAsUser({ user: ADA.id, channel: TRIAGE, text: "card" });
    await bench.slack.postAsUser({ user: ADA.id, channel: TRIAGE, text: "note", threadTs: root });
    expect(slackMessages(bench.ledger).map(({ text }) => text)).toEqual(["note"]);
  });
});

describe("people", () => {
  it("are asked for once, however many ask at the same time", async () => {
    await Promise.all([1, 2, 3].map(() => bench.channel.intake.lookUp(EVA.id)));
    await bench.channel.intake.lookUp(EVA.id);
    expect(bench.slack.calls().filter(({ method }) => method === "users.info")).toHaveLength(1);
  });

  it("have an address only where our own workspace vouches for it", async () => {
    const people = [
      { id: "U1", name: "Upper", email: "Upper@Example.com" },
      { id: "U2", name: "Guest of a shared channel", email: EVA.email, teamId: "T0PARTNER" },
      { id: "U3", name: "Unconfirmed", email: EVA.email, isEmailConfirmed: false },
      { id: "U4", name: "Hidden", email: null },
    ];
    await restart({ standIn: { users: people } });
    const found = await Promise.all(people.map(({ id }) => bench.channel.intake.lookUp(id)));
    expect(found.map(({ email }) => email)).toEqual(["upper@example.com", null, null, null]);
  });

  it("are named in a text as far as Slack tells", async () => {
    expect(await bench.channel.intake.nameText(`<@${EVA.id}> and <@U0NOBODY> &lt;3`)).toBe(
      "@Eva and @U0NOBODY <3",
    );
  });
});

describe("files", () => {
  const file: SlackFileRef = {
    id: "F1",
    name: "x.txt",
    mimetype: "text/plain",
    sizeBytes: 3,
    url: null,
    external: false,
  };
  const fetchFile = async (changes: Partial<SlackFileRef>, sizeBytesMax = 30_000_000) => {
    const fetched = await bench.channel.intake.fetchFile({ ...file, ...changes }, sizeBytesMax);
    return "missing" in fetched ? fetched.missing : fetched.attachment;
  };
  const upload = async (name: string, mimetype: string, content: Uint8Array) => {
    await bench.slack.postAsUser({
      user: EVA.id,
      channel: HELP,
      text: "see",
      files: [{ name, mimetype, content }],
    });
    return slackMessages(bench.ledger).at(-1)?.files[0] ?? file;
  };
  /** Slack's own file host, answering as told. */
  const withHost = (answer: () => Response) =>
    restart({
      channel: {
        fetch: async (input, init) =>
          String(input).startsWith("https://files.slack.com/") ? answer() : globalThis.fetch(input, init),
      },
    });
  const url = "https://files.slack.com/x";

  it("come along as attachments, byte for byte", async () => {
    const content = new Uint8Array([0, 255, 10]);
    expect(await fetchFile(await upload("b.bin", "application/x-test", content))).toEqual({
      filename: "b.bin",
      contentType: "application/x-test",
      content,
      contentId: null,
      inline: false,
    });
  });

  it("are asked for by their id where Slack sends nothing else, as in shared channels", async () => {
    const { id } = await upload("a.txt", "text/plain", new Uint8Array([1]));
    expect(await fetchFile({ id, name: "", sizeBytes: null })).toMatchObject({ filename: "a.txt" });
  });

  it("that cannot be had are named with the reason", async () => {
    const origin = bench.slack.url.replace("/api/", "");
    expect(await fetchFile({ url: `${origin}/files/F404/x` })).toContain("Slack refused it");
    expect(await fetchFile({})).toContain("Slack gives no address");
    expect(await fetchFile({ url, sizeBytes: 21 * 1024 * 1024 })).toContain("too large");
    expect(await fetchFile({ url, sizeBytes: 3 }, 2)).toContain("too large");
    expect(await fetchFile({ url: "https://drive.example/1", external: true })).toContain(
      "https://drive.example/1",
    );
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
      "https://files.slack.com@evil.example/x",
      "https://user:secret@files.slack.com/x",
      "http://files.slack.com/x",
      "https://notslack.com/x",
      "file:///etc/passwd",
      "nonsense",
    ];
    for (const address of elsewhere) {
      expect(await fetchFile({ url: address })).toContain("it is not kept at Slack");
    }
    expect(asked).toEqual([]);
  });

  it("are not followed to another host, which would see the token", async () => {
    await withHost(() => new Response(null, { status: 302, headers: { location: "https://evil.example/" } }));
    expect(await fetchFile({ url })).toContain("HTTP 302");
  });

  it("larger than announced are left out", async () => {
    await withHost(() => new Response(new Blob([new Uint8Array(21 * 1024 * 1024)]).stream()));
    expect(await fetchFile({ url })).toContain("too large");
  });

  it("are not a sign-in page, also where somebody shared a page of their own", async () => {
    const page = () => new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } });
    await withHost(page);
    expect(await fetchFile({ url })).toContain("Slack refused it");
    expect(await fetchFile({ url, mimetype: "text/html", sizeBytes: 900 })).toContain("another page");
    expect(await fetchFile({ url, mimetype: "text/html", sizeBytes: 20 })).toMatchObject({
      filename: "x.txt",
    });
  });

  it("are tried again where Slack is in trouble", async () => {
    await withHost(() => new Response(null, { status: 503 }));
    await expect(fetchFile({ url })).rejects.toMatchObject({ code: "unavailable", retryable: true });
  });
});

it("writes neither words, addresses nor tokens into the log", async () => {
  bench.ledger.failures.push(new Error("boom"));
  await bench.slack.postAsUser({ user: EVA.id, channel: HELP, text: "my password is hunter2" });
  const log = JSON.stringify(bench.log.lines);
  expect(log).toContain("recorded a Slack message");
  for (const secret of ["hunter2", EVA.email, bench.slack.token]) expect(log).not.toContain(secret);
});
