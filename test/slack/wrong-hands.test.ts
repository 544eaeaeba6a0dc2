/**
 * Wrong hands on the moderators' side: people who may not, payloads that were changed, signatures and clicks of before,
 * and two who click at once. Against the service over HTTP: right answers, one winner, nothing changed by the others.
 */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { mail } from "../helpers/inbound.ts";
import { ADA, EVA, SECRET, TRIAGE } from "../helpers/slack.ts";
import { type SlackService, startSlackService } from "../helpers/slack-service.ts";
import { waitUntil } from "../helpers/wait-until.ts";

const BEA = { id: "U0BEA", name: "Bea", email: "bea@example.com" };

let bench: SlackService;
let ticketId: string;
let number: number;
let counter = 0;

beforeAll(async () => {
  bench = await startSlackService({
    transport: "http",
    standIn: { users: [EVA, ADA, BEA] },
    settings: { REPLY_UNDO_SECONDS: "3600" },
  });
  await bench.sql`
    insert into users (email, name, role, slack_user_id) values
      (${ADA.email}, 'Ada', 'moderator', ${ADA.id}), (${BEA.email}, 'Bea', 'moderator', ${BEA.id})`;
});
afterAll(() => bench?.close());

beforeEach(async () => {
  const { ticket } = await recordInbound(bench.sql, bench.service.settings, mail());
  ticketId = ticket?.id ?? "";
  number = ticket?.number ?? 0;
  await bench.settle();
});

/** Everything that an action could change of the ticket. */
async function snapshot(): Promise<string> {
  await bench.settle();
  const { sql } = bench;
  const rows = await Promise.all([
    sql`select status, priority, category, assignee_id, person_changed from tickets where id = ${ticketId}`,
    sql`select type, actor_id, via from ticket_events where ticket_id = ${ticketId} order by id`,
    sql`select kind, text from messages where ticket_id = ${ticketId} order by created_at`,
    sql`select state from deliveries where ticket_id = ${ticketId} order by created_at`,
    sql`select field, became from corrections where ticket_id = ${ticketId}`,
    sql`select away from users order by email`,
  ]);
  return JSON.stringify(rows);
}

interface Action {
  action_id: string;
  value?: string;
  block_id?: string;
  selected_option?: { value: string };
}

function clickPayload(user: string, action: Action, changes: Record<string, unknown> = {}) {
  counter += 1;
  return {
    type: "block_actions",
    user: { id: user, team_id: "T0STANDIN" },
    team: { id: "T0STANDIN" },
    api_app_id: "A0DESKHAND",
    channel: { id: TRIAGE },
    trigger_id: `${counter}.forged`,
    container: { type: "message", channel_id: TRIAGE, message_ts: "1.1" },
    actions: [{ type: "button", block_id: "b", action_ts: `${counter}.0`, ...action }],
    ...changes,
  };
}

function formPayload(user: string, callbackId: string, metadata: unknown, values: Record<string, unknown>) {
  counter += 1;
  return {
    type: "view_submission",
    user: { id: user, team_id: "T0STANDIN" },
    team: { id: "T0STANDIN" },
    api_app_id: "A0DESKHAND",
    trigger_id: `${counter}.forged`,
    view: {
      id: `V${counter}`,
      type: "modal",
      callback_id: callbackId,
      private_metadata: typeof metadata === "string" ? metadata : JSON.stringify(metadata),
      state: { values },
    },
  };
}

const text = (value: string) => ({ text: { text: { type: "plain_text_input", value } } });
const choice = (value: string) => ({
  choice: { choice: { type: "static_select", selected_option: { value } } },
});

async function post(
  payload: unknown,
  options: { secret?: string; timestamp?: number; tamper?: boolean } = {},
) {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = options.timestamp ?? Math.floor(Date.now() / 1000);
  const mac = createHmac("sha256", options.secret ?? SECRET)
    .update(`v0:${timestamp}:${body}`)
    .digest("hex");
  const response = await fetch(`${bench.service.url}/api/slack/events`, {
    method: "POST",
    body: options.tamper ? body.replace("ticket_claim", "ticket_reopen") : body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": `v0=${mac}`,
    },
  });
  return { status: response.status, body: await response.text() };
}

const wordsTo = (user: string) => bench.slack.ephemerals().filter((word) => word.user === user);

