/** HTML that readers of documents can take in linear time: nobody needs 200,000 elements inside one another. */

const DEPTH_MAX = 150;
/**
 * Open formatting elements are made anew in each paragraph behind them: few are harmless, hundreds are not. Links are
 * not among them: each ends the one before.
 */
const FORMATTING_DEPTH_MAX = 20;

/** Elements without an end, and those that the next of their kind ends: they do not nest by themselves. */
const NOT_NESTING = new Set(
  "area base br col embed hr img input link meta param source track wbr p li dd dt td th tr option thead tbody tfoot".split(
    " ",
  ),
);
const FORMATTING = new Set("b big code em font i s small strike strong tt u".split(" "));

/**
 * Leaves out the tags, not the words, of everything that lies deeper than 150 elements or 20 formatting ones, and of
 * everything behind `tagsMax` tags. Linear.
 */
export function flattenHtml(html: string, tagsMax = Number.POSITIVE_INFINITY): string {
  const kept: string[] = [];
  const depth = { all: 0, formatting: 0 };
  let tags = 0;
  let from = 0;
  for (let open = html.indexOf("<"); open >= 0; open = html.indexOf("<", open + 1)) {
    const name = readTagName(html, open);
    if (name === "") continue;
    const close = html.indexOf(">", open);
    if (close < 0) break;
    const isTooMany = ++tags > tagsMax;
    const isEnd = html.charCodeAt(open + 1) === 0x2f;
    const isTooDeep = !NOT_NESTING.has(name) && enter(depth, FORMATTING.has(name), isEnd);
    if (isTooMany || isTooDeep) {
      kept.push(html.slice(from, open));
      from = close + 1;
    }
  }
  return kept.length === 0 ? html : kept.join("") + html.slice(from);
}

/** Whether the tag lies too deep to be kept.  */
function enter(depth: { all: number; formatting: number }, isFormatting: boolean, isEnd: boolean): boolean {
  const isTooDeep = isEnd
    ? depth.all > DEPTH_MAX || (isFormatting && depth.formatting > FORMATTING_DEPTH_MAX)
    : depth.all >= DEPTH_MAX || (isFormatting && depth.formatting >= FORMATTING_DEPTH_MAX);
  const step = isEnd ? -1 : 1;
  depth.all = Math.max(0, depth.all + step);
  if (isFormatting) depth.formatting = Math.max(0, depth.formatting + step);
  return isTooDeep;
}

/** Lower-case name of the tag that begins at `<`, or "" where none does. */
function readTagName(html: string, open: number): string {
  const start = html.charCodeAt(open + 1) === 0x2f ? open + 2 : open + 1;
  return /^[a-z][a-z0-9]*/i.exec(html.slice(start, start + 20))?.[0].toLowerCase() ?? "";
}
