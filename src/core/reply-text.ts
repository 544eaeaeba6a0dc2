/** The new words of a mail: without what it quotes, and without signatures. */
import { skipBanners } from "./reply-text/disclaimers.ts";
import { isFooter } from "./reply-text/footers.ts";
import { isForwardSubject, isQuotedFurther } from "./reply-text/forward.ts";
import { readHeaderBlock, readLabel, startsUnknownBlock } from "./reply-text/header-block.ts";
import { isBlank, isOddQuote, type Line, readLine, readLines } from "./reply-text/lines.ts";
import {
  isBareOriginalMessage,
  isForwardMarker,
  isGroupWiseHeader,
  isLongRule,
  isOriginalMessageMarker,
  isReplyAboveMarker,
  isRule,
} from "./reply-text/markers.ts";
import { startsNotesHeader } from "./reply-text/notes-header.ts";
import {
  findReplyHeaderStart,
  mayEndReplyHeader,
  nextIsQuote,
  splitSharedLines,
} from "./reply-text/reply-header.ts";
import { trimSignature } from "./reply-text/signature.ts";

export interface TrimmedReply {
  /** The new words. Never empty for a mail that has words of its own. */
  textTrimmed: string;
  /** What was cut away. */
  quoted: string;
}

type Mark = "text" | "quote" | "header";

interface Scan {
  /** One for each line. */
  marks: Mark[];
  /** From this line on everything is quoted. */
  end: number;
  /** Something was forwarded by hand: all of it stays. */
  isForward: boolean;
}

/**
 * Keeps exactly the new words of a reply: without quotes, the headers over them and signatures; with answers between
 * quotes (and then with the quotes that they answer), and with what was forwarded by hand. Where nothing would be left
 * it keeps the signature, and else everything. Linear in the length of the text.
 *
 * Outlook writes the same header block over a reply's quote and over what it forwards: with the mail's `subject` the
 * two are told apart ("FW: ..."); without it the block counts as a quote.
 */
export function trimReply(text: string, subject = ""): TrimmedReply {
  const lines = splitSharedLines(readLines(text));
  const scan = scanLines(lines, { isForward: isForwardSubject(subject), isFirst: isFirstContact(subject) });
  const everything = { textTrimmed: text.trim(), quoted: "" };
  if (scan.isForward) return everything;
  for (const isKept of [chooseLines(lines, scan), chooseUnquoted(lines, scan)]) {
    const textTrimmed = joinLines(lines, (index) => isKept[index] === true);
    if (hasWords(textTrimmed))
      return { textTrimmed, quoted: joinLines(lines, (index) => isKept[index] !== true) };
  }
  return everything;
}

/** The subject is known and is no answer's: no "Re:", "AW:", "回复：" before it. */
function isFirstContact(subject: string): boolean {
  return subject.trim() !== "" && !/^\s*[\p{L}\p{M}]{1,8}(?:\[\d+\])? ?[:：]/u.test(subject.slice(0, 40));
}

function hasWords(text: string): boolean {
  return /[\p{L}\p{N}\p{S}]/u.test(text) || /[^\s\p{P}]/u.test(text);
}

/** The wanted lines; where some between were left out, one blank line stands for theirs. */
function joinLines(lines: Line[], isWanted: (index: number) => boolean): string {
  const chosen: string[] = [];
  let last = -1;
  for (const [index, line] of lines.entries()) {
    if (!isWanted(index)) continue;
    const isAfterGap = last < index - 1 && chosen.at(-1) === "";
    if (!(isAfterGap && isBlank(line))) {
      chosen.push(line.raw.trimEnd());
      last = index;
    }
  }
  return chosen.join("\n").trim();
}

