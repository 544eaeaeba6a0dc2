/** CSS of a `style` attribute: colours, fonts, borders and measures of the box itself, and nothing that loads or moves. */

const LENGTH_MAX = 2_000;
const VALUE_LENGTH_MAX = 200;

const COLOUR = /^(?:#[0-9a-f]{3,8}|[a-z]{3,30}|(?:rgb|hsl)a?\([\d\s.,%/]{1,60}\))$/;
const MEASURE =
  /^(?:0|(?:\d{1,4}(?:\.\d{1,4})?|\.\d{1,4})(?:px|pt|em|rem|ex|ch|%|in|cm|mm|pc)?|auto|normal|none)$/;
const WORD = /^[a-z][a-z-]{1,30}$/;
const FAMILY = /^[\w\s,'"-]{1,200}$/;

const each = (pattern: RegExp) => (value: string) => splitValue(value).every((part) => pattern.test(part));
const border = (value: string) =>
  splitValue(value).every((part) => MEASURE.test(part) || WORD.test(part) || COLOUR.test(part));

const colour = each(COLOUR);
const measure = each(MEASURE);
const word = each(WORD);

/** Properties by name, each with what its value must be. `background` only as a colour: images are loads. */
const PROPERTIES: Readonly<Record<string, (value: string) => boolean>> = {
  background: colour,
  "background-color": colour,
  border,
  "border-bottom": border,
  "border-collapse": word,
  "border-color": colour,
  "border-left": border,
  "border-radius": measure,
  "border-right": border,
  "border-spacing": measure,
  "border-style": word,
  "border-top": border,
  "border-width": border,
  color: colour,
  direction: (value) => /^(?:ltr|rtl)$/.test(value),
  display: (value) => /^(?:none|block|inline|inline-block|list-item|table(?:-row|-cell)?)$/.test(value),
  "font-family": (value) => FAMILY.test(value),
  "font-size": (value) => MEASURE.test(value) || WORD.test(value),
  "font-style": word,
  "font-variant": word,
  "font-weight": (value) => WORD.test(value) || /^[1-9]00$/.test(value),
  height: measure,
  "letter-spacing": measure,
  "line-height": measure,
  "list-style-type": word,
  margin: measure,
  "margin-bottom": measure,
  "margin-left": measure,
  "margin-right": measure,
  "margin-top": measure,
  "max-width": measure,
  padding: measure,
  "padding-bottom": measure,
  "padding-left": measure,
  "padding-right": measure,
  "padding-top": measure,
  "text-align": word,
  "text-decoration": border,
  "text-indent": measure,
  "text-transform": word,
  "vertical-align": (value) => WORD.test(value) || MEASURE.test(value),
  "white-space": word,
  width: measure,
  "word-break": word,
  "word-wrap": word,
};

/** The declarations that are harmless, in their order; empty where none is. Anything escaped or commented goes. */
export function filterStyle(style: string): string {
  if (style.length > LENGTH_MAX || /[\\<>{}@]|\/\*/.test(style)) return "";
  return style
    .split(";")
    .flatMap((declaration) => {
      const colon = declaration.indexOf(":");
      const name = declaration.slice(0, colon).trim().toLowerCase();
      const value = declaration
        .slice(colon + 1)
        .replace(/!\s*important\s*$/i, "")
        .trim();
      const isAllowed = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
      const isHarmless =
        colon > 0 && value !== "" && value.length <= VALUE_LENGTH_MAX && isAllowed?.(value.toLowerCase());
      return isHarmless ? [`${name}: ${value}`] : [];
    })
    .join("; ");
}

/** `rgb(1, 2, 3)` is one part. */
function splitValue(value: string): string[] {
  return value
    .replace(/\s*,\s*/g, ",")
    .replace(/\(\s+|\s+\)/g, (match) => match.trim())
    .split(/\s+(?![^(]*\))/);
}
