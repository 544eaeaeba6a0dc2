/** Content-Type and Content-Disposition: a value and its parameters (RFC 2045, RFC 2231), however they are written. */
import { decodeBytes } from "./charset.ts";
import { cleanLine } from "./clean-text.ts";
import { decodeEncodedWords } from "./encoded-words.ts";

const PARAMETERS_MAX = 500;

export interface ParameterisedValue {
  /** Lower case, without comments. */
  value: string;
  /** Decoded, by lower-case name; the first of each name counts. */
  parameters: ReadonlyMap<string, string>;
}

/** `raw` is unfolded, its 8-bit bytes decoded. Never throws; what makes no sense is left out. */
export function parseParameters(raw: string | null): ParameterisedValue {
  const text = raw ?? "";
  // `text/plain charset=utf-8`: without a semicolon, the value ends where a parameter begins.
  const head = /^\s*(?:"([^";]*)"|([^;]*?))\s*(?:;|(?=\s[\w*.-]+\s*=)|$)/.exec(text);
  const value = (head?.[1] ?? head?.[2] ?? "")
    .replace(/\([^()]*\)/g, "")
    .trim()
    .toLowerCase();
  return { value, parameters: joinSections(readSections(text.slice(head?.[0].length ?? 0))) };
}

const SECTION = /[;\s]*([^\s=;"()*]+)(?:\*(\d{1,4}))?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*)(?:"|$)|([^;]*))/y;

interface Section {
  name: string;
  /** -1 where the value is whole. */
  index: number;
  isExtended: boolean;
  value: string;
}

function readSections(text: string): Section[] {
  const sections: Section[] = [];
  for (let at = 0; at < text.length && sections.length < PARAMETERS_MAX; ) {
    SECTION.lastIndex = at;
    const match = SECTION.exec(text);
    if (match === null) {
      const next = text.indexOf(";", at + 1);
      if (next < 0) break;
      at = next;
      continue;
    }
    const [whole, name = "", index, star, quoted, bare = ""] = match;
    const value =
      quoted === undefined ? trimBare(bare) : { text: unquoteBackslashes(quoted), length: bare.length };
    at += Math.max(1, whole.length - bare.length + value.length);
    sections.push({
      name: name.toLowerCase(),
      index: index === undefined ? -1 : Number(index),
      isExtended: star !== undefined,
      value: value.text,
    });
  }
  return sections;
}

/** A bare value may hold spaces, as in `name=two words.txt`, but ends where the next parameter begins. */
function trimBare(bare: string): { text: string; length: number } {
  const next = /\s[\w-]{1,30}(?:\*\d{0,4}\*?)?=(?!=|\?)/.exec(bare);
  const length = next === null || /=\?/.test(bare.slice(0, next.index)) ? bare.length : next.index;
  return {
    text: bare
      .slice(0, length)
      .replace(/^["']|["']\s*$/g, "")
      .trim(),
    length,
  };
}

/** Windows paths come with single backslashes: only a quote and a backslash are ever escaped. */
function unquoteBackslashes(quoted: string): string {
  return quoted.replace(/\\(["\\])/g, "$1");
}

function joinSections(sections: Section[]): Map<string, string> {
  const grouped = new Map<string, Section[]>();
  for (const section of sections) grouped.set(section.name, [...(grouped.get(section.name) ?? []), section]);
  const parameters = new Map<string, string>();
  for (const [name, group] of grouped) {
    const extended = group.find(({ index, isExtended }) => index < 0 && isExtended);
    const numbered = group.filter(({ index }) => index >= 0).sort((a, b) => a.index - b.index);
    const plain = group.find(({ index, isExtended }) => index < 0 && !isExtended);
    // RFC 6266, 4.3: the extended form wins over the plain one that stands beside it for old readers.
    const chosen = extended ? [extended] : numbered.length > 0 ? numbered : plain ? [plain] : [];
    parameters.set(name, cleanLine(decodeSections(chosen)).trim());
  }
  return parameters;
}

function decodeSections(sections: Section[]): string {
  if (!sections.some(({ isExtended }) => isExtended)) {
    return decodeEncodedWords(sections.map(({ value }) => value).join(""));
  }
  const charset = /^([^']*)'[^']*'/.exec(sections[0]?.value ?? "");
  const pieces = sections.map(({ value, isExtended }, at) => {
    const text = at === 0 && charset !== null ? value.slice(charset[0].length) : value;
    return isExtended ? decodePercents(text) : Buffer.from(text);
  });
  return decodeEncodedWords(decodeBytes(Buffer.concat(pieces), charset?.[1] || null));
}

function decodePercents(text: string): Buffer {
  const binary = Buffer.from(text).toString("latin1");
  const decoded = binary.replace(/%([0-9a-f]{2})/gi, (_whole, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1");
}
