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

export interface LabelLine {
  kinds: Set<LabelKind>;
  value: string;
}

/** Reads `Label: value`, bold or quoted; null where the label is none of a mail's. */
export function readLabel(line: Line): LabelLine | null {
  if (line.text.slice(0, 40).search(/[:：]/) < 1) return null;
  const text = stripMarkup(line.text.replace(/^[>|\s]+/, ""));
  const colon = text.search(/[:：]/);
  if (colon < 1 || colon > 30) return null;
  const label = text
    .slice(0, colon)
    .replace(/[\s*_]+$/g, "")
    .trim()
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
  const seen = new Set<LabelKind>();
  let fromValue = "";
  let hasAddress = false;
  let hasDate = false;
  let end = start;
  let continuation = 0;
  for (let index = start; index < Math.min(lines.length, start + LINES_MAX); index++) {
    const line = lines[index] as Line;
    const label = readLabel(line);
    if (label === null) {
      if (line.isLong || ++continuation > CONTINUATION_MAX || (line.text === "" && isComplete(seen))) break;
      if (fromValue === "" && seen.has("from") && line.text !== "") fromValue = line.text;
      continue;
    }
    const kind = pickKind(label.kinds, seen);
    if (kind === null) break;
    seen.add(kind);
    if (kind === "from") fromValue = label.value;
    hasAddress ||= (kind === "from" || kind === "to") && EMAIL.test(label.value);
    hasDate ||= kind === "sent" && DATE.test(label.value);
    continuation = 0;
    end = index + 1;
  }
  if (seen.has("from") && fromValue === "") fromValue = "?";
  return isBlock(seen, fromValue, hasAddress && hasDate, afterMarker) ? { end, fromValue } : null;
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

/** `From: Ada Sent: Monday To: Bob Subject: Hello` on one line. Answers the sender, or null. */
function readFlatBlock(line: Line): string | null {
  if (line.text.length < 30) return null;
  const text = stripMarkup(line.text.replace(/^[>|\s]+/, ""));
  const found: { kind: LabelKind; at: number; end: number }[] = [];
  const seen = new Set<LabelKind>();
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])(\p{L}[\p{L}-]{0,15})\s?[:：]/gu)) {
    const kinds = KINDS_BY_LABEL.get((match[1] ?? "").toLowerCase());
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
