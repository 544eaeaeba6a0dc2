/** The line that stands over a quote: "On Monday, Ada <ada@example.com> wrote:", in any language and wrapped anyhow. */

import { readLabel } from "./header-block.ts";
import { ON_WORDS, WROTE_WORDS } from "./languages.ts";
import { anyOf, isBlank, isOddQuote, type Line, readLine, stripMarkup } from "./lines.ts";

/** A header is wrapped over at most this many lines, and no longer than that. */
const HEADER_LINES_MAX = 6;
const HEADER_LENGTH_MAX = 500;

const isUnspaced = (word: string) => /^[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]/u.test(word);
const WROTE_SPACED = `(?<![\\p{L}\\p{M}])(?:${anyOf(WROTE_WORDS.filter((word) => !isUnspaced(word)))})(?![\\p{L}\\p{M}])`;
const WROTE_SOURCE = `(?:${WROTE_SPACED}|${anyOf(WROTE_WORDS.filter(isUnspaced))})`;
const WROTE = new RegExp(WROTE_SOURCE, "iu");
const ENDS_WITH_VERB = new RegExp(`${WROTE_SOURCE}[^\\p{L}\\p{N}]*$`, "iu");
/** `Ada <ada@example.com> skrev: (8 augusti 2019 10:12:01 CEST)` */
const VERB_AND_BRACKETED_DATE = new RegExp(`${WROTE_SOURCE} ?: ?\\([^()]{6,60}\\)$`, "iu");
const ON_SPACED = ON_WORDS.filter((word) => !isUnspaced(word));
const STARTS_WITH_ON = new RegExp(
  `^(?:(?:${anyOf(ON_SPACED)})(?![\\p{L}\\p{M}'’])|${anyOf(ON_WORDS.filter(isUnspaced))})`,
  "iu",
);

/** Of two letters or more: "a" and "v" begin a wrapped rest as well. */
const STARTS_WITH_LONG_ON = new RegExp(
  `^(?:(?:${anyOf(ON_SPACED.filter((word) => word.length > 1 && word !== "at"))})(?![\\p{L}\\p{M}'’]))`,
  "iu",
);

const EMAIL = /[^\s<>()[\]"',;:]{1,64}@[^\s<>()[\]"',;:]{2,}/u;
const BRACKETED_EMAIL = /[<([] ?(?:mailto:)?[^\s<>()[\]"']{1,64}@[^\s<>()[\]"']{2,}/u;
const TIME = /(?<!\d)\d{1,2} ?[:.h時点시] ?\d{2}(?!\d)|\d{1,2} ?(?:am|pm|a\.m\.|p\.m\.|uhr)\b/iu;
const DAY =
  /(?<!\d)(?:19|20)\d{2}(?!\d)|(?<!\d)\d{1,2}[-./] ?\d{1,2}[-./] ?(?:\d{4}|\d{2})(?!\d)|\d{1,2}\.? ?[月월]|(?<!\d)\d{1,2}\.? (?:de )?\p{L}{3,}|\p{L}{3,}\.? \d{1,2}(?!\d)/u;

/** Gmail once wrote no verb and no colon: `2016-03-03 17:21 GMT+01:00 Ada Lovelace <ada@example.com>`. */
const OLD_GMAIL =
  /^(?:19|20)\d{2}[-/]\d{1,2}[-/]\d{1,2},? (?:\d{1,2}:\d{2}(?::\d{2})? )?(?:GMT|UTC)[+-]\d{1,2}:?\d{2} [^.!?]{1,80}$|^(?:19|20)\d{2}[-/]\d{1,2}[-/]\d{1,2}(?: \d{1,2}:\d{2}(?::\d{2})?)?,? [^.!?:<>]{1,80}<[^\s<>]+@[^\s<>]+>:?$/u;

/** Tuta: `8 Aug 2019, 10:12 by ada@example.com:`, a day and a time and nothing else before the address. */
const DATE_BY_ADDRESS =
  /^[\p{L}.]{0,14},? ?\d{1,4}[\p{L}\d ,./-]{4,40} \d{1,2}[:.]\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)? (?:by|von|par|por|da|de|door|van|av|af|od|przez|от|від) <?[^\s<>@]{1,64}@[^\s<>]{2,250}>?:$/iu;

/** Horde: `Quoting Ada Lovelace <ada@example.com>:`. */
const QUOTING =
  /^(?:quoting|zitat von|citando(?: a)?|citation de|quotando|citazione di|citeren|citaat van|citerar|citat (?:från|fra)|cytowanie|cytat|lainaus|idézet|цитирую|цитирование) .{2,120}[:：]$/iu;
/** "1. On Monday ...": an item of somebody's list. */
const ITEM = /^\d{1,2}[.)] (?=\p{L})/u;

const hasDate = (text: string) => DAY.test(text) || TIME.test(text);
const hasFullDate = (text: string) =>
  DAY.test(text) && (TIME.test(text) || /(?:19|20)\d{2}|\d[-./]\d{1,2}[-./]\d/.test(text));

/** Whoever writes so speaks of what they wrote or read themselves: "On 8 August at 10:12 I wrote:". */
const PERSON =
  "(?:I|we|he|she|they|ich|wir|er|sie|j['’]ai|nous avons|il|elle|yo|nosotros|él|ella|eu|nós|ele|ela|io|noi|lui|lei|ik|wij|hij|zij|jag|vi|han|hon|jeg|hun|minä|hän|já|ben|я|мы|он|она|вони|ми|він)";
/** Case counts: Han and Ben are people. */
const PERSON_WROTE = new RegExp(
  `(?<![\\p{L}\\p{M}'’])(?:${PERSON} ${WROTE_SOURCE}|(?:schrieb|schreef|skrev|escribí|ha) ${PERSON}(?![\\p{L}\\p{M}@.]))`,
  "u",
);

/** True where the last line of a reply header could be: a cheap test before the costly one. */
export function mayEndReplyHeader(line: Line): boolean {
  if (line.isLong || line.text === "") return false;
  if (/[:：)>\]][\s*_-]*$/u.test(line.text.slice(-8)) || /^(?:19|20)\d{2}[-/]/.test(line.text)) return true;
  return ENDS_WITH_VERB.test(line.text.slice(-40)) || isUnendedHeader(line.text);
}

