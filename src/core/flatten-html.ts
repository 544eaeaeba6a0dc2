/** HTML that a converter of documents can read in linear time: nobody needs 200,000 elements inside one another. */

const DEPTH_MAX = 150;

/** Elements without an end, and those that the next of their kind ends: they do not nest by themselves. */
const NOT_NESTING = new Set(
  "area base br col embed hr img input link meta param source track wbr p li dd dt td th tr option thead tbody tfoot".split(
    " ",
  ),
);

/** Leaves out the tags, not the words, of everything that lies deeper than 150 elements. Linear. */
export function flattenHtml(html: string): string {
  const kept: string[] = [];
  let depth = 0;
  let from = 0;
  for (let open = html.indexOf("<"); open >= 0; open = html.indexOf("<", open + 1)) {
    const name = readTagName(html, open);
    if (name === "") continue;
    const close = html.indexOf(">", open);
    if (close < 0) break;
    if (NOT_NESTING.has(name)) continue;
    const isEnd = html.charCodeAt(open + 1) === 0x2f;
    const isTooDeep = isEnd ? depth > DEPTH_MAX : depth >= DEPTH_MAX;
    depth = isEnd ? Math.max(0, depth - 1) : depth + 1;
    if (isTooDeep) {
      kept.push(html.slice(from, open));
      from = close + 1;
    }
  }
  return kept.length === 0 ? html : kept.join("") + html.slice(from);
}

/** Lower-case name of the tag that begins at `<`, or "" where none does. */
function readTagName(html: string, open: number): string {
  const start = html.charCodeAt(open + 1) === 0x2f ? open + 2 : open + 1;
  return /^[a-z][a-z0-9]*/i.exec(html.slice(start, start + 20))?.[0].toLowerCase() ?? "";
}
