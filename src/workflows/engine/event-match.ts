/**
 * How a waiting run is found by an arriving event without asking every waiting run.
 *
 * A wait's expression is nearly always an equality between a path of the later event and something known already
 * (`event.data.ticketId == async.data.ticketId`). That equality is stored as an index key: the path, and the value it
 * must have. What else the expression says is kept as `condition` and evaluated on the few rows that the key finds.
 */
import {
  canonicalText,
  type Expression,
  evaluate,
  evaluateCondition,
  parseExpression,
  readPath,
} from "./expressions.ts";

/** `matchPath` is a JSON array of keys, or "" where no equality could be indexed. */
export type MatchKey = { matchPath: string; matchValue: string };
export type WaitMatch = MatchKey & { condition: string | null };

/** Longer values would not fit a btree row; they are compared by the condition instead. */
const INDEXED_VALUE_MAX = 500;

const ANY: MatchKey = { matchPath: "", matchValue: "" };

/** Turns an expression over (event, async) into what is stored, `event` being known. Throws ExpressionError. */
export function planWaitMatch(source: string | undefined, event: unknown): WaitMatch {
  if (source === undefined || source.trim() === "") return { ...ANY, condition: null };
  const expression = parseExpression(source);
  const parts = splitConjunction(expression);
  for (const part of parts) {
    const key = planKey(part, event);
    if (key) return { ...key, condition: parts.length === 1 ? null : source };
  }
  return { ...ANY, condition: source };
}

/** Every `matchPath` that planWaitMatch may give for this expression, whatever the event. Throws ExpressionError. */
export function listMatchPaths(source: string | undefined): string[] {
  if (source === undefined || source.trim() === "") return [""];
  const paths = splitConjunction(parseExpression(source)).flatMap((part) => readEquality(part)?.path ?? []);
  return [...new Set(["", ...paths])];
}

/** The index keys by which `event` may find waits, given the paths that waits on this event's name use. */
export function listMatchKeys(event: unknown, paths: Iterable<string>): MatchKey[] {
  const keys: MatchKey[] = [];
  for (const path of paths) {
    if (path === "") keys.push(ANY);
    else {
      const value = readPath(event, JSON.parse(path) as (string | number)[]);
      const text = value === undefined ? "" : canonicalText(value);
      if (text !== "" && text.length <= INDEXED_VALUE_MAX) keys.push({ matchPath: path, matchValue: text });
    }
  }
  return keys;
}

/** Whether a found wait is really meant. `event` started the waiting run, `async` has arrived now. */
export function isWaitMet(condition: string | null, event: unknown, async: unknown): boolean {
  return condition === null || evaluateCondition(parseExpression(condition), { event, async });
}

function splitConjunction(expression: Expression): Expression[] {
  if (expression.type === "binary" && expression.operator === "&&") {
    return [...splitConjunction(expression.left), ...splitConjunction(expression.right)];
  }
  return [expression];
}

function planKey(part: Expression, event: unknown): MatchKey | undefined {
  const equality = readEquality(part);
  const value = equality && evaluate(equality.known, { event });
  // A missing value equals nothing and null equals a missing path: neither is a question for an index.
  if (!equality || value === undefined || value === null) return undefined;
  const matchValue = canonicalText(value);
  return matchValue.length > INDEXED_VALUE_MAX ? undefined : { matchPath: equality.path, matchValue };
}

/** `async.some.path == known`, either way round, where `known` does not depend on the later event. */
function readEquality(part: Expression): { path: string; known: Expression } | undefined {
  if (part.type !== "binary" || part.operator !== "==") return undefined;
  const [path, known] = isAsyncPath(part.left) ? [part.left, part.right] : [part.right, part.left];
  if (!isAsyncPath(path) || mentionsAsync(known)) return undefined;
  return { path: JSON.stringify(path.keys), known };
}

function isAsyncPath(expression: Expression): expression is Extract<Expression, { type: "path" }> {
  return expression.type === "path" && expression.root === "async";
}

function mentionsAsync(expression: Expression): boolean {
  switch (expression.type) {
    case "literal":
      return false;
    case "path":
      return expression.root === "async";
    case "not":
      return mentionsAsync(expression.operand);
    case "binary":
      return mentionsAsync(expression.left) || mentionsAsync(expression.right);
  }
}