/** `Am 08.08.19 um 10:12 schrieb Ada Lovelace`, without a colon: a header only over a block or a quote. */
function isUnendedHeader(text: string): boolean {
  if (text.length > 120 || !STARTS_WITH_ON.test(text) || /[.!?…:：,;]$/u.test(text)) return false;
  return hasFullDate(text) && WROTE.test(text) && !ENDS_WITH_VERB.test(text);
}

/**
 * The index of the first line of the reply header that ends at `end`, or -1 where none ends there.
 * `floor` is the first line that may belong to it.
 */
export function findReplyHeaderStart(lines: Line[], end: number, floor: number): number {
  const isQuoteNext = nextIsQuote(lines, end + 1);
  const last = lines[end];
  if (last !== undefined && end >= floor && isUnendedHeader(last.text))
    return isQuoteNext || nextIsLabel(lines, end + 1) ? end : -1;
  let weak = -1;
  let text = "";
  let blanks = 0;
  for (let start = end; start >= floor && start > end - HEADER_LINES_MAX; start--) {
    const line = lines[start];
    if (line === undefined || line.isLong) break;
    if (isBlank(line)) {
      if (/^<|^mailto:/i.test(text) && ++blanks <= 2) continue;
      break;
    }
    if (line.isQuote && !isWrappedEnd(line, start, end)) break;
    text = `${line.text} ${text}`;
    if (text.length > HEADER_LENGTH_MAX) break;
    const strength = judgeHeader(cleanHeader(text), isQuoteNext);
    if (strength === "strong") return extendHeader(lines, start, floor, text, isQuoteNext);
    if (strength === "weak" && weak < 0) weak = start;
  }
  return weak;
}

/** True where `text`, one line over a quote, is read as its header. */
export function isReplyHeader(text: string): boolean {
  const line = readLine(text);
  return !line.isLong && judgeHeader(cleanHeader(line.text), true) !== null;
}

/**
 * A header whose first line was wrapped away: "Ada <ada@example.com> hat am" / "8.8.2019 geschrieben:". The line above
 * belongs to it only where it ends what the header lacks, a sender or the word before the date; else it is somebody's.
 */
