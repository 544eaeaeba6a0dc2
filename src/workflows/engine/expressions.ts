/**
 * The part of Inngest's expression language (CEL) that the engine evaluates: paths from `event` and `async`, strings,
 * numbers, true, false, null, == != < <= > >=, && || !, + and parentheses. Anything else is an ExpressionError, so that
 * a function which needs more is refused by name instead of being matched wrongly.
 *
 * A path that does not exist equals nothing but the literal `null`: two missing fields are not a match.
 */

export class ExpressionError extends Error {
  override name = "ExpressionError";
}

export type Expression =
  | { type: "literal"; value: string | number | boolean | null }
  | { type: "path"; root: "event" | "async"; keys: readonly (string | number)[] }
  | { type: "not"; operand: Expression }
  | { type: "binary"; operator: BinaryOperator; left: Expression; right: Expression };

type BinaryOperator = "||" | "&&" | "==" | "!=" | "<" | "<=" | ">" | ">=" | "+";

/** What the two roots stand for; `async` is the later event (of a wait or a cancellation). */
export type Scope = { event: unknown; async?: unknown };

/** From the loosest binding to the tightest. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [
  ["||"],
  ["&&"],
  ["==", "!=", "<", "<=", ">", ">="],
  ["+"],
];

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|([A-Za-z_]\w*)|(\|\||&&|[=!<>]=|[<>!+().[\]]))/y;

type Token = { kind: "number" | "string" | "name" | "symbol"; text: string };

export function parseExpression(source: string): Expression {
  const parser = new Parser(readTokens(source), source);
  const expression = parser.readLevel(0);
  parser.expectEnd();
  return expression;
}

function readTokens(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match)
      throw new ExpressionError(
        `cannot read ${JSON.stringify(text.slice(at, at + 20).trim())} in: ${source}`,
      );
    const [, number, string, name, symbol] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (string !== undefined) tokens.push({ kind: "string", text: string });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else tokens.push({ kind: "symbol", text: symbol ?? "" });
  }
  return tokens;
}

class Parser {
  private at = 0;
  private readonly tokens: readonly Token[];
  private readonly source: string;

  constructor(tokens: readonly Token[], source: string) {
    this.tokens = tokens;
    this.source = source;
  }

  readLevel(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return this.readUnary();
    let left = this.readLevel(level + 1);
    for (let operator = this.take(operators); operator; operator = this.take(operators)) {
      left = { type: "binary", operator, left, right: this.readLevel(level + 1) };
    }
    return left;
  }

  expectEnd(): void {
    if (this.at < this.tokens.length) this.fail();
  }

  private readUnary(): Expression {
    if (this.take(["!"])) return { type: "not", operand: this.readUnary() };
    if (this.take(["("])) {
      const inner = this.readLevel(0);
      if (!this.take([")"])) this.fail();
      return inner;
    }
    const token = this.tokens[this.at++];
    if (token?.kind === "number") return { type: "literal", value: Number(token.text) };
    if (token?.kind === "string") return { type: "literal", value: unquote(token.text) };
    if (token?.kind === "name") return this.readNamed(token.text);
    this.at--;
    return this.fail();
  }

  private readNamed(name: string): Expression {
    if (name === "true" || name === "false") return { type: "literal", value: name === "true" };
    if (name === "null") return { type: "literal", value: null };
    if (name !== "event" && name !== "async") {
      throw new ExpressionError(`"${name}" is not supported in: ${this.source}`);
    }
    const keys: (string | number)[] = [];
    for (;;) {
      if (this.take(["."])) keys.push(this.expectKey("name"));
      else if (this.take(["["])) {
        keys.push(this.expectKey("string", "number"));
        if (!this.take(["]"])) this.fail();
      } else return { type: "path", root: name, keys };
    }
  }

  private expectKey(...kinds: Token["kind"][]): string | number {
    const token = this.tokens[this.at++];
    if (!token || !kinds.includes(token.kind)) return this.fail();
    if (token.kind === "number") return Number(token.text);
    return token.kind === "string" ? unquote(token.text) : token.text;
  }

  private take<T extends string>(symbols: readonly T[]): T | undefined {
    const token = this.tokens[this.at];
    const found = token?.kind === "symbol" ? symbols.find((symbol) => symbol === token.text) : undefined;
    if (found !== undefined) this.at++;
    return found;
  }

  private fail(): never {
    const token = this.tokens[Math.min(this.at, this.tokens.length - 1)];
    const where = this.at >= this.tokens.length ? "it ends too early" : `unexpected "${token?.text}"`;
    throw new ExpressionError(`${where} in: ${this.source}`);
  }
}

function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, "$1");
}

/** Never throws: what cannot be computed (a field of nothing, a number plus an object) is undefined. */
export function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.type) {
    case "literal":
      return expression.value;
    case "path":
      return readPath(expression.root === "event" ? scope.event : scope.async, expression.keys);
    case "not":
      return evaluate(expression.operand, scope) !== true;
    case "binary":
      return evaluateBinary(expression.operator, expression.left, expression.right, scope);
  }
}

export function evaluateCondition(expression: Expression, scope: Scope): boolean {
  return evaluate(expression, scope) === true;
}

function evaluateBinary(operator: BinaryOperator, l: Expression, r: Expression, scope: Scope): unknown {
  const left = evaluate(l, scope);
  if (operator === "&&") return left === true && evaluate(r, scope) === true;
  if (operator === "||") return left === true || evaluate(r, scope) === true;
  const right = evaluate(r, scope);
  if (operator === "==") return isEqual(left, right, l, r);
  if (operator === "!=") return !isEqual(left, right, l, r);
  return operator === "+" ? add(left, right) : compare(operator, left, right);
}

/** Keys are built by adding: `event.data.customer + "-" + event.data.day`, where a number counts as its digits. */
function add(left: unknown, right: unknown): string | number | undefined {
  if (typeof left === "number" && typeof right === "number") return left + right;
  const printable = [left, right].every((value) => typeof value === "string" || typeof value === "number");
  return printable ? `${left}${right}` : undefined;
}

function compare(operator: "<" | "<=" | ">" | ">=", left: unknown, right: unknown): boolean | undefined {
  const comparable =
    (typeof left === "number" && typeof right === "number") ||
    (typeof left === "string" && typeof right === "string");
  if (!comparable) return undefined;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
  }
}

function isEqual(left: unknown, right: unknown, l: Expression, r: Expression): boolean {
  if (left === undefined || right === undefined) {
    const other = left === undefined ? r : l;
    return other.type === "literal" && other.value === null;
  }
  return left === right || canonicalText(left) === canonicalText(right);
}

/** A value at a path of an event, or undefined where there is none. Own properties only. */
export function readPath(root: unknown, keys: readonly (string | number)[]): unknown {
  let value = root;
  for (const key of keys) {
    if (value === null || typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

/** JSON with sorted keys: equal values have equal text. Contains no raw control characters, so Postgres can hold it. */
export function canonicalText(value: unknown): string {
  return (
    JSON.stringify(value, (_key, item: unknown) =>
      item !== null && typeof item === "object" && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
        : item,
    ) ?? ""
  );
}
