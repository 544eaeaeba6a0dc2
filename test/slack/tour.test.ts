/**
 * The requesters' tour: every way in and everything that happens in the requester's thread, against the service, with
 * Slack's Web API emulated over HTTP. The same on both transports.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NEW_TICKET_FORM } from "../../src/channels/slack/blocks/new-ticket-modal.ts";
import { NOT_SOLVED } from "../../src/channels/slack/blocks/resolution.ts";
import { MAKE_TICKET } from "../../src/channels/slack/listeners/shortcuts/make-ticket.ts";
import { queueReply } from "../../src/desk/queue-reply.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { resolveTicket } from "../../src/desk/resolve-ticket.ts";
import { mail } from "../helpers/inbound.ts";
import { ADA, EVA, HELP, RANDOM, TRIAGE } from "../helpers/slack.ts";
import { type SlackService, startSlackService } from "../helpers/slack-service.ts";

describe.each(["http", "socket"] as const)("the requesters' tour over %s", (transport) => {
  let bench: SlackService;
  let ada: { kind: "moderator"; userId: string; name: string; via: "slack" };

  beforeAll(async () => {
    bench = await startSlackService({ transport });
    const [row] = await bench.sql<{ id: string }[]>`
      insert into users (email, name, role) values (${ADA.email}, 'Ada', 'moderator') returning id`;
    await bench.sql`insert into users (email, name, role) values ('noor@example.com', 'Noor', 'admin')`;
    ada = { kind: "moderator", userId: row?.id ?? "", name: "Ada", via: "slack" };
  });
  afterAll(() => bench?.close());

  interface Ticket {
    id: string;
    number: number;
    title: string;
    description: string;
    status: string;
    requester: string;
    thread: string | null;
  }
  const tickets = async (): Promise<Ticket[]> => {
    await bench.settle();
    return bench.sql<Ticket[]>`
      select t.id, t.number, t.title, t.description, t.status, r.name as requester,
        s.channel || ':' || s.thread_ts as thread
      from tickets t join requesters r on r.id = t.requester_id
      left join slack_threads s on s.ticket_id = t.id and s.role = 'requester' order by t.number`;
  };
  const newest = async (): Promise<Ticket> => {
    const found = (await tickets()).at(-1);
    if (found === undefined) throw new Error("There is no ticket.");
    return found;
  };
  const events = async (ticketId: string): Promise<string[]> => {
    const rows = await bench.sql<{ type: string }[]>`
      select type from ticket_events where ticket_id = ${ticketId} order by id`;
    return rows.map(({ type }) => type);
  };
  const messages = (ticketId: string) => bench.sql<
    { kind: string; text: string; author: string; files: number }[]
  >`
    select m.kind, m.text, m.author_name as author,
      (select count(*) from attachments a where a.message_id = m.id) as files
    from messages m where m.ticket_id = ${ticketId} order by m.created_at, m.id`;
  const answersIn = (channel: string, ts: string) =>
    bench.slack.thread(channel, ts).filter(({ bot_id }) => bot_id !== undefined);
  const post = (text: string, more: Partial<Parameters<typeof bench.slack.postAsUser>[0]> = {}) =>
    bench.slack.postAsUser({ user: EVA.id, channel: HELP, text, ...more });
  /** What must be true of every ticket from Slack: its author, one card, one answer with its number, in its thread. */
  const expectWhole = async (ticket: Ticket): Promise<void> => {
    const [channel = "", ts = ""] = (ticket.thread ?? "").split(":");
    const answers = answersIn(channel, ts).filter(({ text }) => text.includes(`#${ticket.number}`));
    expect(answers.filter(({ text }) => text.includes("opened ticket"))).toHaveLength(1);
    const [card] = await bench.sql<{ ts: string }[]>`
      select ts from slack_cards where ticket_id = ${ticket.id} and state = 'posted'`;
    expect(card?.ts).toMatch(/^\d+\.\d+$/);
    expect(await events(ticket.id)).toEqual(
      expect.arrayContaining(["created", "triaged", "assigned", "acknowledged", "delivery-sent"]),
    );
  };

  it("begins with a message in a support channel, which brings its files", async () => {
    const content = new TextEncoder().encode("line 1\n");
    const files = [{ name: "log.txt", mimetype: "text/plain", content }];
    const ts = await post(`My VPN &amp; I: <@${ADA.id}> said restart`, { files });
    const ticket = await newest();
    expect(ticket).toMatchObject({
      description: "My VPN & I: @Ada said restart",
      status: "open",
      requester: "Eva",
      thread: `${HELP}:${ts}`,
    });
    expect(await messages(ticket.id)).toMatchObject([
      { kind: "message", text: "My VPN & I: @Ada said restart", author: "Eva", files: 1 },
      { kind: "acknowledgement" },
    ]);
    expect(answersIn(HELP, ts)[0]?.text).toContain("Hello Eva");
    await expectWhole(ticket);
  });

  it("takes a direct message", async () => {
    const channel = bench.slack.directChannel(EVA.id);
    const ts = await post("The printer is on fire", { channel });
    const ticket = await newest();
    expect(ticket).toMatchObject({ title: "The printer is on fire", thread: `${channel}:${ts}` });
    await expectWhole(ticket);
  });

  it("takes a mention and its twin as one ticket, in a channel that nobody watches", async () => {
    const before = (await tickets()).length;
    const ts = await post(`<@${bench.slack.botUserId}> my badge does not open the door`, { channel: RANDOM });
    const ticket = await newest();
    expect((await tickets()).length).toBe(before + 1);
    expect(ticket.thread).toBe(`${RANDOM}:${ts}`);
    await post("It is the door of floor 3", { channel: RANDOM, threadTs: ts });
    await bench.settle();
    expect((await messages(ticket.id)).map(({ text }) => text)).toContain("It is the door of floor 3");
    await expectWhole(ticket);
  });

  it("takes a mention in the middle of a thread, with what was said before", async () => {
    const root = await post("The wiki says that the page is gone", { channel: RANDOM });
    await post("Same for me", { channel: RANDOM, threadTs: root, user: ADA.id });
    await post(`<@${bench.slack.botUserId}> can you look?`, { channel: RANDOM, threadTs: root });
    const ticket = await newest();
    expect(ticket.thread).toBe(`${RANDOM}:${root}`);
    expect(ticket.description).toContain("Eva: The wiki says that the page is gone");
    expect(ticket.description).toContain("Ada: Same for me");
    expect((await messages(ticket.id)).map(({ text }) => text).slice(0, 3)).toEqual([
      "The wiki says that the page is gone",
      "Same for me",
      "@Deskhand can you look?",
    ]);
    await expectWhole(ticket);
  });

  it("makes a ticket of a message by its menu, for its author, once", async () => {
    const ts = await post("My keyboard lost its E", { channel: RANDOM });
    const before = (await tickets()).length;
    const use = { user: ADA.id, channel: RANDOM, ts, callbackId: MAKE_TICKET };
    expect((await bench.slack.useShortcut(use)).status).toBe(200);
    expect((await bench.slack.repeatLast()).status).toBe(200);
    const ticket = await newest();
    expect((await tickets()).length).toBe(before + 1);
    expect(ticket).toMatchObject({ requester: "Eva", thread: `${RANDOM}:${ts}` });
    expect(bench.slack.ephemerals().at(-1)?.text).toContain(`#${ticket.number}`);
    await expectWhole(ticket);
  });

  it("makes a ticket of a message by a moderator's reaction, and of nobody else's", async () => {
    const ts = await post("Licence for the drawing program?", { channel: RANDOM });
    const before = (await tickets()).length;
    await bench.slack.react({ user: EVA.id, channel: RANDOM, ts, reaction: "ticket" });
    await bench.slack.react({ user: ADA.id, channel: RANDOM, ts, reaction: "eyes" });
    expect((await tickets()).length).toBe(before);
    expect(bench.slack.ephemerals().at(-1)).toMatchObject({ user: EVA.id });
    expect(bench.slack.ephemerals().at(-1)?.text).toContain("Only moderators");
    await bench.slack.react({ user: ADA.id, channel: RANDOM, ts, reaction: "ticket" });
    const ticket = await newest();
    expect((await tickets()).length).toBe(before + 1);
    expect(ticket).toMatchObject({ requester: "Eva", thread: `${RANDOM}:${ts}` });
    await bench.slack.react({ user: ADA.id, channel: RANDOM, ts, reaction: "ticket" });
    expect((await tickets()).length).toBe(before + 1);
    await expectWhole(ticket);
  });

  it("takes the form of /ticket with a file, once, and talks about it in the direct messages", async () => {
    const direct = bench.slack.directChannel(EVA.id);
    await bench.slack.useCommand({ user: EVA.id, channel: RANDOM, command: "/ticket", text: "no screen" });
    const view = bench.slack.openViews().find((open) => open.view.callback_id === NEW_TICKET_FORM);
    const content = new Uint8Array([137, 80, 78, 71]);
    const answer = await bench.slack.submitView({
      user: EVA.id,
      viewId: view?.id ?? "",
      values: {
        title: { title: { value: "Second screen stays dark" } },
        priority: { priority: { value: "high" } },
        files: { files: { files: [{ name: "screen.png", mimetype: "image/png", content }] } },
      },
    });
    expect(answer).toEqual({ status: 200, body: "" });
    const before = (await tickets()).length;
    expect((await bench.slack.repeatLast()).status).toBe(200);
    const ticket = await newest();
    expect((await tickets()).length).toBe(before);
    expect(ticket).toMatchObject({
      title: "Second screen stays dark",
      description: "no screen\n\nHow urgent it is to me: high.",
      requester: "Eva",
    });
    expect(ticket.thread?.startsWith(`${direct}:`)).toBe(true);
    expect((await messages(ticket.id))[0]).toMatchObject({ kind: "message", files: 1 });
    await expectWhole(ticket);
    const threadTs = ticket.thread?.split(":")[1] ?? "";
    await post("It worked yesterday", { channel: direct, threadTs });
    await bench.settle();
    expect((await messages(ticket.id)).at(-1)?.text).toBe("It worked yesterday");
  });

  it("carries a ticket through its thread: reply, answer, state, resolution, not solved", async () => {
    const ts = await post("Outlook asks for my password all day");
    const ticket = await newest();
    await post("Since Monday", { threadTs: ts });
    await bench.settle();
    await queueReply(bench.sql, bench.service.settings, ada, ticket.id, "Please try <b>again</b> & restart.");
    await bench.settle();
    expect(answersIn(HELP, ts).at(-1)?.text).toBe("Please try &lt;b&gt;again&lt;/b&gt; &amp; restart.");
    const shown = () => JSON.stringify(answersIn(HELP, ts)[0]?.blocks ?? []);
    expect(shown()).toContain("answered, and waiting for you");
    await resolveTicket(bench.sql, bench.service.settings, ada, ticket.id, "It was the cache.");
    await bench.settle();
    expect(shown()).toContain("resolved");
    const resolution = answersIn(HELP, ts).at(-1);
    expect(JSON.stringify(resolution?.blocks)).toContain("It was the cache.");
    const click = { channel: HELP, ts: resolution?.ts ?? "", actionId: NOT_SOLVED };
    await bench.slack.clickButton({ user: ADA.id, ...click });
    expect(bench.slack.ephemerals().at(-1)?.text).toContain("Only who asked");
    expect((await newest()).status).toBe("resolved");
    await bench.slack.clickButton({ user: EVA.id, ...click });
    await bench.slack.repeatLast();
    expect((await newest()).status).toBe("open");
    expect(shown()).toContain("open again");
    expect((await events(ticket.id)).filter((type) => type === "reopened")).toHaveLength(1);
    await resolveTicket(bench.sql, bench.service.settings, ada, ticket.id, "");
    await post("Still not", { threadTs: ts });
    expect((await newest()).status).toBe("open");
  });

  it("follows edits and deletions, and keeps what stood there", async () => {
    const ts = await post("My labtop is slow");
    const ticket = await newest();
    await bench.slack.editMessage({ user: EVA.id, channel: HELP, ts, text: "My laptop is slow" });
    expect(await newest()).toMatchObject({ title: "My laptop is slow", description: "My laptop is slow" });
    const reply = await post("My password is hunter2", { threadTs: ts });
    await bench.slack.deleteMessage({ user: EVA.id, channel: HELP, ts: reply });
    await bench.settle();
    const versions = await bench.sql`
      select v.text from message_versions v join messages m on m.id = v.message_id where m.ticket_id = ${ticket.id}`;
    expect(versions.map(({ text }) => text)).toEqual(["My labtop is slow"]);
    const [gone] = await bench.sql`
      select deleted_at is not null as deleted from messages where slack_ts = ${reply}`;
    expect(gone).toEqual({ deleted: true });
    expect(await events(ticket.id)).toEqual(expect.arrayContaining(["message-edited", "message-deleted"]));
  });

  it("links an account by a code of its signed-in owner, once", async () => {
    const people = { email: "grace@corp.example", password: "correct horse" };
    const api = (path: string, body: unknown, token?: string) =>
      fetch(`${bench.service.url}/api/auth/${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: JSON.stringify(body),
      });
    const { token } = (await (await api("signup", people)).json()) as { token: string };
    expect((await api("slack-link", {})).status).toBe(401);
    const { code } = (await (await api("slack-link", {}, token)).json()) as { code: string };
    const link = (text: string) =>
      bench.slack.useCommand({ user: EVA.id, channel: RANDOM, command: "/ticket", text: `link ${text}` });
    expect((await link("AAAA-BBBB-CCCC")).body).toContain("wrong");
    expect((await link(code.toLowerCase())).body).toContain("is linked to grace@corp.example");
    expect((await link(code)).body).toContain("used");
    const [row] = await bench.sql`
      select u.slack_user_id, r.user_id = u.id as linked
      from users u, requesters r where u.email = ${people.email} and r.address = ${`T0STANDIN/${EVA.id}`}`;
    expect(row).toEqual({ slack_user_id: EVA.id, linked: true });
    const [edited] = await bench.sql`select id from tickets where title = 'My laptop is slow'`;
    const seen = await fetch(`${bench.service.url}/api/tickets/${edited?.id}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const { ticket } = (await seen.json()) as { ticket: { messages: Record<string, unknown>[] } };
    expect(ticket.messages[0]).toMatchObject({ text: "My laptop is slow", editedAt: expect.any(String) });
    expect(ticket.messages.at(-1)).toMatchObject({ text: "", deletedAt: expect.any(String) });
    expect(JSON.stringify(ticket)).not.toMatch(/hunter2|versions/);
  });

  it("shows what a mail says as it was written, and pings nobody", async () => {
    const words = `<!channel> <@U123> & &lt;b&gt; *bold* <https://x.example|safe> ${"x".repeat(9_000)}`;
    const { ticket } = await recordInbound(
      bench.sql,
      bench.service.settings,
      mail({ subject: "<!here> & <@U123>", text: words, textTrimmed: words }),
    );
    await bench.settle();
    const [card] = await bench.sql<{ ts: string }[]>`
      select ts from slack_cards where ticket_id = ${ticket?.id ?? ""}`;
    const shown = bench.slack.messages(TRIAGE).find(({ ts }) => ts === card?.ts);
    expect(shown?.text).toContain("&lt;!here&gt; &amp; &lt;@U123&gt;");
    // What is not plain text is mrkdwn, where only our own words may stand.
    const mrkdwn = JSON.stringify(shown?.blocks).match(/\{"type":"mrkdwn","text":"[^"]*"/g) ?? [];
    expect(mrkdwn.length).toBeGreaterThan(0);
    expect(mrkdwn.filter((text) => /<!(?!date\^)|<@U123>|https:\/\/x\.example/.test(text))).toEqual([]);
    const [channel = "", ts = ""] = ((await tickets())[0]?.thread ?? "").split(":");
    const first = (await tickets())[0];
    await queueReply(bench.sql, bench.service.settings, ada, first?.id ?? "", words);
    await bench.settle();
    const posted = answersIn(channel, ts)
      .slice(-3)
      .map(({ text }) => text);
    expect(posted.every((text) => text.length <= 4_000)).toBe(true);
    const read = posted.join("").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
    expect(read).toBe(words);
    expect(posted.join("")).not.toMatch(/[<>]/);
  });

  it("finds nothing to repair afterwards, and has written no token into its log", async () => {
    await bench.settle();
    const report = await bench.service.reconcile();
    expect(report).toMatchObject({ unexplained: 0, failed: [] });
    expect(report.slack.map(({ repaired }) => repaired)).toEqual(report.slack.map(() => 0));
    for (const secret of [bench.slack.token, bench.slack.appToken, "hunter2"]) {
      expect(bench.log()).not.toContain(secret);
    }
  });
});