function extendHeader(
  lines: Line[],
  start: number,
  floor: number,
  found: string,
  isQuoteNext: boolean,
): number {
  const header = cleanHeader(found);
  const isWhole = STARTS_WITH_LONG_ON.test(header) || (startsWithSender(header) && !/^[<(]/.test(header));
  if (isWhole && EMAIL.test(header)) return start;
  let text = found;
  for (let above = start - 1; above >= Math.max(floor, start - 2); above--) {
    const line = lines[above];
    if (line === undefined || isBlank(line) || line.isLong || line.isQuote) break;
    if (/[.!?:]$/.test(line.text) && !startsWithSender(line.text)) break;
    text = `${line.text} ${text}`;
    if (text.length >= HEADER_LENGTH_MAX) break;
    if (isHeaderBeginning(line.text, header) && judgeHeader(cleanHeader(text), isQuoteNext) === "strong")
      return above;
  }
  return start;
}

/** True where `line`, with what was wrapped after it, begins a header that goes on with `rest`. */
function isHeaderBeginning(line: string, rest: string): boolean {
  const text = cleanHeader(line);
  if (startsWithSender(text))
    return !EMAIL.test(rest) && (/[>)\]] ?[^\s>)\]]/.test(text) || !/^\p{Lu}/u.test(rest));
  if (/^[<(]/.test(rest)) return isName(text) || STARTS_WITH_LONG_ON.test(text);
  if (!STARTS_WITH_ON.test(text) || STARTS_WITH_LONG_ON.test(rest)) return false;
  return hasDate(text) || (text.length <= 30 && /,$/.test(text));
}

/** "On Monday, ..." within a line that has words before it. */
const INNER_ON = /(?<=[\s.!?…)>-])(?:On|Am|Le|El|Il|Em|Op|Den|Dne|Dňa|W dniu|Dnia|Pe|În) (?=.{0,20}\d)/gu;

/** So Gmail begins in Spanish and Slovene at times: "El El vie, ...", "V V čet., ...". */
const DOUBLED_ON = /^\s*(\p{L}{1,2}) \1 /iu;

/** Splits the lines in which a reply header follows somebody's words: "Thanks! On Monday, ... wrote:". */
export function splitSharedLines(lines: Line[]): Line[] {
  return lines.flatMap((line, index) => {
    const column = line.isLong || line.isQuote ? 0 : findInnerHeader(lines, index);
    return column === 0
      ? [line]
      : [readLine(line.raw.slice(0, column).replace(/[\s-]+$/, "")), readLine(line.raw.slice(column))];
  });
}

function findInnerHeader(lines: Line[], index: number): number {
  const raw = (lines[index] as Line).raw;
  if (DOUBLED_ON.test(raw)) return 0;
  for (const match of raw.matchAll(INNER_ON)) {
    let text = raw.slice(match.index);
    for (let end = index; end < index + 4 && text.length < HEADER_LENGTH_MAX; end++) {
      if (end > index) text += ` ${lines[end]?.text ?? ""}`;
      const isQuoteNext = nextIsQuote(lines, end + 1);
      const header = cleanHeader(text);
      if ((isQuoteNext || BRACKETED_EMAIL.test(header)) && judgeHeader(header, isQuoteNext) === "strong")
        return match.index;
      if (isBlank(lines[end + 1]) || lines[end + 1]?.isQuote === true) break;
    }
  }
  return 0;
}

/** Mail programs that wrap late put a `>` before the rest of the header: "> wrote:". */
function isWrappedEnd(line: Line, index: number, end: number): boolean {
  return (
    index === end && line.text.length < 40 && /^> ?(?:[^\s<>]+@[^\s<>]+> ?)?(?:\p{L}+\W*|:)$/u.test(line.text)
  );
}

/** Where somebody left out a part of what they quote: "[...]", "<snip>". */
const OMISSION = /^(?:[[(<{] ?(?:\.{2,}|…|\p{L}{2,12}) ?[\])>}]|\.{3,}|…)$/u;

/** True where the next words are quoted, or follow a sign that some of them were left out. */
export function nextIsQuote(lines: Line[], from: number): boolean {
  for (let index = from; index < from + 6; index++) {
    const line = lines[index];
    if (line === undefined) return false;
    if (line.text !== "" && !OMISSION.test(line.text)) return line.isQuote || isOddQuote(lines, index);
  }
  return false;
}

