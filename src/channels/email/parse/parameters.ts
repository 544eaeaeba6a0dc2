/** Content-Type and Content-Disposition: a value and its parameters (RFC 2045, RFC 2231), however they are written. */
import { decodeBytes } from "./charset.ts";
import { cleanLine } from "./clean-text.ts";
import { decodeEncodedWords } from "./encoded-words.ts";

const PARAMETERS_MAX = 500;
const LENGTH_MAX = 50_000;

export interface ParameterisedValue {
  /** Lower case, without comments. */
  value: string;
  /** Decoded, by lower-case name; the first of each name counts. */
  parameters: ReadonlyMap<string, string>;
}

/** `raw` is unfolded, its 8-bit bytes decoded. Never throws; what makes no sense is left out. */
export function parseParameters(raw: string | null): ParameterisedValue {
  const text = (raw ?? "").slice(0, LENGTH_MAX).replace(/\s{20,}/g, " ");
  // `text/plain charset=utf-8`: without a semicolon, the value ends where a parameter begins.
  const head = /^\s*(?:"([^";]*)"|([^;]*?))\s*(?:;|(?=\s[\w*.-]+\s*=)|$)/.exec(text);
  const value = (head?.[1] ?? head?.[2] ?? "")
    .replace(/\([^()]*\)/g, "")
    .trim()
    .toLowerCase();
  return { value, parameters: joinSections(readSections(text.slice(head?.[0].length ?? 0))) };
}

interface Section {
  name: string;
  /** -1 where the value is whole. */
  index: number;
  isExtended: boolean;
  value: string;
}

/** By hand, since every character is looked at once however broken the value is. */
function readSections(text: string): Section[] {
  const sections: Section[] = [];
  let at = 0;
  while (at < text.length && sections.length < PARAMETERS_MAX) {
    const nameStart = skip(text, at, /[;\s,]/);
    const nameEnd = skipUntil(text, nameStart, /[\s=;"]/);
    const sign = skip(text, nameEnd, /\s/);
    if (text[sign] !== "=") {
      at = Math.max(sign, nameStart + 1);
      continue;
    }
    const value = readValue(text, skip(text, sign + 1, /\s/));
    at = value.end;
    const name = /^(.*?)(?:\*(\d{1,4}))?(\*)?$/s.exec(
      text.slice(nameStart, Math.min(nameEnd, nameStart + 100)),
    );
    if (name === null || name[1] === "") continue;
    const [, base = "", index, star] = name;
    sections.push({
      name: base.toLowerCase(),
      index: index === undefined ? -1 : Number(index),
      isExtended: star !== undefined,
      value: value.text,
    });
  }
  return sections;
}

function skip(text: string, from: number, chars: RegExp): number {
  let at = from;
  while (at < text.length && chars.test(text[at] ?? "")) at++;
  return at;
}

function skipUntil(text: string, from: number, chars: RegExp): number {
  let at = from;
  while (at < text.length && !chars.test(text[at] ?? "")) at++;
  return at;
}

function readValue(text: string, start: number): { text: string; end: number } {
  if (text[start] !== '"') {
    const semicolon = text.indexOf(";", start);
    const bare = trimBare(text.slice(start, semicolon < 0 ? text.length : semicolon));
    return { text: bare.text, end: start + bare.length };
  }
  let end = start + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return { text: unquoteBackslashes(text.slice(start + 1, end)), end: end + 1 };
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
