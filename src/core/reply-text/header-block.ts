/** Quoted header blocks: "From: ... Sent: ... To: ... Subject: ...", as Outlook and its kin put over what they quote. */
import { HEADER_LABELS } from "./languages.ts";
import { type Line, stripMarkup } from "./lines.ts";

export type LabelKind = keyof typeof HEADER_LABELS;

const LINES_MAX = 25;
const CONTINUATION_MAX = 4;
const EMAIL = /[^\s<>()[\]"']{1,64}@[^\s<>()[\]"']{2,}/;

/** A day and a time. */
const DATE = /\d.*\d{1,2}[:.h]\d{2}/;

const KINDS_BY_LABEL = new Map<string, Set<LabelKind>>();
for (const kind of Object.keys(HEADER_LABELS) as LabelKind[])
  for (const label of HEADER_LABELS[kind])
    KINDS_BY_LABEL.set(label, (KINDS_BY_LABEL.get(label) ?? new Set()).add(kind));

/** Headers that no mail program shows: whoever has them in the text has pasted a mail's source. */
const RAW_HEADER =
  /^(?:received|return-path|delivered-to|message-id|mime-version|content-(?:type|transfer-encoding)|dkim-signature|authentication-results|x-[\w-]+|list-[\w-]+|user-agent|in-reply-to|references|sender) ?:/i;

/** NetEase writes its header as a table: `| From | Ada |`. */
const CELLS = /^\| ?([^|:：]{1,20}?) ?\| ?([^|]*?) ?\|?$/u;

/** "to :-)" is no label. */
const SMILEY = /^:[-'^o]?[)(DPp|](?![\p{L}\d])/u;

export interface LabelLine {
  kinds: Set<LabelKind>;
  value: string;
}

/** Reads `Label: value`, bold or quoted; null where the label is none of a mail's. */
export function readLabel(line: Line): LabelLine | null {
  if (line.isCode) return null;
  const cells = CELLS.exec(line.text);
  if (cells === null && line.text.slice(0, 40).search(/[:：]/) < 1) return null;
  const text = cells === null ? stripMarkup(line.text.replace(/^[>|\s]+/, "")) : `${cells[1]}: ${cells[2]}`;
  const colon = text.search(/[:：]/);
  if (colon < 1 || colon > 30 || SMILEY.test(text.slice(colon, colon + 4))) return null;
  const label = text
    .slice(0, colon)
    .replace(/[\s*_]+$/g, "")
    .trim()
    .replace(/^主\s题$/, "主题")
    .toLowerCase()
    .normalize("NFC");
  const kinds = KINDS_BY_LABEL.get(label);
  return kinds === undefined
    ? null
    : {
        kinds,
        value: text
          .slice(colon + 1)
          .replace(/^[\s*_]+/, "")
          .trim(),
      };
}

export interface HeaderBlock {
  /** The first line after the block. */
  end: number;
  fromValue: string;
}

/**
 * Reads the header block that starts at `start`. A list of a person's own ("From: Berlin, To: Paris, Date: ...") is
 * none: it needs a subject, or a sender's address and a date; `afterMarker` (an "Original Message" line stands
 * before it) lowers that to two labels.
 */
export function readHeaderBlock(lines: Line[], start: number, afterMarker: boolean): HeaderBlock | null {
  const first = lines[start];
  if (first === undefined) return null;
  if (readLabel(first) === null) return null;
  const flat = readFlatBlock(first);
  if (flat !== null) return { end: start + 1, fromValue: flat };
  if (!afterMarker && isPastedSource(lines, start)) return null;
  const block = collectLabels(lines, start);
  if (block.seen.has("from") && block.fromValue === "") block.fromValue = "?";
  return isBlock(block.seen, block.fromValue, block.hasAddress && block.hasDate, afterMarker)
    ? { end: block.end, fromValue: block.fromValue }
    : null;
}

interface Labels {
  seen: Set<LabelKind>;
  fromValue: string;
  hasAddress: boolean;
  hasDate: boolean;
  end: number;
}

/** Reads labels and their values, also values in the line after their label, as a table's cells become text. */
function collectLabels(lines: Line[], start: number): Labels {
  const found: Labels = { seen: new Set(), fromValue: "", hasAddress: false, hasDate: false, end: start };
  let continuation = 0;
  let pending: LabelKind | null = null;
  for (let index = start; index < Math.min(lines.length, start + LINES_MAX); index++) {
    const line = lines[index] as Line;
    if (line.text === "" && isComplete(found.seen) && pending === null) break;
    const label: LabelLine | null = pending !== null && line.text !== "" ? null : readLabel(line);
    if (label === null) {
      if (line.isLong || ++continuation > CONTINUATION_MAX) break;
      if (pending !== null && line.text !== "") {
        takeValue(found, pending, line.text);
        found.end = index + 1;
        pending = null;
      }
      continue;
    }
    const kind = pickKind(label.kinds, found.seen);
    if (kind === null) break;
    found.seen.add(kind);
    takeValue(found, kind, label.value);
    pending = label.value === "" && kind !== "cc" && kind !== "other" ? kind : null;
    continuation = 0;
    found.end = index + 1;
  }
  return found;
}

function takeValue(found: Labels, kind: LabelKind, value: string): void {
  if (kind === "from") found.fromValue = value;
  found.hasAddress ||= (kind === "from" || kind === "to") && EMAIL.test(value);
  found.hasDate ||= kind === "sent" && DATE.test(value);
}

const DAY_AND_TIME = /\d{1,4}.{2,24}(?<!\d)\d{1,2}[:.h]\d{2}/;

/** `Label: value`, in whatever language. */
const SOME_LABEL = /^[*_]{0,2}[^\d@:：<>|]{2,25}?[*_]{0,2} ?[:：][*_]{0,2}(?= |$|[^/\s])/u;

/**
 * True where a header block in an unknown language starts: to be asked under a rule only. Three lines or more of a
 * label and a value, with an address and a day and time among the values.
 */
export function startsUnknownBlock(lines: Line[], start: number): boolean {
  let labels = 0;
  let hasAddress = false;
  let hasDate = false;
  for (let index = start; index < start + 10; index++) {
    const line = lines[index];
    if (line === undefined || line.isLong) break;
    if (line.text === "") continue;
    if (!SOME_LABEL.test(line.text)) break;
    labels++;
    hasAddress ||= labels <= 2 && EMAIL.test(line.text);
    hasDate ||= DAY_AND_TIME.test(line.text.slice(line.text.search(/[:：]/) + 1));
  }
  return labels >= 3 && hasAddress && hasDate;
}

/** True where the lines around the block are headers of a mail's source. */
function isPastedSource(lines: Line[], start: number): boolean {
  for (let index = Math.max(0, start - 3); index < start + 12; index++) {
    const line = lines[index];
    if (index > start && (line === undefined || line.text === "")) return false;
    if (line !== undefined && RAW_HEADER.test(line.text)) return true;
  }
  return false;
}

function isComplete(seen: Set<LabelKind>): boolean {
  return seen.has("from") && seen.has("subject") && (seen.has("sent") || seen.has("to"));
}

/** A label can mean several things ("de", "data"): the first that the block does not have yet. */
function pickKind(kinds: Set<LabelKind>, seen: Set<LabelKind>): LabelKind | null {
  for (const kind of kinds) if (!seen.has(kind)) return kind;
  return kinds.has("other") || kinds.has("cc") ? "other" : null;
}

function isBlock(
  seen: Set<LabelKind>,
  fromValue: string,
  isSenderAndDate: boolean,
  afterMarker: boolean,
): boolean {
  const count = [...seen].filter((kind) => kind !== "other").length;
  if (afterMarker && count >= 2) return true;
  if (count === 2) return isSenderAndDate;
  if (count < 3) return false;
  if (seen.has("subject") && seen.has("sent")) return true;
  return seen.has("from") && (EMAIL.test(fromValue) ? seen.has("sent") || seen.has("subject") : false);
}

/** The labels of several words that stand on one line with others: the last word alone tells too little. */
const FLAT_LABEL =
  /(?<![\p{L}\p{N}])((?:enviado (?:el|em)|enviada em|envoyé le|date d['’]envoi|data invio|de la|från|від кого|от кого|보낸 사람|받는 사람|보낸 날짜|\p{L}[\p{L}-]{0,15}))\s?[:：]/giu;

/** `From: Ada Sent: Monday To: Bob Subject: Hello` on one line. Answers the sender, or null. */
export function readFlatBlock(line: Line): string | null {
  if (line.text.length < 30) return null;
  const text = stripMarkup(
    line.text.replace(/^[>|\s]+/, "").replace(/^[-–—=_*\s]{2,}[^-:：]{3,50}[-–—=_*\s]{3,}/u, ""),
  );
  const found: { kind: LabelKind; at: number; end: number }[] = [];
  const seen = new Set<LabelKind>();
  for (const match of text.matchAll(FLAT_LABEL)) {
    const kinds = KINDS_BY_LABEL.get((match[1] ?? "").toLowerCase().replace(/ +/g, " "));
    const kind = kinds === undefined ? null : pickKind(kinds, seen);
    if (kind === null || kind === "other") continue;
    seen.add(kind);
    found.push({ kind, at: match.index, end: match.index + match[0].length });
  }
  const first = found[0];
  if (first === undefined || first.at > 0 || first.kind !== "from") return null;
  if (!seen.has("sent") || !(seen.has("to") || seen.has("subject"))) return null;
  return text.slice(first.end, found[1]?.at).trim();
}
