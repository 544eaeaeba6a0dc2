/** Words that are there for a machine and not for people: hidden signs, look-alike letters, encodings. */

/** Letters of other alphabets that look like Latin ones, as they are used to get past word lists. */
const LOOK_ALIKES = new Map<string, string>(
  [
    ["аạąȧɑα", "a"],
    ["ЬƄв", "b"],
    ["сϲⅽᴄ", "c"],
    ["ԁⅾ", "d"],
    ["еҽєẹёε", "e"],
    ["ɡց", "g"],
    ["һհ", "h"],
    ["іıɩⅰӏι", "i"],
    ["јϳ", "j"],
    ["κк", "k"],
    ["ⅼ", "l"],
    ["мⅿ", "m"],
    ["ոпη", "n"],
    ["оοօσ", "o"],
    ["рρ", "p"],
    ["ԛ", "q"],
    ["гᴦ", "r"],
    ["ѕꜱ", "s"],
    ["тτ", "t"],
    ["υսц", "u"],
    ["ѵνᴠ", "v"],
    ["ԝѡω", "w"],
    ["хχ", "x"],
    ["уүγ", "y"],
    ["ᴢ", "z"],
  ].flatMap(([others = "", latin = ""]) => Array.from(others, (other): [string, string] => [other, latin])),
);
const LEET = new Map(
  Object.entries({ 0: "o", 1: "i", 3: "e", 4: "a", 5: "s", 7: "t", "@": "a", $: "s", "!": "i" }),
);

/** Variation selectors in a row carry bytes; one alone only chooses how an emoji looks. */
const SELECTORS = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]{2,}/gu;

/** The text as people see it: compatibility forms folded, invisible signs and stacked marks away. */
export function readVisible(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Cf}+/gu, "")
    .replace(SELECTORS, "")
    .replace(/\u034f|\u115f|\u1160|\u3164|\uffa0/gu, "")
    .replace(/(\p{M})\p{M}{2,}/gu, "$1");
}

/**
 * What invisible signs spell: tag characters (U+E0000), bytes in variation selectors, bits in zero-width signs. Only
 * what has words in it; the flags among emoji, which are made of tags, have none.
 */
export function readHidden(text: string): string[] {
  const tags = [...text.matchAll(/[\u{e0020}-\u{e007e}]{8,}/gu)].map(([run]) =>
    String.fromCharCode(...Array.from(run, (sign) => (sign.codePointAt(0) ?? 0) - 0xe0000)),
  );
  const selectors = [...text.matchAll(SELECTORS)].map(([run]) =>
    decodeUtf8(Array.from(run, (sign) => selectorByte(sign.codePointAt(0) ?? 0))),
  );
  const bits = [...text.matchAll(/[\u200b-\u200f\u2060-\u2064\ufeff\u180e]{32,}/gu)].flatMap(([run]) =>
    readBits(run),
  );
  return [...tags, ...selectors, ...bits].filter(isReadable);
}

function selectorByte(code: number): number {
  return code <= 0xfe0f ? code - 0xfe00 : code - 0xe0100 + 16;
}

/** Two different signs are 0 and 1, whichever way round. */
function readBits(run: string): string[] {
  const [zero, one] = [...new Set(run)];
  if (zero === undefined || one === undefined) return [];
  return [zero, one].map((isOne) => {
    const digits = Array.from(run, (sign) => (sign === isOne ? "1" : "0")).join("");
    const bytes = (digits.match(/.{8}/gu) ?? []).map((byte) => Number.parseInt(byte, 2));
    return decodeUtf8(bytes);
  });
}

