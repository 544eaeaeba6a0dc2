import { describe, expect, it } from "vitest";
import { renderPage } from "../../scripts/pictures/page.ts";
import { buildPictures, NAMES } from "../../scripts/pictures/samples.ts";
import { renderText } from "../../scripts/pictures/text-html.ts";
import { buildCard } from "../../src/channels/slack/blocks/card.ts";
import { buildConversationModal } from "../../src/channels/slack/blocks/conversation-modal.ts";
import { buildDeclineModal } from "../../src/channels/slack/blocks/decline-modal.ts";
import { escapeMrkdwn } from "../../src/channels/slack/mrkdwn.ts";
import { createRandom, randomCard, randomConversation, randomDeclineForm } from "../helpers/random-desk.ts";
import { sampleCard } from "../helpers/slack.ts";

/** What a reader sees of the HTML. */
const seen = (html: string) =>
  html
    .replace(/<br>/g, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&")
    .replaceAll("\u2060", "");

const HOSTILE =
  '<!channel> <@U0MINA> & *b* &lt;b&gt; <script>alert("x")</script> <https://evil.example|bank>';

describe("the pictures", () => {
  it("show what somebody wrote as Slack would: as it was written", () => {
    const card = buildCard(sampleCard({ summary: HOSTILE }));
    const html = renderPage({ kind: "message", blocks: card.blocks }, NAMES);
    expect(seen(html)).toContain(HOSTILE);
    expect(html).not.toContain("<script");
  });

  it.each([
    ["<@U0MINA> & <#C0HELP>", "@Mina Okafor & #help"],
    ["*bold* _it_ ~gone~ `code`", "bold it gone code"],
    [escapeMrkdwn("<@U0MINA> & &amp;"), "<@U0MINA> & &amp;"],
    ["<!date^1795168820^{time_secs}|10:00:20 UTC>", "11:00:20"],
    ["<!here> <https://a.example/?b&amp;c|the page>", "@here the page"],
    ["2 * 3 * 4", "2 * 3 * 4"],
  ])("show mrkdwn %j as %j", (text, shown) => {
    expect(seen(renderText({ type: "mrkdwn", text }, NAMES))).toBe(shown);
  });

  it("decode in plain text the three entities that Slack decodes, and format nothing", () => {
    const html = renderText({ type: "plain_text", text: "*a* &lt;b&gt; &quot; <@U0MINA>" }, NAMES);
    expect(seen(html)).toBe("*a* <b> &quot; <@U0MINA>");
  });

  it("can be drawn of whatever the desk builds", () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const random = createRandom(seed);
      renderPage({ kind: "message", blocks: buildCard(randomCard(random)).blocks }, NAMES);
      for (const view of [
        buildConversationModal(randomConversation(random)),
        buildDeclineModal(randomDeclineForm(random), "{}"),
      ]) {
        renderPage({ kind: "modal", view: { title: view.title, blocks: view.blocks } }, NAMES);
      }
    }
    expect(Object.keys(buildPictures())).toEqual(expect.arrayContaining(["card", "reply-form", "app-home"]));
  });
});