/** Ada opens the reply form by the card; resolves with what the form carries. */
async function openReply(): Promise<string> {
  const card = bench.slack.messages(TRIAGE).find(({ text: line }) => line.includes(`#${number} `));
  const before = new Set(bench.slack.openViews().map(({ id }) => id));
  await bench.slack.clickButton({
    user: ADA.id,
    channel: TRIAGE,
    ts: card?.ts ?? "",
    actionId: "ticket_reply",
  });
  await waitUntil("a form is open", () => bench.slack.openViews().some(({ id }) => !before.has(id)));
  return String(bench.slack.openViews().at(-1)?.view.private_metadata);
}

/** Every button of the card and every form, as who may not would send them. */
function everything(user: string): unknown[] {
  const origin = { ticketId, channel: TRIAGE };
  const shown = { audienceKey: "x", latestMessageId: null, warnings: [] };
  const labels = { block_id: `ticket:${ticketId}:labels` };
  return [
    ...[
      "ticket_claim",
      "ticket_assign",
      "ticket_reply",
      "ticket_resolve",
      "ticket_reopen",
      "ticket_decline",
      "ticket_read",
      "ticket_reply_undo",
      "skill_proposal_accept",
      "skill_proposal_ignore",
      "home_away",
      "home_hand_over",
      "home_back",
    ].map((action_id) => clickPayload(user, { action_id, value: ticketId })),
    clickPayload(user, { action_id: "ticket_priority", ...labels, selected_option: { value: "high" } }),
    clickPayload(user, { action_id: "ticket_category", ...labels, selected_option: { value: "Security" } }),
    formPayload(user, "ticket_reply_form", { ...origin, shown }, text("Hello")),
    formPayload(user, "ticket_resolve_form", origin, text("Done")),
    formPayload(user, "ticket_assign_form", origin, choice(ticketId)),
    formPayload(user, "ticket_decline_form", origin, { ...choice("time"), ...text("") }),
  ];
}

describe("somebody who is no moderator", () => {
  it("changes nothing by any button or form, sees nothing, and is told so privately", async () => {
    const before = await snapshot();
    const views = bench.slack.openViews().length;
    const told = wordsTo(EVA.id).length;
    for (const payload of everything(EVA.id)) {
      const answer = await post(payload);
      expect(answer.status).toBe(200);
      if (answer.body !== "") expect(answer.body).toContain("Only moderators and admins");
    }
    expect(await snapshot()).toBe(before);
    expect(bench.slack.openViews()).toHaveLength(views);
    await waitUntil("each click is answered", () => wordsTo(EVA.id).length === told + 15);
    for (const word of wordsTo(EVA.id).slice(told)) expect(word.text).toContain("Only moderators and admins");
  });

  it("is whoever was one a moment ago, too", async () => {
    await bench.sql`update users set role = 'user' where email = ${BEA.email}`;
    const before = await snapshot();
    for (const payload of everything(BEA.id)) await post(payload);
    expect(await snapshot()).toBe(before);
    await bench.sql`update users set role = 'moderator' where email = ${BEA.email}`;
  });

  it("does not become one by a name or address in the payload", async () => {
    const before = await snapshot();
    const user = { id: EVA.id, name: "Ada", username: "ada", email: ADA.email, role: "admin" };
    await post(clickPayload(EVA.id, { action_id: "ticket_claim", value: ticketId }, { user }));
    expect(await snapshot()).toBe(before);
  });
});

