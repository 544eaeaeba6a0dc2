/** Reads the labelled tickets of `eval triage`: JSON lines, and a plain word on each row that cannot be used. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { AppError } from "../core/errors.ts";
import type { EvalRow } from "../triage/eval.ts";

/** Rejects with `invalid`, naming the file, the row and the field, and what to do, where it cannot be used. */
export async function readEvalRows(file: string, field: string): Promise<EvalRow[]> {
  const rows: EvalRow[] = [];
  let number = 0;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
      number++;
      const content = (number === 1 ? line.replace(/^\uFEFF/u, "") : line).trim();
      if (content !== "") rows.push(readRow(content, field, `${file}, row ${number}`));
    }
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid", describeUnreadable(file, error), { cause: error });
  }
  if (rows.length === 0) throw new AppError("invalid", `${file} has no rows. ${describeShape(field)}`);
  return rows;
}

function readRow(line: string, field: string, where: string): EvalRow {
  const row = parseRow(line, field, where);
  const text = row.text ?? "";
  const subject = row.subject ?? "";
  const label = row[field];
  const fail = (what: string) => new AppError("invalid", `${where}: ${what}`);
  if (typeof text !== "string") throw fail(`"text" is ${nameKind(text)}. Make it a string.`);
  if (typeof subject !== "string") throw fail(`"subject" is ${nameKind(subject)}. Make it a string.`);
  // A title alone is a ticket too.
  if (isBlank(text) && isBlank(subject)) {
    const fix =
      row.text === undefined
        ? 'Name the ticket\'s words "text", and its title "subject".'
        : "Add the ticket's words, or leave the row out.";
    throw fail(`"text" is ${nameLack(row.text)}${listFields(row)}. ${fix}`);
  }
  if (isBlank(label))
    throw fail(
      `the label "${field}" is ${nameLack(label)}${listFields(row)}. Add it, or name another with --field.`,
    );
  if (typeof label !== "string" && typeof label !== "number" && typeof label !== "boolean")
    throw fail(`the label "${field}" is ${nameKind(label)}. Make it a string or a number.`);
  return { text, subject, label: String(label) };
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

function nameLack(value: unknown): string {
  if (value === undefined) return "missing";
  return value === null ? "null" : "empty";
}

function parseRow(line: string, field: string, where: string): Record<string, unknown> {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    const isArray = /^\[/u.test(line);
    const what = isArray ? "the file is one JSON array, not a row for each line" : "this is not JSON";
    throw new AppError("invalid", `${where}: ${what}. ${describeShape(field)}`, { cause: error });
  }
  if (Array.isArray(row))
    throw new AppError("invalid", `${where}: this is a JSON array, not an object. ${describeShape(field)}`);
  if (typeof row !== "object" || row === null)
    throw new AppError(
      "invalid",
      `${where}: this is ${nameKind(row)}, not an object. ${describeShape(field)}`,
    );
  return row as Record<string, unknown>;
}

function describeShape(field: string): string {
  return `Write one object on each line: {"text": "…", "subject": "…", "${field}": "…"}; \`jq -c '.[]'\` makes such lines of an array.`;
}

const FIELDS_NAMED_MAX = 12;

function listFields(row: Record<string, unknown>): string {
  const fields = Object.keys(row).slice(0, FIELDS_NAMED_MAX);
  return fields.length === 0 ? " (the row is empty)" : ` (the row has ${fields.join(", ")})`;
}

function nameKind(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return { object: "an object", boolean: "true or false" }[typeof value as string] ?? `a ${typeof value}`;
}

/** What the file system says, for a person. */
const FILE_PROBLEMS: Record<string, string> = {
  ENOENT: "does not exist. Check the path",
  EISDIR: "is a folder. Name a file of JSON lines",
  EACCES: "may not be read. Check its permissions",
};

function describeUnreadable(file: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const problem = FILE_PROBLEMS[code];
  if (problem) return `${file} ${problem}.`;
  return `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`;
}
