import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../../test/helpers/cpu-time.ts";
import { findForwardedSender } from "../../../core/reply-text/forward.ts";
import { trimReply } from "../../../core/reply-text.ts";
import { readHtml } from "./body.ts";
import { markHtmlQuotes } from "./html-quotes.ts";

const trimmed = (html: string, subject = "") => trimReply(readHtml(html), subject).textTrimmed;
const squeeze = (text: string) => text.replace(/\s+/g, " ").trim();

const WORDS = "<div>It works now.</div><div><br></div><div>Thanks,</div><div>Grace</div>";
const HEADER =
  'On Thu, Aug 8, 2019 at 10:12 AM Ada &lt;<a href="mailto:ada@example.com">ada@example.com</a>&gt; wrote:';
/** A language of which no rule for texts knows the words. */
const STRANGE_HEADER = "Zubo altmin tarak nune Ada Lovelace golandik";
const STRANGE_BLOCK =
  "<b>Kutoka:</b> Ada &lt;ada@example.com&gt;<br><b>Imetumwa:</b> Alhamisi 8 Agosti 2019 10:12<br><b>Kwa:</b> Support<br><b>Mada:</b> Printa";
const BLOCK =
  "<b>From:</b> Ada &lt;ada@example.com&gt;<br><b>Sent:</b> Thursday, August 8, 2019 10:12 AM<br><b>To:</b> Support<br><b>Subject:</b> Printer";
const QUOTE = "<div>Have you tried</div><div>turning it off?</div>";

const gmail = (header: string) =>
  `<div dir="ltr">${WORDS}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">${header}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">${QUOTE}</blockquote></div>`;
const thunderbird = (header: string) =>
  `<body><p>It works now.</p><p>Thanks,<br>Grace</p><div class="moz-cite-prefix">${header}<br></div><blockquote type="cite" cite="mid:1@example.com">${QUOTE}</blockquote></body>`;
const outlookWeb = (block: string) =>
  `<body><div class="elementToProof">${WORDS}</div><div id="appendonsend"></div><hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font face="Calibri">${block}</font><div>&nbsp;</div></div><div class="BodyFragment">${QUOTE}</div></body>`;
const outlookDesktop = (block: string) =>
  `<div class="WordSection1"><p class="MsoNormal">It works now.</p><p class="MsoNormal">Thanks,<br>Grace</p><div><div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in'><p class="MsoNormal">${block}</p></div></div><p class="MsoNormal">Have you tried turning it off?</p></div>`;
const outlookPhone = (block: string) =>
  `<div>${WORDS}</div><div id="ms-outlook-mobile-signature">Get <a href="https://aka.ms/o0ukef">Outlook for iOS</a></div><div id="mail-editor-reference-message-container"><div class="ms-outlook-mobile-reference-message skipProofing">${block}</div>${QUOTE}</div>`;

const roundcube = (header: string) =>
  `<p>It works now.</p><p>Thanks,<br>Grace</p><p id="reply-intro">${header}</p><blockquote type="cite" style="padding:0 0.4em">${QUOTE}</blockquote>`;

