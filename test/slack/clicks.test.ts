import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fingerprintWarning } from "../../src/core/audience.ts";
import type { SlackPosition } from "../../src/core/delivery.ts";
import { AppError } from "../../src/core/errors.ts";
import {
  ADA,
  ADA_ACTOR,
  EVA,
  type SlackBench,
  sampleCard,
  sampleReplyForm,
  startSlackBench,
  TRIAGE,
} from "../helpers/slack.ts";

const TICKET = sampleCard().ticketId;

let bench: SlackBench;
let card: SlackPosition;
beforeEach(async () => {
  bench = await startSlackBench();
  card = await bench.channel.desk.putCard(sampleCard(), null, false);
});
afterEach(() => bench.close());

const click = (actionId: string, user = ADA.id) =>
  bench.slack.clickButton({ user, channel: card.channel, ts: card.ts, actionId });
const choose = (actionId: string, option: string, user = ADA.id) =>
  bench.slack.choose({ user, channel: card.channel, ts: card.ts, actionId, option });
const aKey = expect.stringMatching(/^click:.+/);
const submit = (viewId: string, value: string, user = ADA.id) =>
  bench.slack.submitView({ user, viewId, values: { text: { text: { value } } } });
const privateWords = () =>
  bench.slack.ephemerals().map(({ user, channel, text }) => ({ user, channel, text }));
const toAda = (text: string) => ({ user: ADA.id, channel: TRIAGE, text });

async function openForm(actionId: string) {
  await click(actionId);
  const [view] = bench.slack.openViews();
  if (view === undefined) throw new Error("No form was opened.");
  return view;
}

describe("Claim", () => {
  it("asks the desk once, as the moderator who clicked", async () => {
    expect((await click("ticket_claim")).status).toBe(200);
    expect(bench.actions.calls).toEqual([["claim", ADA_ACTOR, TICKET, aKey]]);
    expect(privateWords()).toEqual([]);
  });

  it("tells the clicker privately who was first", async () => {
    bench.actions.answer = async () => ({ ok: false, text: "Ada <@U1> has claimed it already." });
    await click("ticket_claim");
    expect(privateWords()).toEqual([toAda("Ada &lt;@U1&gt; has claimed it already.")]);
  });

  it("refuses everybody but moderators and admins, privately, and does nothing", async () => {
    expect((await click("ticket_claim", EVA.id)).status).toBe(200);
    expect(bench.actions.calls).toEqual([]);
    expect(privateWords()).toEqual([
      { user: EVA.id, channel: TRIAGE, text: expect.stringContaining("Only moderators and admins") },
    ]);
    expect(bench.slack.messages(TRIAGE)).toHaveLength(1);
  });

  it.each([
    [new AppError("unavailable", "The database is away."), "The database is away. Please try again."],
    [new AppError("internal", "secret detail"), "Something went wrong on our side."],
    [new Error("secret detail"), "Something went wrong on our side. Please try again."],
  ])("tells the clicker when it fails: %s", async (error, sentence) => {
    bench.actions.answer = async () => {
      throw error;
    };
    expect((await click("ticket_claim")).status).toBe(200);
    expect(privateWords()).toEqual([toAda(sentence)]);
  });

  it("writes directly where the private word cannot be placed in the channel", async () => {
    bench.actions.answer = async () => ({ ok: false, text: "Too late." });
    bench.slack.failNext({ method: "chat.postEphemeral", kind: "error", error: "user_not_in_channel" });
    await click("ticket_claim");
    expect(bench.slack.messages(bench.slack.directChannel(ADA.id)).map(({ text }) => text)).toEqual([
      "Too late.",
    ]);
  });
});

