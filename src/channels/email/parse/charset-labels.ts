/** Charset labels as mail writes them, to names that a decoder knows. */
import iconv from "iconv-lite";

/** Names seen in mail that the WHATWG Encoding Standard has no label for, or has for something narrower. */
const ALIASES: Readonly<Record<string, string>> = {
  cp932: "shift_jis",
  ms932: "shift_jis",
  "windows-932": "shift_jis",
  cp936: "gb18030",
  ms936: "gb18030",
  "windows-936": "gb18030",
  "euc-cn": "gb18030",
  gb: "gb18030",
  gb2312: "gb18030",
  "gb-2312": "gb18030",
  "gb2312-80": "gb18030",
  gbk: "gb18030",
  "x-gbk": "gb18030",
  gb18030: "gb18030",
  cp949: "euc-kr",
  ms949: "euc-kr",
  uhc: "euc-kr",
  "x-windows-949": "euc-kr",
  "ks_c_5601-1992": "euc-kr",
  "ksc5601-1987": "euc-kr",
  "5601": "euc-kr",
  korean: "euc-kr",
  johab: "euc-kr",
  cp950: "big5",
  ms950: "big5",
  "windows-950": "big5",
  "big-5": "big5",
  chinesebig5: "big5",
  "iso-2022-jp-ms": "iso-2022-jp",
  "iso-2022-jp-1": "iso-2022-jp",
  "iso-2022-jp-2": "iso-2022-jp",
  "iso-2022-jp-3": "iso-2022-jp",
  "iso-2022-jp-2004": "iso-2022-jp",
  "x-iso-2022-jp": "iso-2022-jp",
  iso2022jp: "iso-2022-jp",
  jis: "iso-2022-jp",
  cp50220: "iso-2022-jp",
  cp50221: "iso-2022-jp",
  "eucjp-ms": "euc-jp",
  cp51932: "euc-jp",
  "latin-1": "iso-8859-1",
  "latin-9": "iso-8859-15",
  "8859-1": "iso-8859-1",
  "8859_1": "iso-8859-1",
  ansi: "windows-1252",
  "ansi-1251": "windows-1251",
  "x-mac-roman": "macintosh",
  macroman: "macintosh",
  "mac-roman": "macintosh",
  "x-mac-ce": "maccenteuro",
  "x-mac-centraleurroman": "maccenteuro",
  "x-mac-croatian": "maccroatian",
  "x-mac-greek": "macgreek",
  "x-mac-icelandic": "maciceland",
  "x-mac-romanian": "macromania",
  "x-mac-turkish": "macturkish",
  "x-mac-thai": "macthai",
  "x-mac-cyrillic": "x-mac-cyrillic",
  thai: "windows-874",
  cp874: "windows-874",
  cp866: "ibm866",
  dos866: "ibm866",
  "koi8-ru": "koi8-u",
  utf7: "utf-7",
  "unicode-1-1-utf-7": "utf-7",
  "x-unicode-2-0-utf-7": "utf-7",
  csunicode11utf7: "utf-7",
  utf8mb4: "utf-8",
  "utf-8-mac": "utf-8",
  utf_8: "utf-8",
  utf16: "utf-16",
  "x-cp1250": "windows-1250",
  hz: "hz-gb-2312",
  "hz-gb2312": "hz-gb-2312",
};

/** Labels that say nothing: the sender's program did not know either. */
const UNKNOWN =
  /^(?:|unknown.*|x-unknown|default(?:_?charset)?|none|null|undefined|binary|x-user-defined|_?autodetect.*|auto|8-?bit|7-?bit|ansi_x3\.110.*|charset|us|x-undefined|replacement)$/;

/** What escapes or shifts announce: decoded by hand. */
export const ESCAPED_LABELS: ReadonlySet<string> = new Set([
  "utf-7",
  "iso-2022-jp",
  "iso-2022-kr",
  "iso-2022-cn",
  "iso-2022-cn-ext",
  "hz-gb-2312",
]);

/**
 * The name to decode by: a WHATWG encoding, one of `ESCAPED_LABELS`, a name of iconv-lite, or `us-ascii`, which stays
 * itself because it only says "7 bits". Null where the label names nothing known.
 */
export function normaliseLabel(declared: string | null): string | null {
  if (declared === null || declared.length > 100) return null;
  const cleaned = declared
    .toLowerCase()
    .replace(/["'\s<>]|=3d/g, "")
    .replace(/[*;,?].*$/, "")
    .replace(/^charset=/, "");
  const name =
    ALIASES[cleaned] ?? cleaned.replace(/^(?:cp|ms|win|windows|x-cp|ansi)[-_]?(125\d)$/, "windows-$1");
  if (UNKNOWN.test(name)) return null;
  if (ESCAPED_LABELS.has(name)) return name;
  if (/^(?:us-?|x-us-)?ascii(?:-?7|-us)?$|^ansi_x3\.4|^iso-?646|^646$/.test(name)) return "us-ascii";
  return findDecoder(name) ?? findDecoder(name.replace(/^(?:x|cs)-?/, "")) ?? findDecoder(tidyIso(name));
}

/** `iso8859-2`, `iso_8859_2`, `iso-8859-2-windows-latin-2` and `8859-2` all mean one. */
function tidyIso(name: string): string {
  return name.replace(/^(?:x-)?(?:iso[-_ ]?)?8859[-_ ]?(\d{1,2})(?:[-_:].*)?$/, "iso-8859-$1");
}

function findDecoder(name: string): string | null {
  if (ALIASES[name] !== undefined) return ALIASES[name];
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return iconv.encodingExists(name) && !/^(?:base64|hex|internal)/.test(name)
      ? name.replace(/[-_]/g, "")
      : null;
  }
}