const MAILS: [string, string][] = [
  ["Roundcube", roundcube("On 2019-08-08 10:12, Ada Lovelace wrote:")],
  ["Roundcube, unknown language", roundcube(STRANGE_HEADER)],
  [
    "Foxmail, with its signature's line",
    `${WORDS}<div><br></div><hr style="width: 210px; height: 1px;" color="#b5c4df" size="1" align="left"><div>Grace Hopper</div><blockquote style="margin-top:0"><div>${BLOCK}</div>${QUOTE}</blockquote>`,
  ],
  ["Gmail", gmail(HEADER)],
  ["Gmail, unknown language", gmail(STRANGE_HEADER)],
  ["Gmail as Outlook passes it on", gmail(STRANGE_HEADER).replaceAll("gmail_", "x_gmail_")],
  ["Thunderbird", thunderbird("On 08/08/2019 10:12, Ada Lovelace wrote:")],
  ["Thunderbird, unknown language", thunderbird(STRANGE_HEADER)],
  ["Outlook on the web", outlookWeb(BLOCK)],
  ["Outlook on the web, unknown language", outlookWeb(STRANGE_BLOCK)],
  ["Outlook for Windows", outlookDesktop(BLOCK)],
  ["Outlook for Windows, unknown language", outlookDesktop(STRANGE_BLOCK)],
  ["Outlook on a phone", outlookPhone(BLOCK)],
  ["Outlook on a phone, unknown language", outlookPhone(STRANGE_BLOCK)],
  [
    "Apple Mail",
    `${WORDS}<div><br><blockquote type="cite"><div>On 8 Aug 2019, at 10:12, Ada &lt;ada@example.com&gt; wrote:</div><br>${QUOTE}</blockquote></div>`,
  ],
  [
    "Yahoo",
    `<div class="ydp1">${WORDS}</div><div id="ydp2yahoo_quoted_1" class="ydp2yahoo_quoted"><div><div>On Thursday, August 8, 2019, 10:12:01 AM GMT+2, Ada &lt;ada@example.com&gt; wrote: </div>${QUOTE}</div></div>`,
  ],
  [
    "Proton",
    `${WORDS}<div class="protonmail_quote">On Thursday, August 8th, 2019 at 10:12, Ada &lt;ada@example.com&gt; wrote:<br><blockquote class="protonmail_quote" type="cite">${QUOTE}</blockquote></div>`,
  ],
  [
    "Zoho",
    `${WORDS}<div class="zmail_extra"><div id="Zm-_Id_-Sgn1">---- On Thu, 08 Aug 2019 10:12:01 +0200 <b>Ada &lt;ada@example.com&gt;</b> wrote ----<br></div><blockquote>${QUOTE}</blockquote></div>`,
  ],
  [
    "Zimbra",
    `<div>${WORDS}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">${BLOCK}</div><div data-marker="__QUOTED_TEXT__">${QUOTE}</div>`,
  ],
  [
    "Hotmail, old",
    `${WORDS}<br><hr id="stopSpelling">Date: Thu, 8 Aug 2019 10:12:01 +0200<br>From: ada@example.com<br>To: support@example.com<br>Subject: Printer<br><br>${QUOTE}`,
  ],
  [
    "Outlook Express",
    `${WORDS}<blockquote style="border-left:#000000 2px solid"><div>----- Original Message ----- </div><div><b>From:</b> Ada</div><div><b>To:</b> Support</div>${QUOTE}</blockquote>`,
  ],
  ["Entourage", `${WORDS}<span id="OLK_SRC_BODY_SECTION"><div>${STRANGE_BLOCK}</div>${QUOTE}</span>`],
  [
    "mail.ru",
    `${WORDS}<blockquote style="border-left:1px solid #08C">Четверг, 8 августа 2019, 10:12 +03:00 от Ada &lt;ada@example.com&gt;:<br>${QUOTE}</blockquote>`,
  ],
  [
    "Yandex",
    `${WORDS}<div><br></div><div>08.08.2019, 10:12, "Ada" &lt;ada@example.com&gt;:</div><blockquote>${QUOTE}</blockquote>`,
  ],
  [
    "QQ",
    `${WORDS}<div style="font-size:12px">------------------&nbsp;原始邮件&nbsp;------------------</div><div style="background:#efefef"><div><b>发件人:</b>&nbsp;"Ada"&lt;ada@example.com&gt;;</div><div><b>发送时间:</b>&nbsp;2019年8月8日 10:12</div><div><b>收件人:</b>&nbsp;"Support";</div><div><b>主题:</b>&nbsp;Printer</div></div>${QUOTE}`,
  ],
  [
    "GMX and web.de",
    `${WORDS}<div name="quote" style="border-left:2px solid #C3D9E5"><div><b>Gesendet:</b>&nbsp;Donnerstag, 08. August 2019 um 10:12 Uhr<br><b>Von:</b>&nbsp;Ada &lt;ada@example.com&gt;<br><b>An:</b>&nbsp;Support<br><b>Betreff:</b>&nbsp;Drucker</div><div name="quoted-content">${QUOTE}</div></div>`,
  ],
  [
    "Samsung",
    `${WORDS}<div>-------- Original message --------</div><div>From: Ada &lt;ada@example.com&gt; </div><div>Date: 8/8/19 10:12 (GMT+01:00) </div><div>To: Support </div><div>Subject: Printer </div>${QUOTE}`,
  ],
  [
    "Lotus Notes",
    `${WORDS}<br><font color="#800080">Ada ---08/08/2019 10:12:01 AM---Have you tried</font><br><table><tr><td>From:</td><td>Ada &lt;ada@example.com&gt;</td></tr><tr><td>To:</td><td>Support</td></tr></table>${QUOTE}`,
  ],
];