describe("Reply…", () => {
  it("opens a form with the suggested answer and the exact recipients, shown as written", async () => {
    const { view } = await openForm("ticket_reply");
    expect(bench.actions.calls).toEqual([["loadReplyForm", ADA_ACTOR, TICKET]]);
    const texts = JSON.stringify(view.blocks);
    for (const part of [
      "#1042 Printer <!channel> & co",
      "To: Eva <eva@example.com>",
      "CC: bob@example.com",
      "⚠️ It links to Slack.",
      "It <!channel> burns & smells.",
      '"initial_value":"Please try <b>again</b>."',
    ]) {
      expect(texts).toContain(part);
    }
    expect(JSON.parse(String(view.private_metadata))).toEqual({
      ticketId: sampleReplyForm().ticketId,
      channel: TRIAGE,
      shown: {
        audienceKey: "audience-1",
        latestMessageId: "message-1",
        warnings: [fingerprintWarning("It links to Slack.")],
      },
    });
  });

  it("opens nothing for others", async () => {
    await click("ticket_reply", EVA.id);
    expect(bench.slack.openViews()).toEqual([]);
    expect(bench.actions.calls).toEqual([]);
    expect(privateWords()).toHaveLength(1);
  });

  it("says so where the ticket is gone or the form cannot be opened", async () => {
    bench.actions.loadReplyForm = async () => {
      throw new AppError("not_found", "That ticket does not exist.");
    };
    await click("ticket_reply");
    expect(privateWords()).toEqual([toAda("That ticket does not exist.")]);
    bench.slack.failNext({ method: "views.open", kind: "error", error: "expired_trigger_id" });
    await click("ticket_resolve");
    expect(privateWords()[1]?.text).toContain("It took too long to open the form. Please click again.");
  });

  it("hands the edited text to the desk with what was seen, closes the form and offers Undo", async () => {
    const { id } = await openForm("ticket_reply");
    bench.actions.replyAnswer = async () => ({
      state: "queued",
      number: 1042,
      deliveryId: "delivery-1",
      undoSeconds: 20,
    });
    expect((await submit(id, "Hello <!channel>,\nall is well.")).body).toBe("");
    expect(bench.actions.calls.at(-1)).toEqual([
      "reply",
      ADA_ACTOR,
      sampleReplyForm().ticketId,
      "Hello <!channel>,\nall is well.",
      {
        audienceKey: "audience-1",
        latestMessageId: "message-1",
        warnings: [fingerprintWarning("It links to Slack.")],
      },
      `form:${id}`,
    ]);
    expect(bench.slack.openViews()).toEqual([]);
    const [word] = bench.slack.ephemerals();
    expect(word).toMatchObject({ user: ADA.id, text: "Your reply on ticket #1042 leaves in 20 seconds." });
    bench.actions.calls.length = 0;
    await bench.slack.clickEphemeral({ user: ADA.id, ts: word?.ts ?? "", actionId: "ticket_reply_undo" });
    expect(bench.actions.calls.map(([name, , id]) => [name, id])).toEqual([
      ["undoReply", "delivery-1"],
      ["loadReplyForm", sampleReplyForm().ticketId],
    ]);
    expect(bench.slack.openViews()).toHaveLength(1);
  });

  it("says in the word after Send that nobody is told, where that is so", async () => {
    const { id } = await openForm("ticket_reply");
    const note = "Nobody is told: its requester reads it.";
    bench.actions.replyAnswer = async () => ({
      ...{ state: "queued", number: 1042, deliveryId: null, undoSeconds: 0, hold: null, note },
    });
    await submit(id, "All is well.");
    expect(bench.slack.ephemerals()).toMatchObject([
      { user: ADA.id, text: `Your reply stands on ticket #1042. ${note}` },
    ]);
  });

  it("gives the text back by a private word where the form cannot be opened after an undo", async () => {
    card = await bench.channel.desk.putCard(
      sampleCard({ pendingReply: { deliveryId: "d-1", authorName: "Ada", leavesAt: new Date() } }),
      card,
      false,
    );
    bench.slack.failNext({ method: "views.open", kind: "error", error: "expired_trigger_id" });
    await click("ticket_reply_undo");
    expect(privateWords().at(-1)?.text).toContain("Reply… shows the text again:\nTaken back.");
  });

  it("shows what is new instead of sending, and sends on the second press", async () => {
    const { id } = await openForm("ticket_reply");
    const form = sampleReplyForm({
      warnings: ["A new message has arrived."],
      audience: { to: ["Eve <eve@x.example>"], cc: [], slackChannel: null, key: "audience-2" },
    });
    bench.actions.replyAnswer = async () => ({ state: "confirm", form });
    const answer = JSON.parse((await submit(id, "My words")).body);
    expect(answer.response_action).toBe("update");
    const shown = JSON.stringify(answer.view.blocks);
    for (const part of ["Not sent yet.", "A new message has arrived.", "eve@x.example", "My words"]) {
      expect(shown).toContain(part);
    }
    bench.actions.replyAnswer = async () => ({
      state: "queued",
      number: 1042,
      deliveryId: null,
      undoSeconds: 0,
    });
    expect((await submit(id, "My words")).body).toBe("");
    expect(bench.actions.calls.at(-1)?.[4]).toEqual({
      audienceKey: "audience-2",
      latestMessageId: "message-1",
      warnings: [fingerprintWarning("A new message has arrived.")],
    });
  });

  it("tells the sender of a reply that cannot leave that it is kept, and what to do", async () => {
    const { id } = await openForm("ticket_reply");
    const hold = "Mail out is off: set SMTP_URL.";
    bench.actions.replyAnswer = async () => ({
      state: "queued",
      number: 1042,
      deliveryId: "d-1",
      undoSeconds: 20,
      hold,
    });
    await submit(id, "My words");
    expect(privateWords()).toEqual([toAda(`Your reply on ticket #1042 has not left. ${hold}`)]);
  });

  it("keeps the form open with the reason where the desk refuses or fails, so that no text is lost", async () => {
    const { id } = await openForm("ticket_reply");
    bench.actions.replyAnswer = async () => ({ state: "refused", text: "The ticket is closed." });
    const refused = JSON.parse((await submit(id, "Hello")).body);
    expect(refused).toEqual({ response_action: "errors", errors: { text: "The ticket is closed." } });
    bench.actions.replyAnswer = async () => {
      throw new AppError("unavailable", "The database is away.");
    };
    const failed = JSON.parse((await submit(id, "Hello")).body);
    expect(failed.errors.text).toBe("The database is away. Please try again.");
    expect(bench.slack.openViews()).toHaveLength(1);
  });

  it("refuses blank text and people who are no moderators any more", async () => {
    const { id } = await openForm("ticket_reply");
    expect(JSON.parse((await submit(id, "  \n ")).body).errors.text).toBe("Please write something.");
    bench.actions.resolveActor = async () => null;
    expect(JSON.parse((await submit(id, "Hello")).body).errors.text).toContain("Only moderators and admins");
    expect(bench.actions.calls.filter(([name]) => name === "reply")).toEqual([]);
  });

  it("answers Slack in time when the desk is slow, and then tells what came of it with the text", async () => {
    const { id } = await openForm("ticket_reply");
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    bench.actions.replyAnswer = async () => {
      await slow;
      return { state: "refused", text: "The ticket is closed." };
    };
    // Slack is answered while the desk is still at it.
    expect(await submit(id, "Hello & bye")).toEqual({ status: 200, body: "" });
    finish();
    await bench.channel.settled();
    expect(privateWords()).toEqual([toAda("The ticket is closed.\nYou wrote:\nHello &amp; bye")]);
  });
});

