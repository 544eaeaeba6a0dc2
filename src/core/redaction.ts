/**
 * Takes out of a text what no model needs to read: card numbers, account numbers, secrets, and on request addresses and
 * telephone numbers. Each value becomes a placeholder, the same one wherever it stands, so that what a model answers can
 * be read with the values put back.
 */
import {
  LABELLED_CODE,
  LABELLED_SECRET,
  MARKED_SECRETS,
  NO_SECRETS,
  PLACED_SECRETS,
} from "./redaction-patterns.ts";

export const REDACTION_KINDS = ["cards", "ibans", "secrets", "emails", "phones"] as const;
export type RedactionKind = (typeof REDACTION_KINDS)[number];

export interface Redactor {
  /** The text with `[card-1]`, `[secret-2]` and so on in place of values. */
  redact(text: string): string;
  /** The same for words of other people: `[card]`, which nobody can turn back. */
  erase(text: string): string;
  /** Puts the values back that `redact` took out. */
  restore(text: string): string;
  /** How many different values were taken out. */
  count(): number;
}

const NAMES: Record<RedactionKind, string> = {
  cards: "card",
  ibans: "iban",
  secrets: "secret",
  emails: "email",
  phones: "phone",
};
const PLACEHOLDER = /\[(card|iban|secret|email|phone)[ -](\d{1,6})\]/giu;

interface Found {
  start: number;
  end: number;
  name: string;
}

export function createRedactor(kinds: readonly RedactionKind[]): Redactor {
  const placeholders = new Map<string, string>();
  const values = new Map<string, string>();
  const taken = new Set<string>();
  let next = 1;

  const placeholderFor = (name: string, value: string): string => {
    const known = placeholders.get(`${name} ${value}`);
    if (known !== undefined) return known;
    // What the text itself spells like a placeholder is never one of ours.
    while (taken.has(`${name}-${next}`)) next += 1;
    const placeholder = `${name}-${next}`;
    next += 1;
    placeholders.set(`${name} ${value}`, `[${placeholder}]`);
    values.set(placeholder, value);
    return `[${placeholder}]`;
  };
  return {
    redact(text) {
      for (const [, name = "", number = ""] of text.matchAll(PLACEHOLDER))
        taken.add(`${name.toLowerCase()}-${number}`);
      return replaceFound(text, findValues(text, kinds), placeholderFor);
    },
    erase: (text) => replaceFound(text, findValues(text, kinds), (name) => `[${name}]`),
    restore: (text) =>
      text.replace(
        PLACEHOLDER,
        (whole, name: string, number: string) => values.get(`${name.toLowerCase()}-${number}`) ?? whole,
      ),
    count: () => values.size,
  };
}

function replaceFound(text: string, found: Found[], put: (name: string, value: string) => string): string {
  let result = "";
  let from = 0;
  for (const { start, end, name } of found) {
    result += text.slice(from, start) + put(name, text.slice(start, end));
    from = end;
  }
  return result + text.slice(from);
}

/** In the order of the text, none over another; where two meet, the one that begins first. */
function findValues(text: string, kinds: readonly RedactionKind[]): Found[] {
  const found = kinds.flatMap((kind) =>
    FINDERS[kind](text).map(({ start, end }) => ({ start, end, name: NAMES[kind] })),
  );
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Found[] = [];
  for (const one of found) {
    const last = kept.at(-1);
    if (last === undefined || one.start >= last.end) kept.push(one);
    else if (one.end > last.end) last.end = one.end;
  }
  return kept;
}

type Span = Pick<Found, "start" | "end">;

const FINDERS: Record<RedactionKind, (text: string) => Span[]> = {
  cards: findCards,
  ibans: findIbans,
  secrets: findSecrets,
  emails: (text) => findAll(text, EMAIL),
  phones: findPhones,
};