describe("replies in HTML keep their new words and nothing of the quote", () => {
  it.each(MAILS)("%s", (_, html) => {
    expect(squeeze(trimmed(html))).toBe("It works now. Thanks, Grace");
  });
});

describe("what lies among the quotes stays", () => {
  it("answers between the quotes of Gmail", () => {
    const html = `<div class="gmail_quote"><div class="gmail_attr">${STRANGE_HEADER}</div><blockquote class="gmail_quote">Which printer?</blockquote><div>The one on floor 3.</div><blockquote class="gmail_quote">Since when?</blockquote><div>Monday.</div></div>`;
    const text = trimmed(html);
    expect(text).toContain("The one on floor 3.");
    expect(text).toContain("Monday.");
  });

  it("an answer under the quote of Thunderbird", () => {
    const html = `<div class="moz-cite-prefix">${STRANGE_HEADER}</div><blockquote type="cite">Shall I?</blockquote><p>Yes, do.</p>`;
    expect(trimmed(html)).toContain("Yes, do.");
  });

  it("what was forwarded, with its sender", () => {
    const gmailForward = `<div>See below.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>From: <strong>Carol</strong> &lt;carol@example.org&gt;<br>Date: Thu, Aug 8, 2019 at 10:12 AM<br>Subject: Order<br>To: &lt;ada@example.com&gt;<br></div><br>Where is it?</div>`;
    expect(trimmed(gmailForward)).toContain("Where is it?");
    expect(findForwardedSender(readHtml(gmailForward))?.address).toBe("carol@example.org");
    const outlook = outlookWeb(BLOCK);
    expect(trimmed(outlook, "FW: Printer")).toContain("turning it off?");
    expect(findForwardedSender(readHtml(outlook), "FW: Printer")?.address).toBe("ada@example.com");
  });

  it("a person's own rule and list under it", () => {
    const html =
      "<p>Our hours:</p><hr><p>Monday: 10:00<br>Tuesday: 11:30<br>Wednesday: closed</p><p>Is that right?</p>";
    expect(trimmed(html)).toContain("Is that right?");
  });
});

describe("markHtmlQuotes", () => {
  it("leaves HTML without quotes alone", () => {
    const html = '<div class="a" style="border-top: 1px solid red"><p id="b">words</p></div>';
    expect(markHtmlQuotes(html)).toBe(html);
  });

  it("leaves a header alone that the rules for texts know", () => {
    expect(markHtmlQuotes(gmail(HEADER))).toBe(gmail(HEADER));
    expect(markHtmlQuotes(gmail(STRANGE_HEADER))).not.toBe(gmail(STRANGE_HEADER));
  });

  it("puts one rule over one quote", () => {
    expect(markHtmlQuotes(outlookWeb(BLOCK)).split("_".repeat(32))).toHaveLength(2);
  });

  it.each([
    ["tags without an end", '<div class="gmail_attr" '.repeat(40_000)],
    ["headers that never close", '<div class="gmail_attr">'.repeat(40_000)],
    ["names without tags", '<div id="appendonsend"></div>'.repeat(30_000)],
    ["styles", `<div style="border-top:solid ${"a".repeat(100)}">`.repeat(7_000)],
    ["quotes that never close", `<div class="${"gmail ".repeat(150)}`.repeat(1_000)],
  ])("takes time in proportion to the length for %s", (_, html) => {
    markHtmlQuotes(html);
    const half = measureCpuMs(() => markHtmlQuotes(html.slice(0, html.length / 2)));
    const whole = measureCpuMs(() => markHtmlQuotes(html));
    expect(whole).toBeLessThan(Math.max(200, half * 4));
  });
});