const ENCODED: readonly { pattern: RegExp; decode: (run: string) => string }[] = [
  { pattern: /(?<![A-Za-z0-9+/_-])(?:[A-Za-z0-9+/_-]{4,}[\r\n ]{0,2}){1,400}={0,2}/gu, decode: decodeBase64 },
  { pattern: /(?:(?:\\x|0x|\\u00|%|&#x|=)?[0-9a-f]{2}[;, :]?){16,}/giu, decode: decodeHex },
  { pattern: /(?:&#\d{2,6};){8,}|(?:&#x[0-9a-f]{2,5};){8,}/giu, decode: decodeEntities },
  {
    pattern: /(?:[01]{8}[ ,]?){12,}/gu,
    decode: (run) => decodeUtf8((run.match(/[01]{8}/g) ?? []).map((bits) => Number.parseInt(bits, 2))),
  },
];
const ENCODED_LENGTH_MIN = 24;

/** What stretches of base64, hexadecimal, entities and bits say, each with where it stands; only what reads as words. */
export function readEncoded(text: string): { start: number; end: number; says: string }[] {
  return ENCODED.flatMap(({ pattern, decode }) =>
    [...text.matchAll(pattern)].flatMap(({ 0: run, index }) => {
      const says = run.length < ENCODED_LENGTH_MIN ? "" : decode(run);
      return isReadable(says) ? [{ start: index, end: index + run.length, says }] : [];
    }),
  );
}

/** Ordinary words match the alphabet of base64 as well: each word of a run is tried where the whole is no code. */
function decodeBase64(run: string): string {
  const whole = fromBase64(run.replace(/[\r\n]/gu, ""));
  if (isReadable(whole)) return whole;
  const longest = run.split(/\s+/u).filter((word) => word.length >= ENCODED_LENGTH_MIN);
  return longest.map(fromBase64).find(isReadable) ?? "";
}

function fromBase64(run: string): string {
  const plain = run.replace(/[\s=]/gu, "").replace(/-/gu, "+").replace(/_/gu, "/");
  if (plain.length < ENCODED_LENGTH_MIN || plain.length % 4 === 1) return "";
  try {
    return decodeUtf8(Array.from(atob(plain), (sign) => sign.charCodeAt(0)));
  } catch {
    return "";
  }
}

function decodeHex(run: string): string {
  const bytes = run.replace(/\\x|0x|\\u00|%|&#x|=|[;, :]/giu, "").match(/[0-9a-f]{2}/giu) ?? [];
  return decodeUtf8(bytes.map((byte) => Number.parseInt(byte, 16)));
}

function decodeEntities(run: string): string {
  const codes = [...run.matchAll(/&#(x?)([0-9a-f]+);/giu)].map(([, x, code = "0"]) =>
    Number.parseInt(code, x === "" ? 10 : 16),
  );
  return codes.every((code) => code < 0x110000) ? String.fromCodePoint(...codes) : "";
}

function decodeUtf8(bytes: number[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return "";
  }
}

/** Words and nothing but words: letters, spaces between them, no control signs. */
function isReadable(text: string): boolean {
  if (text.length < 6 || /[^\P{C}\n\r\t]/u.test(text)) return false;
  const letters = text.match(/[\p{L}\p{M}\s]/gu)?.length ?? 0;
  const isWords =
    /\p{L}{2,}[\s,.:]+\p{L}{2,}/u.test(text) || /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Hangul}]{4,}/u.test(text);
  return isWords && letters / Array.from(text).length > 0.75;
}

/** Other ways to read a sentence, in lower case; only those that differ from it. */
export function readDisguises(sentence: string): string[] {
  const plain = sentence.toLowerCase();
  const readings = [
    foldLookAlikes(plain),
    /[^\p{ASCII}]/u.test(plain) ? plain.normalize("NFD").replace(/\p{M}+/gu, "") : plain,
    /[\p{L}][0134578@$!]|[0134578@$!]\p{L}/u.test(plain) ? unleet(plain) : plain,
    joinSpaced(plain),
    /\p{L}[*_·•|\\~+]\p{L}|(?<!\p{L})\p{L}{1,3}(?:-\p{L}{1,3}){2,}(?!\p{L})/u.test(plain)
      ? plain.replace(/(?<=\p{L})[-_*·•|\\~+]+(?=\p{L})/gu, "")
      : plain,
    /snoitcurtsni|tpmorp|ytiroirp|yrogetac|erongi|dragersid/u.test(plain)
      ? Array.from(plain).reverse().join("")
      : plain,
    /vafgehpgvba|vtaber|qvfertneq|cevbevgl|cebzcg|pngrtbel/u.test(plain) ? rot13(plain) : plain,
  ];
  return [...new Set(readings)].filter((reading) => reading !== plain);
}

/** Only in words that mix alphabets, or where a whole word of look-alikes stands beside Latin ones. */
function foldLookAlikes(text: string): string {
  if (!/[a-z]/u.test(text) || !/[^\p{ASCII}]/u.test(text)) return text;
  return Array.from(text, (sign) => LOOK_ALIKES.get(sign) ?? sign).join("");
}

function unleet(text: string): string {
  return text.replace(/[\p{L}0134578@$!]+/gu, (word) =>
    /\p{L}/u.test(word) ? Array.from(word, (sign) => LEET.get(sign) ?? sign).join("") : word,
  );
}

/** "i g n o r e" and "i.g.n.o.r.e": letters one by one, with a wider gap between words. */
function joinSpaced(text: string): string {
  if (!/(?<![\p{L}\p{N}])\p{L}[ ._*-]{1,3}\p{L}[ ._*-]{1,3}\p{L}(?![\p{L}\p{N}])/u.test(text)) return text;
  return text.replace(/(?<![\p{L}\p{N}])\p{L}(?:[ ._*-]{1,3}\p{L}(?![\p{L}\p{N}])){4,}/gu, (run) =>
    run
      .replace(/ {2,3}/gu, "\ue000")
      .replace(/[ ._*-]/gu, "")
      .replace(/\ue000/gu, " "),
  );
}

/** Letters one by one, with wider gaps, of any width, between words: the words, in lower case; else nothing. */
export function readSpaced(text: string): string[] {
  if (
    !/(?<![\p{L}\p{N}])\p{L}(?:[ \t]\p{L}(?![\p{L}\p{N}])){3,}[ \t]?[:;,.=]?[ \t]{2,}\p{L}(?![\p{L}\p{N}])/u.test(
      text,
    )
  )
    return [];
  const joined = text
    .toLowerCase()
    .replace(/(?<![\p{L}\p{N}])\p{L}(?:[ \t]{1,8}\p{L}(?![\p{L}\p{N}])){4,}/gu, (run) =>
      run
        .replace(/[ \t]{2,}/gu, "\ue000")
        .replace(/[ \t]/gu, "")
        .replace(/\ue000/gu, " "),
    );
  return [joined];
}

/** Of lower case. */
export function rot13(text: string): string {
  return text.replace(/[a-z]/gu, (sign) => String.fromCharCode(((sign.charCodeAt(0) - 97 + 13) % 26) + 97));
}
