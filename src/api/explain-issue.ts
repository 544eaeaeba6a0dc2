/** What Zod found wrong, said so that whoever sent it knows what to send instead. */
import type { z } from "zod";

type Issue = z.core.$ZodIssue;

/** What Zod says where a schema has no words of its own. */
const BARE = /^(?:Invalid|Too small|Too big|Unrecognized|Expected)\b/;

const TYPES: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
  date: "a date",
};

const FORMATS: Readonly<Record<string, string>> = {
  datetime: "a time with its zone such as 2026-11-22T09:30:00Z",
  date: "a day that exists, written as 2026-11-22",
  uuid: "an id (UUID)",
  guid: "an id (UUID)",
  email: "a mail address such as ada@example.com",
  url: "an address such as https://example.com",
};

/** A phrase for behind the name of the field: `must be one of: low, medium, high`. */
export function explainIssue(issue: Issue): string {
  return BARE.test(issue.message) ? `must be ${expect(issue)}` : issue.message;
}

/** What should stand there, as a noun: `a whole number`. */
function expect(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPES[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values.map(String));
    case "invalid_format":
      return FORMATS[issue.format] ?? `written as a ${issue.format}`;
    case "too_small":
      return limit(issue.origin, Number(issue.minimum), "or more");
    case "too_big":
      return limit(issue.origin, Number(issue.maximum), "or less");
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
      return `without ${issue.keys.join(", ")}`;
    case "invalid_union":
      return expectUnion(issue);
    default:
      return "as /api/docs describes it";
  }
}

function limit(origin: string, size: number, more: string): string {
  if (origin === "string" && size === 1 && more === "or more") return "a text that is not empty";
  if (origin === "string") return `a text of ${size} characters ${more}`;
  if (origin === "array" || origin === "set") return `a list of ${size} entries ${more}`;
  return `${size} ${more}`;
}

/** Each way in which it could have been right. */
function expectUnion(issue: z.core.$ZodIssueInvalidUnion): string {
  const options = "options" in issue && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (options.length > 0) return oneOf(options);
  const ways = issue.errors.flatMap(([first]) => (first === undefined ? [] : [expect(first)]));
  return [...new Set(ways)].join(", or ") || "as /api/docs describes it";
}

function oneOf(values: readonly string[]): string {
  return values.length === 1 ? `${values[0]}` : `one of: ${values.join(", ")}`;
}
