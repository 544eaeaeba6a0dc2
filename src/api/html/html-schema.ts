/** What is left of a mail's HTML where it is shown. What is not named here goes. */
import type { Schema } from "hast-util-sanitize";

const WORDS =
  "abbr b bdi bdo big br cite code del dfn em font i ins kbd mark nobr q s samp small span strike strong";
const BLOCKS =
  "address article aside blockquote caption center col colgroup dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 " +
  "header hr li main nav ol p pre section table tbody td tfoot th thead tr ul";

/** Elements that go with everything in them; of all others that are not allowed the words stay. */
export const DROPPED = new Set(
  (
    "applet area audio base basefont bgsound canvas dialog embed frame frameset head iframe input keygen link map math " +
    "menuitem meta noembed noframes noscript object optgroup option param picture plaintext portal script select " +
    "source style svg template textarea title track video xmp"
  ).split(" "),
);

export const SCHEMA: Schema = {
  tagNames: [...WORDS.split(" "), ...BLOCKS.split(" "), ..."a img sub sup time tt u var wbr".split(" ")],
  attributes: {
    "*": ["align", ["dir", "ltr", "rtl", "auto"], "lang", "style", "title"],
    a: ["href", "rel", "target"],
    blockquote: [["type", "cite"]],
    col: ["span", "width"],
    colgroup: ["span", "width"],
    font: ["color", "face", "size"],
    hr: ["size", "width"],
    img: ["alt", "dataOriginalSrc", "height", "loading", "referrerPolicy", "src", "width"],
    li: ["value"],
    ol: ["reversed", "start", ["type", "1", "a", "A", "i", "I"]],
    table: ["bgColor", "border", "cellPadding", "cellSpacing", "width"],
    td: ["bgColor", "colSpan", "height", "noWrap", "rowSpan", "vAlign", "width"],
    th: ["bgColor", "colSpan", "height", "noWrap", "rowSpan", "scope", "vAlign", "width"],
    tr: ["bgColor", "vAlign"],
  },
  // Addresses are judged in links.ts, by a parser of URLs: what comes here has passed.
  protocols: {},
  ancestors: {
    td: ["table"],
    th: ["table"],
    tr: ["table"],
    tbody: ["table"],
    thead: ["table"],
    tfoot: ["table"],
    caption: ["table"],
    col: ["table"],
    colgroup: ["table"],
    li: ["ol", "ul"],
  },
  strip: [...DROPPED],
  clobber: [],
  allowComments: false,
  allowDoctypes: false,
};
