/** What Lotus Notes puts over a quote: neither "wrote" nor labels with their values beside them. */
import { HEADER_LABELS } from "./languages.ts";
import { isBlank, type Line } from "./lines.ts";

/** `Ada Lovelace ---08/08/2019 10:12:01 AM---Hello Grace, ...`, the first words of the quote behind it. */
const ONE_LINE =
  /^[^-].{1,80}? ?-{2,3} ?\d{1,4}[./-]\d{1,2}[./-]\d{1,4} \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)? ?-{2,3}/iu;
/** A table drawn with signs: `|------------>` over `| From:      |`. */
const TABLE_EDGE = /^\|-{5,}>$/;
const DATE_LINE =
  /^.{0,24}\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[ap]\.?m\.?)?.{0,8}$/iu;
const ROWS_MAX = 12;

const TO = new Set<string>(HEADER_LABELS.to);
const SUBJECT = new Set<string>(HEADER_LABELS.subject.filter((word) => word !== "re"));

/** True where a header of Notes starts, in one line, drawn as a table, or with each label in a line of its own. */
export function startsNotesHeader(lines: Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined || line.isLong || line.isQuote) return false;
  if (ONE_LINE.test(line.text)) return true;
  if (TABLE_EDGE.test(line.text)) return /^\| ?\p{L}[^|]{0,30}[:：]/u.test(lines[index + 1]?.text ?? "");
  return isStacked(lines, index);
}

/** The sender, the date, then "To", "cc" and "Subject", each alone over its value. */
function isStacked(lines: Line[], index: number): boolean {
  const date = lines[index + 1];
  if (date === undefined || date.text.length > 60 || !DATE_LINE.test(date.text)) return false;
  let hasTo = false;
  for (let row = index + 2; row < index + 2 + ROWS_MAX; row++) {
    if (isBlank(lines[row])) continue;
    const word = (lines[row]?.text ?? "").toLowerCase().replace(/[:：]$/, "");
    if (hasTo && SUBJECT.has(word)) return true;
    if (TO.has(word)) hasTo = true;
    else if (!hasTo) return false;
  }
  return false;
}
