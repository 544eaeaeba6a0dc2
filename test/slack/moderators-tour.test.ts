/**
 * The moderators' tour: every button and form of the card, of App Home and of what admins are asked, by signed requests
 * against the service, with Slack's Web API emulated over HTTP and a mail server over SMTP. The same on both transports.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InboundEmail } from "../../src/core/inbound.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { mail } from "../helpers/inbound.ts";
import { ADA, EVA, HELP, TRIAGE } from "../helpers/slack.ts";
import { type SlackService, startSlackService } from "../helpers/slack-service.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";
import { waitUntil } from "../helpers/wait-until.ts";

/** A moderator and an admin beside Ada. */
const BEA = { id: "U0BEA", name: "Bea", email: "bea@example.com" };
const NOOR = { id: "U0NOOR", name: "Noor", email: "noor@example.com" };
const CUSTOMER = "carla@customer.example";
const HOSTILE = "<!channel> <@U123> & *bold* &lt;b&gt; <https://evil.example|bank>";
const LONG_LINE = "0123456789".repeat(900);
/** Long enough to take a reply back within it, on a busy machine too. */
const UNDO_SECONDS = 4;

describe.each(["http", "socket"] as const)("the moderators' tour over %s", (transport) => {
  let bench: SlackService;
  let smtp: SmtpSink;
  let ticketId: string;
  let number: number;

  beforeAll(async () => {
    smtp = await startSmtpSink();
    bench = await startSlackService({
      transport,
      standIn: { users: [EVA, ADA, BEA, NOOR] },
      settings: {
        SMTP_URL: smtp.url,
        MAIL_FROM: '"Support" <support@desk.example>',
        REPLY_UNDO_SECONDS: String(UNDO_SECONDS),
        REPLY_INTERNAL_HOSTS: "wiki.corp.example",
      },
    });
    await bench.sql`
      insert into users (email, name, role, slack_user_id) values
        (${ADA.email}, 'Ada', 'moderator', null), (${BEA.email}, 'Bea Lindt', 'moderator', null),
        (${NOOR.email}, 'Noor', 'admin', ${NOOR.id})`;
    await bench.sql`
      insert into user_skills (user_id, skill_id)
      select u.id, s.id from users u, skills s
      where u.email in (${ADA.email}, ${BEA.email}) and s.normalised in ('vpn', 'networking')`;
    await bench.sql`update users set away = true where email = ${BEA.email}`;
  });
  afterAll(async () => {
    await bench?.close();
    await smtp?.stop();
  });

  async function receiveMail(fields: Partial<InboundEmail>): Promise<{ id: string; number: number }> {
    const { sql, service } = bench;
    const fromAddress = CUSTOMER;
    const from = { address: CUSTOMER, name: "Carla" };
    const result = await recordInbound(sql, service.settings, { ...mail({ fromAddress, ...fields }), from });
    await bench.settle();
    if (result.ticket === null) throw new Error(`No ticket: ${result.reason}`);
    return result.ticket;
  }
  const cards = () => bench.slack.messages(TRIAGE).filter(({ text }) => text.includes(`#${number} `));
  const card = () => {
    const [only, ...others] = cards();
    if (only === undefined || others.length > 0) throw new Error(`${cards().length} cards of #${number}`);
    return only;
  };
  const shown = () => JSON.stringify(card().blocks);
  const at = (actionId: string, user = ADA.id) => ({ user, channel: TRIAGE, ts: card().ts, actionId });
  const click = async (actionId: string, user = ADA.id) => {
    expect((await bench.slack.clickButton(at(actionId, user))).status).toBe(200);
    await bench.settle();
  };
  const choose = async (actionId: string, option: string, user = ADA.id) => {
    expect((await bench.slack.choose({ ...at(actionId, user), option })).status).toBe(200);
    await bench.settle();
  };
  const openedBy = async (opener: () => Promise<unknown>) => {
    const before = new Set(bench.slack.openViews().map(({ id }) => id));
    await opener();
    await waitUntil("a form is open", () => bench.slack.openViews().some(({ id }) => !before.has(id)));
    const view = bench.slack.openViews().find(({ id }) => !before.has(id));
    if (view === undefined) throw new Error("No form was opened.");
    return view;
  };
  const submit = async (viewId: string, fields: { text?: string; choice?: string }, user = ADA.id) => {
    const answer = await bench.slack.submitView({
      user,
      viewId,
      values: {
        ...(fields.text === undefined ? {} : { text: { text: { value: fields.text } } }),
        ...(fields.choice === undefined ? {} : { choice: { choice: { value: fields.choice } } }),
      },
    });
    expect(answer.status).toBe(200);
    await bench.settle();
    return answer.body === "" ? null : JSON.parse(answer.body);
  };
  const words = (user: string) =>
    bench.slack
      .ephemerals()
      .filter((word) => word.user === user)
      .map(({ text }) => text);
  const ticket = async () => {
    const [row] = await bench.sql<
      { status: string; priority: string; category: string; assignee: string; person: string[] }[]
    >`
      select t.status, t.priority, t.category, u.email as assignee, t.person_changed as person
      from tickets t left join users u on u.id = t.assignee_id where t.id = ${ticketId}`;
    return row;
  };
  /** `type actor door`, of the events since the one with that id. */
  const audit = async (since = 0) => {
    const rows = await bench.sql<{ id: number; type: string; actor: string; via: string }[]>`
      select e.id, e.type, coalesce(u.email, e.actor_kind) as actor, e.via
      from ticket_events e left join users u on u.id = e.actor_id where e.ticket_id = ${ticketId} and e.id > ${since}
      order by e.id`;
    return rows;
  };
  const lastEvent = async () => (await audit()).at(-1)?.id ?? 0;
  const lines = (rows: { type: string; actor: string; via: string }[]) =>
    rows.map(({ type, actor, via }) => `${type} ${actor} ${via}`);
  const sentTo = (address: string) => smtp.mails.filter(({ to }) => to.includes(address));
  const replies = () => sentTo(CUSTOMER).filter(({ raw }) => !/Auto-Submitted: auto/i.test(raw));

  it("begins with one card, which shows a mail as it was written and pings nobody", async () => {
    const text = `The VPN does not connect.\n${HOSTILE}\n${LONG_LINE}`;
    const made = await receiveMail({
      subject: `VPN ${HOSTILE}`,
      text,
      textTrimmed: text,
      cc: [{ address: "carl@customer.example", name: "Carl" }],
    });
    ticketId = made.id;
    number = made.number;
    expect(await ticket()).toMatchObject({ category: "Network", assignee: ADA.email, status: "open" });
    const mrkdwn = [...shown().matchAll(/"type":"mrkdwn","text":"([^"]*)"/g)].map(([, one]) => one ?? "");
    for (const one of [...mrkdwn, card().text]) expect(one).not.toMatch(/<(?!!date\^)[!@#h](?!U0ADA)/);
    expect(shown()).toContain("<!channel> <@U123> & *bold* &\u2060lt;b&\u2060gt;");
    const { view } = await openedBy(() => click("ticket_read"));
    const blocks = view.blocks as { type: string; text?: { type: string; text: string } }[];
    const sections = blocks.flatMap(({ type, text: object }) =>
      type === "section" && object ? [object] : [],
    );
    expect(sections.map(({ type }) => type)).not.toContain("mrkdwn");
    const whole = sections
      .map((section) => section.text)
      .join("")
      .replaceAll("\u2060", "");
    expect(whole).toContain(HOSTILE);
    expect(whole).toContain(LONG_LINE);
  });

  it("Claim gives the ticket to who clicked", async () => {
    const since = await lastEvent();
    await click("ticket_claim");
    expect(await ticket()).toMatchObject({ status: "in_progress", assignee: ADA.email });
    expect(shown()).toContain("In progress");
    expect(lines(await audit(since))).toEqual([`claimed ${ADA.email} slack`]);
    expect(words(ADA.id).at(-1)).toBe(`Ticket #${number} is yours.`);
  });

  it("Priority and Category are corrections that triage never writes over", async () => {
    const since = await lastEvent();
    await choose("ticket_priority", "low");
    await choose("ticket_category", "Security");
    expect(await ticket()).toMatchObject({
      priority: "low",
      category: "Security",
      person: ["priority", "category"],
    });
    expect(lines(await audit(since))).toEqual([
      `priority-changed ${ADA.email} slack`,
      `category-changed ${ADA.email} slack`,
    ]);
    const corrections = await bench.sql`
      select field, was, became, u.email from corrections c join users u on u.id = c.user_id
      where ticket_id = ${ticketId} order by c.created_at`;
    expect(corrections).toMatchObject([
      { field: "priority", became: "low", email: ADA.email },
      { field: "category", was: "Network", became: "Security", email: ADA.email },
    ]);
    expect(shown()).toContain("*Category ✏️*\\nSecurity");
    expect(shown()).toContain('"initial_option":{"text":{"type":"plain_text","text":"🔵 Low"');
  });

  it("Assign… lists people by fit and load, and gives the ticket to the chosen one, who is told", async () => {
    const since = await lastEvent();
    const { id, view } = await openedBy(() => click("ticket_assign"));
    const options = JSON.stringify(view.blocks);
    // Whoever is away stands behind those who are here, whatever they know.
    expect(options).toMatch(/Ada · \d\/\d skills · 1\/10 open · has it.*Noor · .*Bea Lindt · .* · away/);
    const [bea] = await bench.sql<{ id: string }[]>`select id from users where email = ${BEA.email}`;
    expect(await submit(id, { choice: bea?.id ?? "" })).toBeNull();
    expect(await ticket()).toMatchObject({ assignee: BEA.email });
    expect(lines(await audit(since))).toEqual([`assigned ${ADA.email} slack`]);
    expect(shown()).toContain("Ada gave it to Bea Lindt.");
    await waitUntil("Bea is told by mail", () => sentTo(BEA.email).length === 1);
  });

  it("Not mine… reroutes it without the one who declined, and asks an admin about the skills", async () => {
    const since = await lastEvent();
    const { id, view } = await openedBy(() => click("ticket_decline", BEA.id));
    expect(JSON.stringify(view.blocks)).toContain("take off your profile: ");
    expect(await submit(id, { choice: "skill", text: "I only know <b>printers</b>." }, BEA.id)).toBeNull();
    expect(await ticket()).toMatchObject({ assignee: ADA.email, status: "open" });
    expect(shown()).toContain("Bea Lindt said it is not theirs. Ada knows");
    const trail = lines(await audit(since));
    expect(trail[0]).toBe(`declined ${BEA.email} slack`);
    expect(trail).toContain("assigned system slack");
    expect(trail).toContain(`skill-change-proposed ${BEA.email} slack`);

    const direct = bench.slack.directChannel(NOOR.id);
    await waitUntil("Noor is asked", () => bench.slack.messages(direct).length > 0);
    const question = bench.slack.messages(direct)[0];
    expect(JSON.stringify(question?.blocks)).toContain("“I only know <b>printers</b>.”");
    const decide = (actionId: string, user: string) =>
      bench.slack.clickButton({ user, channel: direct, ts: question?.ts ?? "", actionId });
    const skillsOfBea = () => bench.sql<{ name: string }[]>`
      select s.name from user_skills us join skills s on s.id = us.skill_id join users u on u.id = us.user_id
      where u.email = ${BEA.email} order by s.name`;
    const before = (await skillsOfBea()).length;
    await decide("skill_proposal_accept", ADA.id);
    expect(await skillsOfBea()).toHaveLength(before);
    expect(words(ADA.id).at(-1)).toBe("Only an admin decides about skills.");
    await decide("skill_proposal_accept", NOOR.id);
    await bench.settle();
    expect(await skillsOfBea()).toHaveLength(before - 1);
    const [after] = bench.slack.messages(direct);
    expect(JSON.stringify(after?.blocks)).not.toContain("skill_proposal_accept");
    expect(after?.text).toMatch(/^Accepted by Noor: .* was taken off the profile of Bea Lindt\.$/);
    expect(lines(await audit(since)).at(-1)).toBe(`skill-change-accepted ${NOOR.email} slack`);
  });

  it("Reply… shows exactly who receives it; Undo within the window sends nothing and gives the text back", async () => {
    const since = await lastEvent();
    const { id, view } = await openedBy(() => click("ticket_reply"));
    const form = JSON.stringify(view.blocks);
    expect(form).toContain(`To: Carla <${CUSTOMER}>`);
    expect(form).toContain("CC: Carl <carl@customer.example>");
    expect(await submit(id, { text: "Please restart the <client> & wait." })).toBeNull();
    expect(shown()).toContain("A reply by Ada leaves at");
    expect(words(ADA.id).at(-1)).toBe(`Your reply on ticket #${number} leaves in ${UNDO_SECONDS} seconds.`);
    const again = await openedBy(() => click("ticket_reply_undo"));
    expect(JSON.stringify(again.view.blocks)).toContain("Please restart the <client> & wait.");
    expect(JSON.stringify(again.view.blocks)).toContain("This is what was taken back.");
    expect(shown()).not.toContain("ticket_reply_undo");
    expect(await ticket()).toMatchObject({ status: "open" });
    await new Promise((resolve) => setTimeout(resolve, UNDO_SECONDS * 1_000 + 500));
    await bench.settle();
    expect(replies()).toEqual([]);
    expect(lines(await audit(since))).toEqual([
      `reply-queued ${ADA.email} slack`,
      `reply-undone ${ADA.email} slack`,
    ]);
  });

  it("Send leaves once the window is over, to those people, and the card can undo no more", async () => {
    const { id } = await openedBy(() => click("ticket_reply"));
    expect(await submit(id, { text: "Please restart the client twice." })).toBeNull();
    await waitUntil("the reply is sent", () => replies().length === 1, 60_000);
    await waitUntil("the card knows", async () => {
      await bench.settle();
      return !shown().includes("ticket_reply_undo");
    });
    expect(replies()[0]?.to.sort()).toEqual(["carl@customer.example", CUSTOMER]);
    expect(replies()[0]?.raw).toContain("Please restart the client twice.");
    expect(await ticket()).toMatchObject({ status: "waiting" });
    const [word] = bench.slack
      .ephemerals()
      .filter(({ user }) => user === ADA.id)
      .slice(-1);
    await bench.slack.clickEphemeral({ user: ADA.id, ts: word?.ts ?? "", actionId: "ticket_reply_undo" });
    expect(words(ADA.id).at(-1)).toBe(`Too late: the reply on ticket #${number} has left.`);
  });

  it("a message or a recipient that is new since the form opened has to be seen before it leaves", async () => {
    const { id } = await openedBy(() => click("ticket_reply"));
    const [sent] = await bench.sql<{ messageId: string }[]>`
      select email_message_id as "messageId" from messages
      where ticket_id = ${ticketId} and kind = 'reply' order by created_at desc limit 1`;
    const text = "It still does not work. My lawyer reads along.";
    await receiveMail({
      inReplyTo: sent?.messageId ?? null,
      references: [sent?.messageId ?? ""],
      subject: `Re: [#${number}] VPN`,
      text,
      textTrimmed: text,
      cc: [{ address: "lawyer@elsewhere.example", name: "" }],
    });
    expect(shown()).toContain("My lawyer reads along.");
    expect(cards()).toHaveLength(1);
    const before = replies().length;
    const answer = await submit(id, { text: "Then please reinstall it." });
    expect(answer.response_action).toBe("update");
    const news = JSON.stringify(answer.view.blocks);
    for (const part of [
      "Not sent yet.",
      "A new message has arrived since you opened this form",
      "The recipients have changed since you opened this form",
      "Joined with the customer's last message: lawyer@elsewhere.example.",
      "My lawyer reads along.",
      "Then please reinstall it.",
    ]) {
      expect(news).toContain(part);
    }
    expect(await submit(id, {})).toBeNull();
    await waitUntil("the confirmed reply is sent", () => replies().length === before + 1, 60_000);
    expect(replies().at(-1)?.to).toContain("lawyer@elsewhere.example");
  });

  it("a text that looks internal has to be confirmed, and each sign is named", async () => {
    const { id } = await openedBy(() => click("ticket_reply"));
    const internal =
      "note: don't tell the customer. <@U0123456789> see http://10.0.0.8/ and wiki.corp.example, ask Bea Lindt";
    const answer = await submit(id, { text: internal });
    const warnings = JSON.stringify(answer.view.blocks);
    for (const part of [
      "starts like an internal note",
      "says of itself that it is internal",
      "mentions somebody in the way of a chat",
      "links to a host that only works inside",
      "names an internal host (wiki.corp.example)",
      "names Bea Lindt of the desk",
    ]) {
      expect(warnings).toContain(part);
    }
    const before = replies().length;
    // Changed, and internal in another way: that has not been seen yet.
    const more = await submit(id, { text: "See https://acme.slack.com/archives/C1/p2" });
    expect(JSON.stringify(more.view.blocks)).toContain("It links to Slack.");
    await bench.settle();
    expect(replies()).toHaveLength(before);
    const queued = await bench.sql`
      select 1 from deliveries d join messages m on m.id = d.message_id where m.text like '%acme.slack.com%'`;
    expect(queued).toEqual([]);
  });

  it("text in the card's thread is an internal note, which nobody outside reads", async () => {
    const before = sentTo(CUSTOMER).length;
    await bench.slack.postAsUser({
      user: ADA.id,
      channel: TRIAGE,
      text: "She is a VIP.",
      threadTs: card().ts,
    });
    await bench.settle();
    const [note] = await bench.sql`
      select kind, visibility, text from messages where ticket_id = ${ticketId} order by created_at desc limit 1`;
    expect(note).toMatchObject({ kind: "note", visibility: "internal", text: "She is a VIP." });
    expect(sentTo(CUSTOMER)).toHaveLength(before);
  });

  it("Resolve… tells the requester with the note, Reopen opens it again", async () => {
    const since = await lastEvent();
    const { id } = await openedBy(() => click("ticket_resolve"));
    expect(await submit(id, { text: "It was the certificate." })).toBeNull();
    expect(await ticket()).toMatchObject({ status: "resolved" });
    await waitUntil("the requester is told", () =>
      sentTo(CUSTOMER).some(({ raw }) => raw.includes("It was the certificate.")),
    );
    expect(shown()).toContain("ticket_reopen");
    await click("ticket_reopen");
    expect(await ticket()).toMatchObject({ status: "open" });
    expect(shown()).toContain("ticket_claim");
    const trail = lines(await audit(since)).filter((line) => line.includes("slack"));
    expect(trail).toEqual([`resolved ${ADA.email} slack`, `reopened ${ADA.email} slack`]);
  });

  it("a solved ticket that reads alike stands on the next card", async () => {
    await bench.sql`update tickets set status = 'resolved' where id = ${ticketId}`;
    const first = number;
    const text = "The VPN does not connect, the client stays at 10 percent.";
    const made = await receiveMail({ subject: "VPN does not connect", text, textTrimmed: text });
    number = made.number;
    expect(shown()).toContain("Solved before:");
    expect(shown()).toContain(`#${first} VPN`);
    number = first;
  });

  it("a reply on a ticket from Slack goes into the requester's thread", async () => {
    const root = await bench.slack.postAsUser({
      user: EVA.id,
      channel: HELP,
      text: "The VPN hangs & <@U0ADA> knows",
    });
    await bench.settle();
    const [made] = await bench.sql<{ id: string; number: number }[]>`
      select id, number from tickets order by number desc limit 1`;
    ticketId = made?.id ?? "";
    number = made?.number ?? 0;
    const { id, view } = await openedBy(() => click("ticket_reply"));
    expect(JSON.stringify(view.blocks)).toContain(
      `thread in <#${HELP}>*: everybody in that channel can read it.`,
    );
    expect(await submit(id, { text: "Try <again> & again." })).toBeNull();
    await waitUntil("the reply stands in the thread", () =>
      bench.slack.thread(HELP, root).some(({ text }) => text === "Try &lt;again&gt; &amp; again."),
    );
  });

  it("App Home shows moderators what waits on them first, and requesters their own tickets", async () => {
    const home = (user: string) => JSON.stringify(bench.slack.home(user)?.blocks ?? []);
    await bench.slack.openHome(ADA.id);
    await bench.slack.openHome(EVA.id);
    await waitUntil("both are drawn", () => home(ADA.id) !== "[]" && home(EVA.id) !== "[]");
    expect(home(ADA.id).indexOf("Waits on me")).toBeLessThan(home(ADA.id).indexOf("My load"));
    expect(home(EVA.id)).toContain(`#${number} `);
    expect(home(EVA.id)).not.toContain(`#${number - 1} `);
    expect(home(EVA.id)).toContain("Waiting for the requester");
    const [thread] = await bench.sql<{ ts: string }[]>`
      select thread_ts as ts from slack_threads where ticket_id = ${ticketId} and role = 'requester'`;
    await bench.slack.postAsUser({
      user: EVA.id,
      channel: HELP,
      text: "Still hangs",
      threadTs: thread?.ts ?? "",
    });
    await waitUntil("the answer shows in both", async () => {
      await bench.settle();
      return home(ADA.id).includes("The requester answered") && home(EVA.id).includes("In progress");
    });
    await bench.slack.clickHome({ user: ADA.id, actionId: "home_away", value: "away" });
    await waitUntil("the switch shows", () => home(ADA.id).includes("You are away"));
    const [ada] = await bench.sql`select away from users where email = ${ADA.email}`;
    expect(ada?.away).toBe(true);
    const trail = await bench.sql`select type from desk_events order by id desc limit 1`;
    expect(trail[0]?.type).toBe("went-away");
  });

  it("leaves one card for each ticket, each call to Slack within its limits, and no token in the log", async () => {
    const [row] = await bench.sql<{ count: number }[]>`select count(*) as count from tickets`;
    const posted = bench.slack.messages(TRIAGE).filter(({ metadata }) => metadata !== undefined);
    expect(posted).toHaveLength(row?.count ?? -1);
    const refused = bench.slack.calls().filter(({ ok }) => !ok);
    expect(refused).toEqual([]);
    expect(bench.log()).not.toContain(bench.slack.token);
  });
});