function nextIsLabel(lines: Line[], from: number): boolean {
  for (let index = from; index < from + 3; index++) {
    const line = lines[index];
    if (line === undefined) return false;
    if (line.text !== "") return readLabel(line) !== null;
  }
  return false;
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', amp: "&", nbsp: " " };

function cleanHeader(text: string): string {
  return stripMarkup(text)
    .replace(/&(lt|gt|quot|amp|nbsp);/g, (_, name: string) => ENTITIES[name] ?? "")
    .replace(/^[-–—‐=#~\s]{2,}|[-–—‐=#~\s]{2,}$/gu, "")
    .replace(/^[*•]\s+/, "")
    .trim();
}

/** Strong: it starts as a header does. Weak: it could start earlier. */
function judgeHeader(text: string, isQuoteNext: boolean): "strong" | "weak" | null {
  if (!isQuoteNext && !/[\d@]/.test(text)) return null;
  if (ITEM.test(text) && STARTS_WITH_ON.test(text.replace(ITEM, ""))) return null;
  if (QUOTING.test(text) && (isQuoteNext || BRACKETED_EMAIL.test(text))) return "strong";
  if (DATE_BY_ADDRESS.test(text)) return "strong";
  const hasVerb = WROTE.test(text);
  const endsWithColon = /[:：]$/u.test(text) || VERB_AND_BRACKETED_DATE.test(text);
  const endsWithVerb = hasVerb && endsAsHeader(text, isQuoteNext);
  if (OLD_GMAIL.test(text)) return "strong";
  if (!endsWithColon && !endsWithVerb) return null;
  if (!isQuoteNext && PERSON_WROTE.test(text) && !EMAIL.test(text)) return null;
  const startsRight = startsLikeHeader(text) || (hasVerb && startsWithNameAndDate(text));
  if (hasVerb && hasFullDate(text))
    return startsRight ? "strong" : isQuoteNext && BRACKETED_EMAIL.test(text) ? "weak" : null;
  if (endsWithColon && BRACKETED_EMAIL.test(text) && hasFullDate(text))
    return startsRight ? "strong" : "weak";
  if (hasVerb && hasDate(text) && EMAIL.test(text) && STARTS_WITH_ON.test(text)) return "strong";
  if (hasVerb && endsWithColon && EMAIL.test(text))
    return startsWithSender(text) || isQuoteNext ? "weak" : null;
  if (hasVerb && hasDate(text) && startsRight && (isQuoteNext || endsWithColon)) return "strong";
  return hasVerb && isQuoteNext && isNameAndVerb(text) ? "weak" : null;
}

/** Without a colon at its end: short, and no sentence that closes with "he said." */
function endsAsHeader(text: string, isQuoteNext: boolean): boolean {
  if (!ENDS_WITH_VERB.test(text) || /[.!?]["'”)]*$/u.test(text)) return false;
  return isQuoteNext || EMAIL.test(text) || (STARTS_WITH_ON.test(text) && text.length < 100);
}

function startsLikeHeader(text: string): boolean {
  return (
    (STARTS_WITH_ON.test(text) && hasDate(text.slice(0, 80))) ||
    (/^["'“(]?\d/.test(text) && DAY.test(text.slice(0, 60))) ||
    /^[\p{L}\p{M}]{1,14}[.,،]{0,2} ?[\p{L}\p{M}]{0,14}[.,،]{0,2} ?\d/u.test(text) ||
    startsWithSender(text)
  );
}

/** `Ada Lovelace <ada@example.com>` or the bare address. */
function startsWithSender(text: string): boolean {
  return /^["'“„]?[^<>()[\]:;!?]{0,60}["'”“]? ?[<([]{1,2} ?(?:mailto:)?[^\s<>()]{1,64}@|^[^\s<>()]{1,64}@/u.test(
    text,
  );
}

/** "Ada Lovelace schrieb am Do. 8. Aug. 2019 um 10:12:", with the day and the time, and no prose around. */
function startsWithNameAndDate(text: string): boolean {
  if (text.length > 120 || !DAY.test(text) || !TIME.test(text)) return false;
  const name = text.slice(0, text.search(/\d/)).split(WROTE, 1)[0] ?? "";
  const words = name.trim().split(/\s+/);
  if (words.length === 1) return /^[\p{L}\p{M}.'’-]{2,}$/u.test(name.trim());
  return isName(words.slice(0, -1).join(" ")) && /^\p{L}{1,2}$|^[\p{Lu}\p{Lo}]/u.test(words.at(-1) ?? "");
}

/** Up to five words that all begin as names do. */
function isName(text: string): boolean {
  const words = text.replace(/["“”„'’.()]/gu, "").split(/\s+/);
  return text.length < 60 && words.length <= 5 && words.every((word) => /^[\p{Lu}\p{Lo}]/u.test(word));
}

/** "Ada Lovelace wrote:" and nothing more: no prose around. */
function isNameAndVerb(text: string): boolean {
  if (text.length > 80) return false;
  const rest = text
    .replace(WROTE, " ")
    .replace(/[:：,."“”'*-]/gu, " ")
    .trim();
  const words = rest.split(/\s+/);
  return (
    rest !== "" &&
    words.length <= 5 &&
    words.every((word) => /^[\p{Lu}\p{Lo}\d(@[]/u.test(word) || word === "you")
  );
}
