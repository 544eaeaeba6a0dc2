import { describe, expect, it } from "vitest";
import { buildCard, buildReplyModal, buildResolveModal } from "../../src/channels/slack/blocks.ts";
import { findBlockProblems, findViewProblems } from "../../src/demo/slack-stand-in/block-limits.ts";
import { ADA, sampleCard } from "../helpers/slack.ts";

interface TextObject {
  type: "plain_text" | "mrkdwn";
  text: string;
  emoji?: boolean;
}

/** Every text object of the blocks, wherever it stands. */
function textsIn(value: unknown): TextObject[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== "object" || value === null) return [];
  const object = value as Partial<TextObject>;
  const own = object.type === "plain_text" || object.type === "mrkdwn" ? [object as TextObject] : [];
  return [...own, ...Object.values(value).flatMap(textsIn)];
}

const buttonsOf = (card: ReturnType<typeof buildCard>) =>
  textsIn(card.blocks.filter(({ type }) => type === "actions")).map(({ text }) => text);

const HOSTILE = "<!channel> <@U123> & *bold* `code` :tada: <https://evil.example|bank>";

describe("the card", () => {
  it("says what it is, how urgent, who has it and why, and how sure the triage is", () => {
    const text = textsIn(buildCard(sampleCard()).blocks)
      .map((object) => object.text)
      .join("\n");
    for (const part of [
      "#1042 Printer on fire",
      "*Priority*\n🔴 High",
      "*Category*\nHardware",
      `*Assigned to*\n<@${ADA.id}>`,
      "*Skills*\nPrinters, C++",
      "The printer on floor 3 burns.",
      "Call the fire brigade.",
      "Hardware: “printer on floor 3”",
      "A guess, which no words of the message prove: skills.",
      "From Eva by email, 1 message. Triaged by the local classifier, 62% sure; provisional",
      "Ada knows Printers and has the least to do.",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("shows what others wrote as written, and can ping nobody but the assignee", () => {
    const card = buildCard(
      sampleCard({
        title: HOSTILE,
        summary: HOSTILE,
        helpfulNotes: HOSTILE,
        category: HOSTILE,
        relatedSkills: [HOSTILE],
        requester: { name: HOSTILE, channel: "slack" },
        assignee: { name: HOSTILE, slackUserId: null },
        evidence: [{ field: "category", quote: HOSTILE, value: HOSTILE }],
        suspicious: [HOSTILE],
        whyAssignee: HOSTILE,
      }),
    );
    const texts = textsIn(card.blocks);
    const mrkdwn = [card.text, ...texts.filter(({ type }) => type === "mrkdwn").map(({ text }) => text)];
    for (const text of mrkdwn) expect(text).not.toMatch(/<[!@#h]/);
    const written = texts.filter(({ type, text }) => type === "plain_text" && text.includes("evil.example"));
    expect(written.length).toBeGreaterThanOrEqual(6);
    for (const { text, emoji } of written) {
      expect(text).toContain(HOSTILE);
      expect(emoji).toBe(false);
    }
  });

  it("mentions an assignee only by something that looks like a Slack id", () => {
    const assignee = { name: "Ada", slackUserId: "U1> <!channel" };
    expect(JSON.stringify(buildCard(sampleCard({ assignee })))).not.toContain("<!channel");
  });

  it("stays within Slack's limits, however much there is to say", () => {
    const much = "& long <line> ".repeat(3000);
    const card = buildCard(
      sampleCard({
        title: much,
        summary: much,
        helpfulNotes: much,
        whyAssignee: much,
        category: much,
        relatedSkills: Array.from({ length: 500 }, () => "<skill>"),
        evidence: Array.from({ length: 40 }, () => ({ field: "skills" as const, quote: much, value: much })),
        suspicious: [much, much],
        requester: { name: much, channel: "api" },
      }),
    );
    expect(findBlockProblems(card.blocks, "message")).toEqual([]);
    expect(card.text.length).toBeLessThanOrEqual(4000);
  });

  it("holds nothing empty where little is known", () => {
    const card = buildCard(
      sampleCard({
        title: "",
        summary: "",
        helpfulNotes: "",
        category: null,
        relatedSkills: [],
        confidence: null,
        source: null,
        evidence: [],
        guesses: [],
        assignee: null,
        whyAssignee: "",
      }),
    );
    expect(findBlockProblems(card.blocks, "message")).toEqual([]);
    const text = JSON.stringify(card.blocks);
    for (const part of ["(no title)", "nobody yet", "not yet known", "Not triaged yet"])
      expect(text).toContain(part);
  });

  it.each([
    ["open", ["Claim", "Reply…", "Resolve…"]],
    ["in_progress", ["Claim", "Reply…", "Resolve…"]],
    ["waiting", ["Claim", "Reply…", "Resolve…"]],
    ["resolved", ["Reply…"]],
    ["closed", []],
  ] as const)("offers on a ticket that is %s: %s", (status, buttons) => {
    expect(buttonsOf(buildCard(sampleCard({ status })))).toEqual(buttons);
  });

  it("drops control characters, which Slack refuses", () => {
    const card = buildCard(sampleCard({ title: "a\u0000b\u001bc", summary: "line 1\r\nline 2\tx" }));
    const texts = textsIn(card.blocks).map(({ text }) => text);
    expect(texts).toContain("#1042 abc");
    expect(texts).toContain("line 1\nline 2\tx");
  });
});

describe("the forms", () => {
  const form = {
    number: 1042,
    title: HOSTILE.repeat(50),
    suggestedReply: `${"Dear & all\n".repeat(500)}`,
    recipients: `${"somebody <a@example.com>, ".repeat(300)}`,
    channel: "email",
    warnings: Array.from({ length: 40 }, () => "w & w ".repeat(900)),
  };

  it("stay within Slack's limits", () => {
    expect(findViewProblems(buildReplyModal(form, "{}"))).toEqual([]);
    expect(findViewProblems(buildReplyModal({ ...form, suggestedReply: "", warnings: [] }, "{}"))).toEqual(
      [],
    );
    expect(findViewProblems(buildResolveModal(HOSTILE.repeat(90), "{}"))).toEqual([]);
    expect(findViewProblems(buildResolveModal("", "{}"))).toEqual([]);
  });

  it("hold no mrkdwn at all", () => {
    expect(textsIn(buildReplyModal(form, "{}").blocks).map(({ type }) => type)).not.toContain("mrkdwn");
  });
});