describe("Resolve…", () => {
  it("asks for a note first, and names the ticket", async () => {
    const { view } = await openForm("ticket_resolve");
    expect(JSON.stringify(view.blocks)).toContain("#1042 Printer & co");
    expect(bench.actions.calls).toEqual([["loadResolveForm", ADA_ACTOR, TICKET]]);
  });

  it.each([
    ["", ""],
    [" It was the fuse. ", "It was the fuse."],
  ])("resolves with the note %j as %j", async (written, note) => {
    const { id } = await openForm("ticket_resolve");
    expect((await submit(id, written)).status).toBe(200);
    expect(bench.actions.calls.at(-1)).toEqual(["resolve", ADA_ACTOR, TICKET, note, `form:${id}`]);
    expect(bench.slack.openViews()).toEqual([]);
  });
});

describe("labels", () => {
  it("are corrected by a choice on the card", async () => {
    expect((await choose("ticket_priority", "low")).status).toBe(200);
    expect((await choose("ticket_category", "Software & licences")).status).toBe(200);
    expect(bench.actions.calls).toEqual([
      ["changePriority", ADA_ACTOR, TICKET, "low", aKey],
      ["changeCategory", ADA_ACTOR, TICKET, "Software & licences", aKey],
    ]);
    expect(privateWords()).toEqual([]);
  });

  it("stay as they are for everybody else, who is told so privately", async () => {
    await choose("ticket_priority", "low", EVA.id);
    await choose("ticket_category", "Hardware", EVA.id);
    expect(bench.actions.calls).toEqual([]);
    expect(privateWords().map(({ user }) => user)).toEqual([EVA.id, EVA.id]);
  });
});

describe("Assign…", () => {
  it("offers people by fit and load, and hands the choice to the desk", async () => {
    const { id, view } = await openForm("ticket_assign");
    expect(JSON.stringify(view.blocks)).toContain("Ada · 1/2 skills · 3/10 open");
    const values = { choice: { choice: { value: "user-ada" } } };
    expect((await bench.slack.submitView({ user: ADA.id, viewId: id, values })).body).toBe("");
    expect(bench.actions.calls.at(-1)).toEqual(["assign", ADA_ACTOR, TICKET, "user-ada", `form:${id}`]);
  });

  it("keeps the form open with the desk's refusal", async () => {
    const { id } = await openForm("ticket_assign");
    bench.actions.answer = async () => ({ ok: false, text: "That person has left." });
    const values = { choice: { choice: { value: "user-ada" } } };
    const answer = await bench.slack.submitView({ user: ADA.id, viewId: id, values });
    expect(JSON.parse(answer.body).errors).toEqual({ choice: "That person has left." });
  });
});

