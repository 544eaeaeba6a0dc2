import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SlackPosition } from "../../src/core/delivery.ts";
import { AppError } from "../../src/core/errors.ts";
import {
  ADA,
  ADA_ACTOR,
  EVA,
  type SlackBench,
  sampleCard,
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
    expect(bench.actions.calls).toEqual([["claim", ADA_ACTOR, TICKET]]);
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
    const blocks = view.blocks as { type: string; text?: { type: string; text: string }; element?: object }[];
    const texts = blocks.flatMap(({ text }) => (text === undefined ? [] : [text]));
    expect(texts.map(({ text }) => text)).toEqual([
      "#1042 Printer <!channel> & co",
      "Channel: email\nRecipients: Eva <eva@example.com>; CC bob@example.com",
      "⚠️ It links to Slack.",
    ]);
    expect(new Set(texts.map(({ type }) => type))).toEqual(new Set(["plain_text"]));
    expect(blocks.at(-1)?.element).toMatchObject({
      multiline: true,
      initial_value: "Please try <b>again</b>.",
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

  it("hands the edited text to the desk, closes the form and passes its word on", async () => {
    const { id } = await openForm("ticket_reply");
    bench.actions.answer = async () => ({ ok: true, text: "It leaves in 20 seconds." });
    expect((await submit(id, "Hello <!channel>,\nall is well.")).body).toBe("");
    expect(bench.actions.calls.at(-1)).toEqual([
      "reply",
      ADA_ACTOR,
      TICKET,
      "Hello <!channel>,\nall is well.",
      id,
    ]);
    expect(bench.slack.openViews()).toEqual([]);
    expect(privateWords()).toEqual([toAda("It leaves in 20 seconds.")]);
  });

  it("keeps the form open with the reason where the desk refuses or fails, so that no text is lost", async () => {
    const { id } = await openForm("ticket_reply");
    bench.actions.answer = async () => ({ ok: false, text: "The ticket is closed." });
    const refused = JSON.parse((await submit(id, "Hello")).body);
    expect(refused).toEqual({ response_action: "errors", errors: { text: "The ticket is closed." } });
    bench.actions.answer = async () => {
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
    bench.actions.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 2_300));
      return { ok: false, text: "The ticket is closed." };
    };
    const startedAt = performance.now();
    expect(await submit(id, "Hello & bye")).toEqual({ status: 200, body: "" });
    expect(performance.now() - startedAt).toBeLessThan(2_900);
    await bench.channel.settled();
    expect(privateWords()).toEqual([toAda("The ticket is closed.\nYou wrote:\nHello &amp; bye")]);
  });
});

describe("Resolve…", () => {
  it("asks for a note first, and names the ticket", async () => {
    const { view } = await openForm("ticket_resolve");
    expect(JSON.stringify(view.blocks)).toContain("#1042 Printer on fire");
    expect(bench.actions.calls).toEqual([]);
  });

  it.each([
    ["", ""],
    [" It was the fuse. ", "It was the fuse."],
  ])("resolves with the note %j as %j", async (written, note) => {
    const { id } = await openForm("ticket_resolve");
    expect((await submit(id, written)).status).toBe(200);
    expect(bench.actions.calls).toEqual([["resolve", ADA_ACTOR, TICKET, note]]);
    expect(bench.slack.openViews()).toEqual([]);
  });
});
