/** Lines that say "from here on it is not new": "-----Original Message-----", "please reply above this line". */
import { FORWARDED_WORDS, ORIGINAL_MESSAGE_WORDS } from "./languages.ts";
import { anyOf, type Line, stripMarkup } from "./lines.ts";

const DASHES = "[-–—‐―_=*#~+>\\s]";
const ORIGINAL_DASHED = new RegExp(
  `^${DASHES}{2,}(?:${anyOf(ORIGINAL_MESSAGE_WORDS)})(?: ?[:：]| .{0,40})?${DASHES}*$`,
  "iu",
);
const ORIGINAL_BARE = new RegExp(`^(?:${anyOf(ORIGINAL_MESSAGE_WORDS)}) ?[:：]?${DASHES}*$`, "iu");
const FORWARDED_DASHED = new RegExp(
  `^${DASHES}{2,}(?:${anyOf(FORWARDED_WORDS)})(?![\\p{L}\\p{M}]).{0,120}$`,
  "iu",
);
const FORWARDED_BARE = new RegExp(
  `^>? ?(?:${anyOf(FORWARDED_WORDS.filter((word) => word.includes(" ") || /[^a-z]/.test(word)))}) ?[:：]$`,
  "iu",
);
/** Lotus Notes: `-----"Ada" <ada@example.com> wrote: -----`. */
const NOTES_HEADER =
  /^-{3,} ?\S.{0,200}(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|skrev|schreef) ?: ?-{3,}$/iu;
const ABOVE_THIS_LINE =
  /(?:reply|respond|type|write|answer)\b.{0,40}\babove this line|(?:antwort|schreib)\p{L}*.{0,40}(?:über|oberhalb) dieser (?:zeile|linie)|(?:répon|écri)\p{L}*.{0,40}au-dessus de cette ligne|(?:respond|escrib)\p{L}*.{0,40}(?:encima|arriba) de esta línea|(?:respond|escrev)\p{L}*.{0,40}acima d?esta linha|(?:rispond|scriv)\p{L}*.{0,40}sopra questa (?:riga|linea)|(?:antwoord|reageer)\p{L}*.{0,40}boven deze (?:regel|lijn)|ответ\p{L}*.{0,40}выше этой (?:строки|линии)/iu;

const STARTS_DASHED = new RegExp(`^${DASHES}{2}`, "u");

const NAMES_A_LINE = /line|zeile|linie|ligne|l[íi]nea|linha|riga|regel|lijn|строк|лини/i;

export function isOriginalMessageMarker(line: Line): boolean {
  if (line.isLong || line.text.length > 160 || !STARTS_DASHED.test(line.text)) return false;
  return ORIGINAL_DASHED.test(line.text) || NOTES_HEADER.test(line.text);
}

/** The words without dashes: a marker only where a header block follows. */
export function isBareOriginalMessage(line: Line): boolean {
  return !line.isLong && line.text.length < 60 && ORIGINAL_BARE.test(stripMarkup(line.text));
}

export function isForwardMarker(line: Line): boolean {
  if (line.isLong || line.text.length > 200) return false;
  if (STARTS_DASHED.test(line.text) && FORWARDED_DASHED.test(line.text)) return true;
  return /[:：]\W*$/u.test(line.text) && FORWARDED_BARE.test(stripMarkup(line.text));
}

/** What a helpdesk puts over its mails. */
export function isReplyAboveMarker(line: Line): boolean {
  if (line.isLong || line.text.length >= 160 || !NAMES_A_LINE.test(line.text)) return false;
  return ABOVE_THIS_LINE.test(line.text);
}

/** A line of signs only. */
export function isRule(line: Line): boolean {
  return /^(?:[-–—‐―_=*#~+ᐧ.•·]{2,}|ᐧ)$/u.test(line.text.replace(/ /g, ""));
}