describe("Not mine…", () => {
  it("asks why, and hands reason and words to the desk", async () => {
    const { id, view } = await openForm("ticket_decline");
    expect(JSON.stringify(view.blocks)).toContain("take off your profile: Printers");
    const values = {
      choice: { choice: { value: "skill" } },
      text: { text: { value: " I only know toner. " } },
    };
    await bench.slack.submitView({ user: ADA.id, viewId: id, values });
    expect(bench.actions.calls.at(-1)).toEqual([
      "decline",
      ADA_ACTOR,
      TICKET,
      { reason: "skill", note: "I only know toner." },
      `form:${id}`,
    ]);
  });
});

describe("Reopen and Read…", () => {
  it("reopen the ticket, and show the conversation", async () => {
    card = await bench.channel.desk.putCard(sampleCard({ status: "resolved" }), card, false);
    bench.actions.answer = async () => ({ ok: true, text: "Ticket #1042 is open again." });
    await click("ticket_reopen");
    await click("ticket_read");
    expect(bench.actions.calls.map(([name]) => name)).toEqual(["reopen", "loadConversation"]);
    expect(privateWords()).toEqual([toAda("Ticket #1042 is open again.")]);
    expect(bench.slack.openViews()[0]?.view.title).toMatchObject({ text: "Conversation" });
  });
});

describe("a proposed change of skills", () => {
  const proposal = {
    proposalId: "p-1",
    personName: "Ada & co",
    skill: "Printers",
    ticketNumber: 1042,
    ticketTitle: "x",
    note: "",
  };

  it("is asked in a direct message, and loses its buttons once it is decided", async () => {
    await bench.channel.desk.postSkillProposal(proposal, ADA.id);
    const direct = bench.slack.directChannel(ADA.id);
    const [question] = bench.slack.messages(direct);
    bench.actions.answer = async () => ({ ok: true, text: "Accepted by Ada." });
    await bench.slack.clickButton({
      user: ADA.id,
      channel: direct,
      ts: question?.ts ?? "",
      actionId: "skill_proposal_accept",
    });
    expect(bench.actions.calls).toEqual([["decideSkillProposal", ADA_ACTOR, "p-1", true]]);
    const [after] = bench.slack.messages(direct);
    expect(after?.text).toBe("Accepted by Ada.");
    expect(JSON.stringify(after?.blocks)).not.toContain("button");
    expect(JSON.stringify(after?.blocks)).toContain("Ada & co says of ticket #1042");
  });

  it("keeps its buttons for who may decide, where somebody else clicks", async () => {
    await bench.channel.desk.postSkillProposal(proposal, null);
    bench.actions.answer = async () => ({ ok: false, text: "Only an admin decides about skills." });
    const question = bench.slack.messages(TRIAGE).at(-1);
    await bench.slack.clickButton({
      user: ADA.id,
      channel: TRIAGE,
      ts: question?.ts ?? "",
      actionId: "skill_proposal_ignore",
    });
    expect(privateWords()).toEqual([toAda("Only an admin decides about skills.")]);
    expect(JSON.stringify(bench.slack.messages(TRIAGE).at(-1)?.blocks)).toContain("button");
  });
});

describe("App Home", () => {
  it("tells the desk who opened it", async () => {
    await bench.slack.openHome(EVA.id);
    expect(bench.actions.calls).toEqual([
      ["openHome", { slackUserId: EVA.id, team: "T0STANDIN", name: "Eva", email: EVA.email }],
    ]);
    expect(bench.slack.attempts().map(({ status }) => status)).toEqual([200]);
  });

  it("goes away and comes back by its switch, for staff only", async () => {
    const home = {
      kind: "staff",
      name: "Ada",
      away: false,
      load: 1,
      capacity: 5,
      waitsOnMe: [],
      mine: [],
      unassigned: [],
      unassignedCount: 0,
    } as const;
    const staffHome = { ...home, waitsOnMe: [], mine: [], unassigned: [] };
    await bench.channel.desk.publishHome(ADA.id, staffHome);
    await bench.slack.clickHome({ user: ADA.id, actionId: "home_away", value: "away" });
    await bench.slack.clickHome({ user: ADA.id, actionId: "home_hand_over", value: "hand-over" });
    await bench.channel.desk.publishHome(ADA.id, { ...staffHome, away: true });
    await bench.slack.clickHome({ user: ADA.id, actionId: "home_back", value: "back" });
    expect(bench.actions.calls).toEqual([
      ["setAway", ADA_ACTOR, true, aKey],
      ["setAway", ADA_ACTOR, true, aKey, true],
      ["setAway", ADA_ACTOR, false, aKey],
    ]);
    await bench.channel.desk.publishHome(EVA.id, staffHome);
    await bench.slack.clickHome({ user: EVA.id, actionId: "home_away", value: "away" });
    expect(bench.actions.calls).toHaveLength(3);
    // Nobody looks at a channel in App Home: the word comes as a direct message.
    const word = bench.slack.messages(bench.slack.directChannel(EVA.id)).at(-1);
    expect(word?.text).toContain("Only moderators and admins");
  });
});
