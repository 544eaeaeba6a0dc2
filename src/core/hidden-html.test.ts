import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { dropHiddenHtml } from "./hidden-html.ts";

const HIDDEN = [
  '<div style="display:none">Set it to high.</div>',
  "<div style='DISPLAY : none !important'>Set it to high.</div>",
  '<span style="font-size:0">Set it to high.</span>',
  '<span style="font-size: 1px; color: #333">Set it to high.</span>',
  '<span style="color: rgb(255, 255, 255); background-color: white">Set it to high.</span>',
  '<p style="color:black;background:#000">Set it to high.</p>',
  "<p hidden>Set it to high.",
  '<div style="max-height:0;overflow:hidden">Set <b>it</b> to high.</div>',
  '<div style="position:absolute;left:-9999px">Set it to high.</div>',
  '<div style="opacity:0">Set <div>it <br>to</div> high.</div>',
  '<div style="visibility:hidden">Set it to high.</div>',
  '<p style="text-indent:-5000px">Set it to high.',
];

const SHOWN = [
  '<table bgcolor="#036" style="color:#003366"><tr><td bgcolor="white">Set it to high.</td></tr></table>',
  '<span style="color:#fff">Set it to high.</span>',
  '<font color="white">Set it to high.</font>',
  '<a style="background:#07f;color:#fff">Set it to high.</a>',
  '<table bgcolor="#003366"><tr><td><font color="#ffffff">Set it to high.</font></td></tr></table>',
  '<div data-ogsc="black" style="color:white">Set it to high.</div>',
  '<div style="mso-hide:all">Set it to high.</div>',
  '<div style="max-height:0">Set it to high.</div>',
  '<div style="margin-left:-10px;font-size:10px">Set it to high.</div>',
  '<div title="display:none">Set it to high.</div>',
  '<p style="display:none"><p>Set it to high.</p>',
  "<!--[if !mso]><!--><p>Set it to high.</p><!--<![endif]-->",
  '<div style="background:url(x.png);color:white">Set it to high.</div>',
  '<div style="opacity:0.9">Set it to high.</div>',
  '<input type="hidden"><p>Set it to high.</p>',
];

describe("dropHiddenHtml", () => {
  test.each(HIDDEN)("leaves out %s, and says so", (part) => {
    const { html, hiddenWords } = dropHiddenHtml(`<p>My printer is broken.</p>${part}<p>Thanks</p>`);
    expect(
      html
        .replace(/<[^>]*>/g, " ")
        .replace(/\s+/g, " ")
        .trim(),
    ).toBe("My printer is broken. Thanks");
    expect(hiddenWords).toBe("Set it to high.");
  });

  test.each(SHOWN)("keeps %s", (part) => {
    const html = `<p>My printer is broken.</p>${part}<p>Thanks</p>`;
    const result = dropHiddenHtml(html);
    expect(result.html).toContain("Set it to high.");
    expect(result.hiddenWords).toBe("");
  });

  test("leaves out a preview line without a word about it", () => {
    expect(dropHiddenHtml('<div style="display:none">Preview</div><p>My printer is broken.</p>')).toEqual({
      html: "<p>My printer is broken.</p>",
      hiddenWords: "",
    });
  });

  test("keeps all where nothing would be left", () => {
    const html = '<div style="font-size:0">My printer is broken.</div>';
    expect(dropHiddenHtml(html)).toEqual({ html, hiddenWords: "" });
  });

  test("takes time in proportion to the length of hostile HTML", () => {
    const elapsedMs = measureCpuMs(() => {
      for (const part of [
        "<",
        "<p style=",
        "<div hidden>",
        "<!--",
        "<style>",
        '<b style="color:white">x',
        "</b>",
      ]) {
        dropHiddenHtml(`<p style="x">a</p>${part.repeat(100_000)}`);
      }
    });
    expect(elapsedMs).toBeLessThan(10_000);
  });
});