const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,6}\p{L}{2,24}/gu;
const PHONE = /(?<![\p{L}\p{N}.,:/-])(?:\+|00|\(?0|\(\d)\d?(?:[ ./()\u00a0-]{0,2}\d){6,14}(?![\p{L}\p{N}])/gu;
const DIGIT_GROUPS = /(?<![\p{Nd}])\p{Nd}+(?:[ \u00a0.-]\p{Nd}+){0,7}(?!\p{Nd})/gu;
const SOCIAL_SECURITY_NUMBER = /(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?![\d-])/gu;
const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d\d(?:[ \u00a0-]?[A-Z0-9]){11,30}(?![\p{L}\p{N}])/giu;

function findAll(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map(({ 0: match, index }) => ({
    start: index,
    end: index + match.length,
  }));
}

function findPhones(text: string): Span[] {
  return findAll(text, PHONE).filter(
    ({ start, end }) => text.slice(start, end).replace(/\D/g, "").length >= 8,
  );
}

/** ISO/IEC 7812: 13 to 19 digits of a payment network whose check digit is right, in one group or several. */
function findCards(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(DIGIT_GROUPS)) {
    const groups = [...run.matchAll(/\p{Nd}+/gu)].map(({ 0: digits, index: at }) => ({ digits, at }));
    for (let first = 0; first < groups.length; first++) {
      const last = lastGroupOfCard(groups.slice(first).map(({ digits }) => digits));
      if (last === null) continue;
      const from = groups[first];
      const to = groups[first + last];
      if (from === undefined || to === undefined) continue;
      spans.push({ start: index + from.at, end: index + to.at + to.digits.length });
      first += last;
    }
  }
  return spans;
}

function lastGroupOfCard(groups: string[]): number | null {
  for (let last = groups.length - 1; last >= 0; last--) {
    const digits = toAsciiDigits(groups.slice(0, last + 1).join(""));
    if (/^[2-6]\d{12,18}$/.test(digits) && passesLuhn(digits)) return last;
  }
  return null;
}

/** Digits of other scripts stand in rows of ten. */
function toAsciiDigits(text: string): string {
  return text.normalize("NFKC").replace(/[^\D]|\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0) ?? 0;
    if (code < 0x80) return digit;
    const zero = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50].find((start) => code >= start && code < start + 10);
    return zero === undefined ? "x" : String(code - zero);
  });
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place++) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** ISO 13616: the check digits are right. Words that follow are left out as far as needed. */
function findIbans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { 0: run, index } of text.matchAll(IBAN)) {
    const ends = [run.length, ...[...run.matchAll(/[ \u00a0-]/gu)].map(({ index: at }) => at).reverse()];
    const end = ends.find((at) =>
      passesMod97(
        run
          .slice(0, at)
          .replace(/[ \u00a0-]/gu, "")
          .toUpperCase(),
      ),
    );
    if (end !== undefined) spans.push({ start: index, end: index + end });
  }
  return spans;
}

function passesMod97(iban: string): boolean {
  if (iban.length < 15 || iban.length > 34) return false;
  let rest = 0;
  for (const sign of iban.slice(4) + iban.slice(0, 4)) {
    const value = /\d/.test(sign) ? sign : String(sign.charCodeAt(0) - 55);
    for (const digit of value) rest = (rest * 10 + Number(digit)) % 97;
  }
  return rest === 1;
}

function findSecrets(text: string): Span[] {
  const spans = [...MARKED_SECRETS, SOCIAL_SECURITY_NUMBER].flatMap((pattern) => findAll(text, pattern));
  for (const pattern of [...PLACED_SECRETS, LABELLED_CODE]) {
    for (const match of text.matchAll(pattern)) spans.push(valueSpan(match));
  }
  for (const match of text.matchAll(LABELLED_SECRET)) {
    if (isSecret(match.groups?.value ?? "", match.groups?.is ?? "")) spans.push(valueSpan(match));
  }
  return spans;
}

/** The value ends each of these patterns, or stands before one sign. */
function valueSpan({ 0: whole, index, groups }: RegExpExecArray): Span {
  const value = groups?.value ?? "";
  const start = index + whole.lastIndexOf(value);
  return { start, end: start + value.length };
}

function isSecret(value: string, is: string): boolean {
  const bare = value.replace(/[.!?)\]}]+$/u, "");
  if (bare.length < 3 || NO_SECRETS.has(bare.toLowerCase()) || /^\[\w+-\d+\]?$/.test(bare)) return false;
  const isMarked = /[:=：＝>→–]/u.test(is);
  // "my password is wrong": a word. "my password is Tiger!7": none.
  return (
    isMarked || (/[\p{L}]/u.test(bare) ? /[^\p{L}\p{M}'’.-]|\p{Ll}\p{Lu}/u.test(bare) : bare.length >= 4)
  );
}
