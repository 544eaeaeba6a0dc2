/** Plain text as the HTML part of a mail. */

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** The same words: paragraphs, line breaks, and leading spaces kept. No styles, no links but those that clients make. */
export function toHtml(text: string): string {
  const escaped = text.replace(/\r\n?/g, "\n").replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char);
  const paragraphs = escaped.trim().split(/\n{2,}/);
  const html = paragraphs.map((lines) => {
    const indented = lines.replace(/^ +/gm, (spaces) => "&nbsp;".repeat(spaces.length));
    return `<p>${indented.replace(/\n/g, "<br>\n")}</p>`;
  });
  return `<!doctype html>\n<html><body>\n${html.join("\n")}\n</body></html>\n`;
}