/** Marks quotes and the headers over them, and finds the line from which on everything is quoted. */
function scanLines(lines: Line[], subject: { isForward: boolean; isFirst: boolean }): Scan {
  const marks: Mark[] = lines.map((line) => (line.isQuote ? "quote" : "text"));
  let floor = 0;
  let headers = 0;
  let hasOwnWords = false;
  const forward: Scan = { marks, end: lines.length, isForward: true };
  for (const [index, line] of lines.entries()) {
    if (isBlank(line)) continue;
    const isQuote = (at: number) => marks[at] === "quote";
    if (isForwardMarker(line) && !isQuotedFurther(lines, isQuote, index, headers)) return forward;
    const found = mayEndReplyHeader(line) ? findReplyHeaderStart(lines, index, floor) : -1;
    const start = found < 0 ? found : withLabelsAbove(lines, found, floor);
    const isSentence = subject.isFirst && start >= 0 && isUnaddressed(lines, start, index);
    if (start >= 0 && !isSentence) {
      if (subject.isForward && headers === 0) return forward;
      marks.fill("header", start, index + 1);
      floor = index + 1;
      headers++;
      if (nextIsQuote(lines, index + 1)) continue;
      if (someWords(lines, marks, start)) return { marks, end: start, isForward: false };
      continue;
    }
    if (headers > 0 && isOddQuote(lines, index)) marks[index] = "quote";
    if (isGroupWiseHeader(line) && hasOwnWords && !nextIsQuote(lines, index + 1))
      return { marks, end: index, isForward: false };
    if (marks[index] === "quote") {
      floor = index + 1;
      continue;
    }
    if (isReplyAboveMarker(line) && hasOwnWords) return { marks, end: index, isForward: false };
    if (endsNewWords(lines, index)) {
      const isPasted = subject.isFirst && isIntroduced(lines, index);
      return hasOwnWords && !subject.isForward && !isPasted
        ? { marks, end: index, isForward: false }
        : forward;
    }
    hasOwnWords ||= !isFooter(line) && !isRule(line);
  }
  return { marks, end: lines.length, isForward: false };
}

/** Yandex's phones put `To: ...;` and `Subject: ...;` over the header. */
function withLabelsAbove(lines: Line[], start: number, floor: number): number {
  let first = start;
  while (first > floor && /;$/.test(lines[first - 1]?.text ?? "") && readLabel(lines[first - 1] as Line))
    first--;
  return first;
}

/** "On Monday at 10:00 Bob wrote:" with no address and no quote: in a mail that answers none, somebody tells of it. */
function isUnaddressed(lines: Line[], start: number, end: number): boolean {
  const header = lines.slice(start, end + 1);
  return !header.some(({ text }) => text.includes("@")) && !nextIsQuote(lines, end + 1);
}

/** "I got this mail:" over a header block, in a mail that answers none. */
function isIntroduced(lines: Line[], index: number): boolean {
  let before = index - 1;
  while (before >= 0 && isBlank(lines[before])) before--;
  return /[:：]$/u.test(lines[before]?.text ?? "");
}

function someWords(lines: Line[], marks: Mark[], end: number): boolean {
  return lines
    .slice(0, end)
    .some((line, index) => marks[index] === "text" && !isBlank(line) && !isRule(line) && !isFooter(line));
}

/** The index of the first line at or after `from` that is not blank. */
function nextWords(lines: Line[], from: number): number {
  let index = from;
  while (index < lines.length && isBlank(lines[index])) index++;
  return index;
}

/** True where this line starts what mail programs quote without `>`: to the end of the mail. */
function endsNewWords(lines: Line[], index: number): boolean {
  const line = lines[index] as Line;
  if (isOriginalMessageMarker(line)) return true;
  const next = nextWords(lines, index + 1);
  if (isLongRule(line) && startsUnknownBlock(lines, next)) return true;
  if (isBareOriginalMessage(line)) return readHeaderBlock(lines, next, true) !== null;
  return startsNotesHeader(lines, index) || readHeaderBlock(lines, index, false) !== null;
}

/** What stays: for each line whether it is kept. */
function chooseLines(lines: Line[], { marks, end }: Scan): boolean[] {
  markWrappedQuotes(lines, marks, end);
  const isKept: boolean[] = lines.map((_, index) => index < end && marks[index] !== "header");
  const top = skipBanners(lines, 0, end);
  let tail = end;
  for (;;) {
    const start = Math.max(top, startOfText(marks, tail));
    const shorter = trimSignature(lines, start, tail);
    if (shorter <= start && isShown(lines, marks, start)) break;
    tail = shorter > start ? shorter : dropQuotes(lines, marks, start);
    if (shorter > start || tail <= top) break;
  }
  isKept.fill(false, tail);
  isKept.fill(false, 0, top);
  dropLoneFooters(lines, isKept, tail);
  if (isSingleQuoteUnderHeader(lines, marks, tail))
    for (let index = 0; index < tail; index++) if (marks[index] !== "text") isKept[index] = false;
  return isKept;
}