describe("a payload that was changed", () => {
  const NOWHERE = "00000000-0000-4000-8000-000000000000";

  it.each([
    ["no id at all", "x"],
    ["an id that is no ticket", NOWHERE],
    ["SQL", "'; drop table tickets; --"],
    ["an id with something behind it", `${NOWHERE} or true`],
    ["a very long one", "a".repeat(1_900)],
  ])("with %s in place of the ticket's is refused, and nothing is changed", async (_what, id) => {
    const before = await snapshot();
    const told = wordsTo(ADA.id).length;
    const clicks = ["ticket_claim", "ticket_reply", "ticket_reopen", "ticket_read", "ticket_reply_undo"];
    for (const action_id of clicks) {
      expect((await post(clickPayload(ADA.id, { action_id, value: id }))).status).toBe(200);
    }
    await waitUntil("each click is answered", () => wordsTo(ADA.id).length === told + clicks.length);
    for (const { text: word } of wordsTo(ADA.id).slice(told)) {
      expect(word).toMatch(/does not exist/);
    }
    const shown = { audienceKey: "x", latestMessageId: null, warnings: [] };
    const forms = [
      formPayload(ADA.id, "ticket_reply_form", { ticketId: id, channel: TRIAGE, shown }, text("Hello")),
      formPayload(ADA.id, "ticket_resolve_form", { ticketId: id, channel: TRIAGE }, text("")),
      formPayload(ADA.id, "ticket_assign_form", { ticketId: id, channel: TRIAGE }, choice(NOWHERE)),
    ];
    for (const form of forms) {
      expect(JSON.parse((await post(form)).body)).toMatchObject({
        response_action: "errors",
        errors: expect.anything(),
      });
    }
    expect(await snapshot()).toBe(before);
  });

  it.each([["{"], ["null"], ["[]"], [JSON.stringify({ ticketId: 7 })], [""]])(
    "whose private_metadata is %j is refused, and the text stays in the form",
    async (metadata) => {
      const before = await snapshot();
      const answer = await post(formPayload(ADA.id, "ticket_reply_form", metadata, text("Hello")));
      expect(JSON.parse(answer.body).errors.text).toContain("This form cannot be read");
      expect(await snapshot()).toBe(before);
    },
  );

  it("that claims another audience than the true one sends nothing: it shows the true one", async () => {
    const before = await snapshot();
    const shown = { audienceKey: "forged", latestMessageId: null, warnings: [] };
    const metadata = { ticketId, channel: TRIAGE, shown };
    const answer = JSON.parse(
      (await post(formPayload(ADA.id, "ticket_reply_form", metadata, text("Hi")))).body,
    );
    expect(answer.response_action).toBe("update");
    expect(JSON.stringify(answer.view.blocks)).toContain("To: Ada <ada@customer.example>");
    expect(await snapshot()).toBe(before);
  });

  it("with a priority, category, person or reason that is none is refused", async () => {
    const before = await snapshot();
    const labels = { block_id: `ticket:${ticketId}:labels` };
    const origin = { ticketId, channel: TRIAGE };
    const [eva] = await bench.sql<{ id: string }[]>`
      insert into users (email, role) values ('eva@example.com', 'user')
      on conflict (email) do update set role = 'user' returning id`;
    const payloads = [
      clickPayload(ADA.id, { action_id: "ticket_priority", ...labels, selected_option: { value: "urgent" } }),
      clickPayload(ADA.id, {
        action_id: "ticket_category",
        ...labels,
        selected_option: { value: "<!here>" },
      }),
      formPayload(ADA.id, "ticket_assign_form", origin, choice(eva?.id ?? "")),
      formPayload(ADA.id, "ticket_decline_form", origin, choice("bored")),
    ];
    for (const payload of payloads) expect((await post(payload)).status).toBe(200);
    const after = JSON.parse(await snapshot());
    expect(after.slice(0, 5)).toEqual(JSON.parse(before).slice(0, 5));
  });

  it("with parts missing is answered, and changes nothing", async () => {
    const before = await snapshot();
    for (const changes of [{ actions: [] }, { user: {} }, { trigger_id: "" }, { actions: [{}] }]) {
      const payload = clickPayload(ADA.id, { action_id: "ticket_claim", value: ticketId }, changes);
      expect((await post(payload)).status).toBeGreaterThanOrEqual(200);
    }
    expect(await snapshot()).toBe(before);
  });
});

describe("a signature", () => {
  const nowS = Math.floor(Date.now() / 1000);
  it.each([
    ["of before", { timestamp: nowS - 3_600 }],
    ["from the future", { timestamp: nowS + 3_600 }],
    ["of another secret", { secret: "f".repeat(32) }],
    ["of another body", { tamper: true }],
  ])("%s is refused with 401, and nothing is changed", async (_what, options) => {
    const before = await snapshot();
    const payload = clickPayload(ADA.id, { action_id: "ticket_claim", value: ticketId });
    expect((await post(payload, options)).status).toBe(401);
    expect(await snapshot()).toBe(before);
  });
});

