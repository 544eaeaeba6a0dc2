/** Orders to machines in what came with a message: what triage never reads, but the next machine may. */
import { foldWords } from "../evidence.ts";
import { dropHiddenHtml } from "../hidden-html.ts";
import { separateInstructions } from "./find-instructions.ts";

export interface Surroundings {
  /** The whole text, with quotes and signature. */
  fullText: string;
  /** The HTML of a mail as it came; empty where there is none. */
  html: string;
  filenames: readonly string[];
  /** As the sender calls themselves. */
  senderName: string;
}

const FOUND_MAX = 5;
const HIDDEN_LENGTH_MAX = 160;

/** What was found there and not in the message's own words, each with the place; at most 5. */
export function findInSurroundings(around: Surroundings, known: readonly string[]): string[] {
  const seen = new Set(known.map(foldWords));
  const found: string[] = [];
  const look = (place: string, text: string): void => {
    for (const sentence of separateInstructions(text).suspicious) {
      const folded = foldWords(sentence);
      if (folded === "" || seen.has(folded)) continue;
      seen.add(folded);
      found.push(`${place}: ${sentence}`);
    }
  };
  look("in the quoted text or signature", around.fullText);
  for (const name of around.filenames) look("in the name of a file", readFilename(name));
  look("in the sender's name", around.senderName);
  const { words, aside } = readHtmlWords(around.html);
  look("in the HTML", words);
  for (const text of aside) look("hidden in the HTML", text);
  const { hiddenWords } = dropHiddenHtml(around.html);
  if (/\p{L}{2,}/u.test(hiddenWords)) {
    found.unshift(`hidden in the HTML, and left out: ${cutWords(decodeEntities(hiddenWords))}`);
  }
  return found.slice(0, FOUND_MAX);
}

function cutWords(words: string): string {
  const signs = Array.from(words);
  return signs.length <= HIDDEN_LENGTH_MAX ? words : `${signs.slice(0, HIDDEN_LENGTH_MAX - 1).join("")}…`;
}

/** File names write words with other signs between them. */
function readFilename(name: string): string {
  return name
    .replace(/\.[\p{L}\p{N}]{1,5}$/u, "")
    .replace(/%20|[_+.-]+/gu, " ")
    .replace(/(?<=\p{Ll})(?=\p{Lu})/gu, " ");
}

const BLOCK_TAG =
  /<\/?(?:p|div|br|hr|tr|td|th|table|li|ul|ol|h[1-6]|blockquote|section|article|header|footer|pre|center|title|body|html|head)(?:\s[^>]{0,2000})?\/?>/giu;
const ANY_TAG = /<\/?[a-z!?][^<>]{0,4000}>/giu;
const SPOKEN_ATTRIBUTE =
  /\s(?:alt|title|aria-label|aria-description|placeholder|summary|content|value|data-[a-z-]{1,40})\s*=\s*(?:"([^"]{8,4000})"|'([^']{8,4000})')/giu;

/** All words of HTML, shown or not, and those of its comments and attributes. */
function readHtmlWords(html: string): { words: string; aside: string[] } {
  if (html === "") return { words: "", aside: [] };
  const { rest, taken: comments } = takeBetween(html, "<!--", "-->");
  const plain = takeBetween(takeBetween(rest, "<style", "</style").rest, "<script", "</script").rest;
  const attributes = [...plain.matchAll(SPOKEN_ATTRIBUTE)].map(
    ([, double, single]) => double ?? single ?? "",
  );
  const words = plain.replace(/\s+/gu, " ").replace(BLOCK_TAG, "\n").replace(ANY_TAG, "");
  return {
    words: decodeEntities(words),
    aside: [comments.map(stripTags).join("\n"), attributes.join("\n")].map(decodeEntities),
  };
}

/** Each stretch from one mark to the next of the other, without regard to case; one without an end goes to the end. */
function takeBetween(html: string, open: string, close: string): { rest: string; taken: string[] } {
  const lower = html.toLowerCase();
  // Some letters change their length with their case: then places differ, and nothing is taken.
  if (lower.length !== html.length) return { rest: html, taken: [] };
  const taken: string[] = [];
  let rest = "";
  let from = 0;
  for (let start = lower.indexOf(open); start >= 0; start = lower.indexOf(open, from)) {
    const end = lower.indexOf(close, start + open.length);
    rest += html.slice(from, start);
    taken.push(html.slice(start + open.length, end < 0 ? html.length : end));
    from = end < 0 ? html.length : end + close.length;
  }
  return { rest: rest + html.slice(from), taken };
}

function stripTags(html: string): string {
  return html.replace(BLOCK_TAG, "\n").replace(ANY_TAG, "");
}

const ENTITIES = new Map(
  Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", shy: "", zwnj: "", zwj: "" }),
);

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,8}));/giu,
    (whole, decimal, hexadecimal, name) => {
      if (name !== undefined) return ENTITIES.get(String(name).toLowerCase()) ?? whole;
      const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
      return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : "";
    },
  );
}