/** "Sent from my iPhone" over or among somebody's words, in a paragraph of its own. */
function dropLoneFooters(lines: Line[], isKept: boolean[], end: number): void {
  for (let index = 0; index < end; index++) {
    const isAlone = isBlank(lines[index - 1]) && isBlank(lines[index + 1]);
    if (isAlone && isFooter(lines[index] as Line)) isKept[index] = false;
  }
}

/** The first line of the text that ends before `tail`. */
function startOfText(marks: Mark[], tail: number): number {
  let start = tail;
  while (start > 0 && marks[start - 1] === "text") start--;
  return start;
}

/** The end of the text that stands before the quotes and headers that end before `tail`. */
function dropQuotes(lines: Line[], marks: Mark[], tail: number): number {
  let end = tail;
  while (end > 0 && (marks[end - 1] !== "text" || isBlank(lines[end - 1]))) end--;
  return end;
}

/**
 * True where somebody shows the lines that begin with `>`, instead of quoting a mail: under "The log says:" and under
 * the `<` lines of a diff, with no reply header anywhere.
 */
function isShown(lines: Line[], marks: Mark[], tail: number): boolean {
  let first = tail;
  while (first > 0 && (marks[first - 1] === "quote" || isBlank(lines[first - 1]))) first--;
  const before = lines[first - 1];
  if (before === undefined || before.isLong || marks.slice(0, tail).includes("header")) return false;
  if (/^(?:<|---$)/.test(before.text)) return true;
  return /\p{L}[^@\d]*[:：]$/u.test(before.text) && !/[@\d]/.test(before.text);
}

/** A quoted line whose end was wrapped without a `>` is still quoted. */
function markWrappedQuotes(lines: Line[], marks: Mark[], end: number): void {
  for (let index = 1; index + 1 < end; index++) {
    const isBetween = marks[index - 1] === "quote" && marks[index] === "text" && marks[index + 1] === "quote";
    if (isBetween && !isBlank(lines[index]) && isWrappedRest(lines[index - 1] as Line, lines[index] as Line))
      marks[index] = "quote";
  }
}

function isWrappedRest(before: Line, line: Line): boolean {
  if (!line.text.includes(" ") && /[/=?&_%)>]/.test(line.text)) return true;
  if (/^[(<]\S+[)>] ?>?$/.test(line.text)) return true;
  if (before.text.length < 60 || line.text.length > 80) return false;
  return /^\p{Ll}/u.test(line.text) ? !/[?？]$/u.test(before.text) : !/[.?!:;。？！]$/u.test(before.text);
}

/** One quote under its header, with new words before or after it: the quote says nothing new. */
function isSingleQuoteUnderHeader(lines: Line[], marks: Mark[], end: number): boolean {
  let blocks = 0;
  let headers = 0;
  let last: Mark = "text";
  for (let index = 0; index < end; index++) {
    const mark = marks[index] as Mark;
    if (isBlank(lines[index])) continue;
    if (mark === "quote" && last !== "quote") {
      blocks++;
      if (last === "header" || isQuotedHeader(lines, index)) headers++;
    }
    last = mark;
  }
  return blocks === 1 && headers === 1;
}

/** Apple's phones quote the header too: `> On Monday, Ada wrote:`. */
function isQuotedHeader(lines: Line[], index: number): boolean {
  const unquoted = lines.slice(index, index + 5).map((line) => readLine(line.text.replace(/^>\s*/, "")));
  return unquoted.some((line, at) => mayEndReplyHeader(line) && findReplyHeaderStart(unquoted, at, 0) === 0);
}

/** Everything but quotes and headers, signatures included. */
function chooseUnquoted(lines: Line[], { marks, end }: Scan): boolean[] {
  return lines.map((_, index) => index < end && marks[index] === "text");
}
