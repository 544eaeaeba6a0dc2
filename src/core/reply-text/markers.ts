/** Lines that say "from here on it is not new": "-----Original Message-----", "please reply above this line". */
import { FORWARDED_WORDS, ORIGINAL_MESSAGE_WORDS } from "./languages.ts";
import { anyOf, type Line, stripMarkup } from "./lines.ts";

const DASHES = "[-–—‐―_=*#~+>\\s]";
const ORIGINAL_DASHED = new RegExp(
  `^${DASHES}{2,}(?:${anyOf(ORIGINAL_MESSAGE_WORDS)})(?: ?[:：]| .{0,40})?${DASHES}*$`,
  "iu",
);
const ORIGINAL_BARE = new RegExp(`^(?:${anyOf(ORIGINAL_MESSAGE_WORDS)}) ?[:：]?${DASHES}*$`, "iu");
/** QQ Mail: `---Original---`. */
const ORIGINAL_SHORT = /^-{2,} ?(?:original|quoted|reply) ?-{2,}$/i;
/** GroupWise: `>>> Ada Lovelace <ada@example.com> 8/8/2026 10:12 AM >>>`, over a quote without marks. */
const GROUPWISE_HEADER = /^>>> ?\S.{1,200}\d[./-]\d{1,2}[./-]\d.{2,160}(?:>>>|:)$/u;
const FORWARDED_DASHED = new RegExp(
  `^${DASHES}{2,}(?:${anyOf(FORWARDED_WORDS)})(?![\\p{L}\\p{M}]).{0,120}$`,
  "iu",
);
const FORWARDED_BARE = new RegExp(
  `^>? ?(?:${anyOf(FORWARDED_WORDS.filter((word) => word.includes(" ") || /[^a-z]/.test(word)))}) ?[:：]$`,
  "iu",
);
/** The header block in the same line behind the marker, as Samsung's and Yahoo's texts have it. */
const behind = (words: readonly string[]) =>
  new RegExp(`^${DASHES}+(?:${anyOf(words)})(?: ?/[^-]{1,20})? ?[-–—‐―_=*]{3,} ?\\p{L}`, "iu");
const ORIGINAL_BEFORE_BLOCK = behind(ORIGINAL_MESSAGE_WORDS);
const FORWARDED_BEFORE_BLOCK = behind(FORWARDED_WORDS);
const MARKER_LENGTH_MAX = 160;

/** Lotus Notes: `-----"Ada" <ada@example.com> wrote: -----`. */
const NOTES_HEADER =
  /^-{3,} ?\S.{0,200}(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|skrev|schreef) ?: ?-{3,}$/iu;
const ABOVE_THIS_LINE =
  /^[-#=*\s]*#{1,2} ?- .{8,120} -#{1,2}[-#=*\s]*$|(?:reply|respond|type|write|answer)\b.{0,40}\babove this line|write above this line|(?:antwort|schreib)\p{L}*.{0,40}(?:über|oberhalb) dieser (?:zeile|linie)|(?:répon|écri)\p{L}*.{0,40}au-dessus de cette ligne|(?:respond|escrib)\p{L}*.{0,40}(?:encima|arriba) de esta línea|(?:respond|escrev)\p{L}*.{0,40}acima d?esta linha|(?:rispond|scriv)\p{L}*.{0,40}sopra questa (?:riga|linea)|(?:antwoord|reageer)\p{L}*.{0,40}boven deze (?:regel|lijn)|(?:svar|skriv).{0,40}(?:ovanför (?:den här )?(?:raden|linjen)|over denne linje)|odpowied.{0,40}powyżej te(?:j|go) (?:linii|wiersza)|odpov.{0,40}nad t(?:ento|ímto) řád|ответ\p{L}*.{0,40}(?:выше этой|над этой) (?:строки|строкой|линии)|відповід.{0,40}над цим рядком|この行より上|在此行上方|此行以上|이 줄 위에|bu satırın üzerine/iu;

const STARTS_DASHED = new RegExp(`^${DASHES}`, "u");

const NAMES_A_LINE =
  /line|zeile|linie|ligne|l[íi]nea|linha|riga|regel|lijn|raden|linje|linii|wiersza|řád|строк|лини|рядком|行|줄|satır|-#/i;

export function isOriginalMessageMarker(line: Line): boolean {
  if (line.isCode || !STARTS_DASHED.test(line.text)) return false;
  if (ORIGINAL_BEFORE_BLOCK.test(line.text.slice(0, MARKER_LENGTH_MAX))) return true;
  if (line.isLong || line.text.length > MARKER_LENGTH_MAX) return false;
  return ORIGINAL_DASHED.test(line.text) || NOTES_HEADER.test(line.text);
}

/** The words without dashes: a marker only where a header block follows. */
export function isBareOriginalMessage(line: Line): boolean {
  if (line.isLong || line.text.length >= 60) return false;
  return ORIGINAL_SHORT.test(line.text) || ORIGINAL_BARE.test(stripMarkup(line.text));
}

export function isGroupWiseHeader(line: Line): boolean {
  return !line.isLong && line.isQuote && GROUPWISE_HEADER.test(line.text);
}

export function isForwardMarker(line: Line): boolean {
  if (line.isCode) return false;
  if (STARTS_DASHED.test(line.text) && FORWARDED_BEFORE_BLOCK.test(line.text.slice(0, MARKER_LENGTH_MAX)))
    return true;
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
  return /^(?:[-–—‐―_=*#~+ᐧ.•·━─═＝＊～〜・…■□◆◇☆★]{2,}|ᐧ)$/u.test(line.text.replace(/ /g, ""));
}

/** The rule over a quote: Outlook's 32 underscores, and the dashes that a line of HTML becomes. */
export function isLongRule(line: Line): boolean {
  return /^(?:_{20,}|-{20,})$/.test(line.text);
}
