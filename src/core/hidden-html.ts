/**
 * What HTML holds and nobody sees: triage is to read what people read. Only what an element says of itself counts, its
 * style sheet does not; in doubt it is shown. Linear.
 */

const VOID = new Set("area base br col embed hr img input link meta param source track wbr".split(" "));
/** Elements that the next of their kind ends. */
const ENDED_BY_THE_NEXT = new Set("p li dd dt td th tr option".split(" "));
/** Elements whose beginning ends a paragraph. */
const BLOCKS = new Set(
  "p div table ul ol dl blockquote h1 h2 h3 h4 h5 h6 pre hr section article center".split(" "),
);
/** Elements of words, whose colours are those of the words. */
const TEXT_ELEMENTS = new Set("span font p b i u em strong small big li a".split(" "));
const DEPTH_MAX = 1000;
const FAR_OFF = 300;

export interface VisibleHtml {
  /** The same without the elements that nobody sees. */
  html: string;
  /** The words of those that stand behind visible ones; what comes before them is a preview line, as newsletters have. */
  hiddenWords: string;
}

/** As it is, where nothing visible would be left. */
export function dropHiddenHtml(html: string): VisibleHtml {
  const unchanged = { html, hiddenWords: "" };
  if (!/\s(?:style|color|text)\s*=|\shidden/iu.test(html)) return unchanged;
  const stack: string[] = [];
  const kept: string[] = [];
  const hidden: string[] = [];
  let hiddenAt = -1;
  let from = 0;
  let hasShown = false;
  const closeTo = (depth: number, position: number): void => {
    if (hiddenAt >= depth) {
      if (hasShown) hidden.push(html.slice(from, position));
      from = position;
      hiddenAt = -1;
    }
    stack.length = Math.min(stack.length, depth);
  };
  const show = (until: number): void => {
    const text = html.slice(from, until);
    kept.push(text);
    hasShown ||= /[\p{L}\p{N}]/u.test(stripTags(text));
    from = until;
  };
  for (let open = html.indexOf("<"); open >= 0; open = html.indexOf("<", open)) {
    const skipped = skipUnread(html, open);
    if (skipped > open) {
      open = skipped;
      continue;
    }
    const close = html.indexOf(">", open);
    if (close < 0) break;
    const tag = /^<(\/?)([a-z][a-z0-9:]*)/iu.exec(html.slice(open, open + 30));
    const name = tag?.[2]?.toLowerCase() ?? "";
    if (tag === null) {
      open += 1;
      continue;
    }
    if (tag[1] === "/") {
      const at = stack.lastIndexOf(name);
      if (at >= 0) closeTo(at, at <= hiddenAt ? (at === hiddenAt ? close + 1 : open) : open);
    } else {
      endBefore(stack, name, (depth) => closeTo(depth, open));
      if (!VOID.has(name) && !html.startsWith("/>", close - 1)) {
        if (stack.length >= DEPTH_MAX) return unchanged;
        const attributes = html.slice(open + 1 + name.length, close);
        stack.push(name);
        if (hiddenAt < 0 && isHidden(name, attributes, readLook(attributes))) {
          show(open);
          hiddenAt = stack.length - 1;
        }
      }
    }
    open = close + 1;
  }
  if (hiddenAt >= 0) closeTo(hiddenAt, html.length);
  show(html.length);
  if (!hasShown) return unchanged;
  return { html: kept.join(""), hiddenWords: hidden.map(stripTags).join(" ").replace(/\s+/gu, " ").trim() };
}

/** Where comments, style sheets and scripts that begin here end; else the same place. */
function skipUnread(html: string, open: number): number {
  if (html.startsWith("<!--", open)) return endOf(html, "-->", open + 4, 3);
  const start = html.slice(open, open + 8).toLowerCase();
  if (/^<style[\s>]/u.test(start)) return endOf(html, "</style", open, 0);
  if (/^<script[\s>]/u.test(start)) return endOf(html, "</script", open, 0);
  return open;
}

function endOf(html: string, mark: string, from: number, length: number): number {
  const at = html.indexOf(mark, from);
  return at < 0 ? html.length : at + length;
}