describe("a click or form that is delivered again", () => {
  it("changes nothing a second time, even where somebody has changed it since", async () => {
    const labels = { block_id: `ticket:${ticketId}:labels` };
    const click = clickPayload(ADA.id, {
      action_id: "ticket_priority",
      ...labels,
      selected_option: { value: "low" },
    });
    await post(click);
    await post(
      clickPayload(BEA.id, { action_id: "ticket_priority", ...labels, selected_option: { value: "medium" } }),
    );
    const before = await snapshot();
    expect(before).toContain('"priority":"medium"');
    expect((await post(click)).status).toBe(200);
    expect(await snapshot()).toBe(before);
    await waitUntil("it is told", () => wordsTo(ADA.id).at(-1)?.text === "That was done already.");
  });

  it("replies once, by the form's id", async () => {
    const form = formPayload(ADA.id, "ticket_reply_form", await openReply(), text("Once, please."));
    const answers = await Promise.all([post(form), post(form), post(form)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await post(form)).body).toBe("");
    const rows = await bench.sql`
      select 1 from messages where ticket_id = ${ticketId} and kind = 'reply' and text = 'Once, please.'`;
    expect(rows).toHaveLength(1);
    const queued = await bench.sql`
      select 1 from ticket_events where ticket_id = ${ticketId} and type = 'reply-queued'`;
    expect(queued).toHaveLength(1);
  });

  it("resolves once, also where the ticket was reopened since", async () => {
    const form = formPayload(ADA.id, "ticket_resolve_form", { ticketId, channel: TRIAGE }, text("Done"));
    expect((await post(form)).body).toBe("");
    await post(clickPayload(BEA.id, { action_id: "ticket_reopen", value: ticketId }));
    const before = await snapshot();
    expect(JSON.parse((await post(form)).body).errors.text).toBe("That was done already.");
    expect(await snapshot()).toBe(before);
  });
});

describe("two who act in the same instant", () => {
  it("claim with one winner, and the other learns who", async () => {
    for (let round = 1; round <= 12; round += 1) {
      const { ticket } = await recordInbound(bench.sql, bench.service.settings, mail());
      await bench.settle();
      const told = bench.slack.ephemerals().length;
      const id = ticket?.id ?? "";
      await Promise.all([
        post(clickPayload(ADA.id, { action_id: "ticket_claim", value: id })),
        post(clickPayload(BEA.id, { action_id: "ticket_claim", value: id })),
      ]);
      await waitUntil("both are told", () => bench.slack.ephemerals().length === told + 2);
      const said = bench.slack.ephemerals().slice(told);
      const winner = said.find((word) => word.text === `Ticket #${ticket?.number} is yours.`);
      const loser = said.find((word) => word !== winner);
      const name = winner?.user === ADA.id ? "Ada" : "Bea";
      expect(loser?.text).toBe(`${name} is working on ticket #${ticket?.number}.`);
      const [row] = await bench.sql`
        select u.slack_user_id as winner, (select count(*) from ticket_events e where e.ticket_id = t.id and type = 'claimed')
          as claims
        from tickets t join users u on u.id = t.assignee_id where t.id = ${id}`;
      expect(row).toEqual({ winner: winner?.user, claims: 1 });
    }
  });

  it("take a reply back once", async () => {
    const metadata = await openReply();
    await post(formPayload(ADA.id, "ticket_reply_form", metadata, text("Back, please.")));
    const [delivery] = await bench.sql<{ id: string }[]>`
      select d.id from deliveries d join messages m on m.id = d.message_id
      where d.ticket_id = ${ticketId} and m.kind = 'reply'`;
    const told = bench.slack.ephemerals().length;
    const value = delivery?.id ?? "";
    await Promise.all([
      post(clickPayload(ADA.id, { action_id: "ticket_reply_undo", value })),
      post(clickPayload(BEA.id, { action_id: "ticket_reply_undo", value })),
    ]);
    await waitUntil("both are told", () => bench.slack.ephemerals().length >= told + 2);
    const said = bench.slack
      .ephemerals()
      .slice(told)
      .map((word) => word.text);
    expect(said.filter((word) => word.includes("was taken back: nothing was sent"))).toHaveLength(1);
    expect(said.filter((word) => word.includes("was taken back already"))).toHaveLength(1);
    const undone =
      await bench.sql`select 1 from ticket_events where ticket_id = ${ticketId} and type = 'reply-undone'`;
    expect(undone).toHaveLength(1);
  });
});