/** What the beginning of an element ends. */
function endBefore(stack: readonly string[], name: string, closeTo: (depth: number) => void): void {
  const top = stack.at(-1);
  if (top === undefined) return;
  if ((top === "p" && BLOCKS.has(name)) || (top === name && ENDED_BY_THE_NEXT.has(name))) {
    closeTo(stack.length - 1);
  }
}

interface Look {
  style: string;
  colour: string | null;
  /** Named by the element itself. */
  background: string | null;
}

function readLook(attributes: string): Look {
  const style = (
    /\sstyle\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/iu.exec(attributes)?.slice(1).find(Boolean) ?? ""
  )
    .toLowerCase()
    .replace(/&quot;/gu, "'")
    .replace(/\s*!important/gu, "")
    .replace(/\s+/gu, " ");
  const named = /\s(?:color|text)\s*=\s*["']?([#\w(),. ]+)/iu.exec(attributes)?.[1] ?? null;
  const ground = /\sbgcolor\s*=\s*["']?([#\w(),. ]+)/iu.exec(attributes)?.[1] ?? null;
  const colour = /(?:^|[;\s])color\s*:\s*([^;]+)/u.exec(style)?.[1] ?? named;
  const background = /(?:^|[;\s])background(?:-color|-image)?\s*:\s*([^;]+)/u.exec(style)?.[1] ?? ground;
  return {
    style,
    colour: colour === null ? null : readColour(colour),
    background: background === null ? null : readColour(background),
  };
}

/** One name for each way to write a colour; what is not understood, such as an image, as it is. */
function readColour(text: string): string {
  const colour = text.trim().toLowerCase();
  if (colour === "white") return "#ffffff";
  if (colour === "black") return "#000000";
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/u.exec(colour);
  if (short)
    return `#${short
      .slice(1)
      .map((digit) => digit + digit)
      .join("")}`;
  const rgb = /^rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/u.exec(colour);
  if (rgb)
    return `#${rgb
      .slice(1, 4)
      .map((part) => Number(part).toString(16).padStart(2, "0"))
      .join("")}`;
  return colour;
}

const HIDDEN_STYLES: readonly RegExp[] = [
  /(?:^|[;\s])display\s*:\s*none/u,
  /(?:^|[;\s])visibility\s*:\s*(?:hidden|collapse)/u,
  /(?:^|[;\s])opacity\s*:\s*(?:0(?:\.0\d*)?|\.0\d*)(?:[;\s]|$)/u,
  /(?:^|[;\s])font(?:-size)?\s*:\s*(?:0|[01](?:\.\d+)?(?:px|pt)|0(?:\.\d+)?(?:em|rem|%|in|cm|mm))(?:[;\s/]|$)/u,
  /(?:^|[;\s])transform\s*:\s*scale\(\s*0/u,
  /(?:^|[;\s])clip\s*:\s*rect\(\s*[01]?(?:px)?[\s,]+[01]?(?:px)?[\s,]+[01]?(?:px)?/u,
];

function isHidden(name: string, attributes: string, { style, colour, background }: Look): boolean {
  if (/(?:^|\s)hidden(?:\s*=\s*["']?(?:hidden|true|until-found)?["']?)?(?=[\s/]|$)/iu.test(attributes)) {
    return true;
  }
  if (HIDDEN_STYLES.some((hidden) => hidden.test(style))) return true;
  const isCut = /overflow(?:-[xy])?\s*:\s*hidden/u.test(style);
  if (isCut && /(?:^|[;\s])(?:max-)?(?:height|width)\s*:\s*[01](?:px|pt|em|%)?(?:[;\s]|$)/u.test(style))
    return true;
  const off = /(?:^|[;\s])(?:left|top|right|bottom|text-indent|margin-left|margin-top)\s*:\s*-(\d+)/u.exec(
    style,
  );
  if (off !== null && Number(off[1]) >= FAR_OFF) return true;
  // White on nothing may lie on a picture, and what is within a table may have colours of its own.
  if (!TEXT_ELEMENTS.has(name)) return false;
  return colour === "transparent" || (colour !== null && colour === background);
}

function stripTags(html: string): string {
  return html.replace(/<[^<>]*>/gu, " ");
}
