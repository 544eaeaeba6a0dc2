/** Reads single settings of the environment and collects what is wrong with them. */

import { describeStrangers, isKnown } from "./misspelt.ts";
import { DEPENDENT_SETTINGS, describeWithoutEffect } from "./without-effect.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigProblem {
  key: string;
  problem: string;
  fix: string;
}

/** Its message lists every problem, one a line, for the operator, and after them the hints. It holds no secret. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];
  /** Sentences on names that look like slips: often what a missing setting was meant by. */
  readonly hints: readonly string[];

  constructor(problems: readonly ConfigProblem[], hints: readonly string[] = []) {
    const lines = [...problems.map(({ key, problem, fix }) => `${key}: ${problem} ${fix}`), ...hints];
    super(["The configuration cannot be used:", ...lines.map((line) => `  ${line}`)].join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
    this.hints = hints;
  }
}

/** Reads single settings and collects what is wrong with them. */
export class SettingsReader {
  readonly #env: Environment;
  readonly #problems: ConfigProblem[] = [];
  readonly #asked = new Set<string>();
  readonly #known = new Set<string>(DEPENDENT_SETTINGS);
  /** What holds where nothing is set. */
  readonly #fallbacks = new Map<string, string>();
  readonly #warnings: string[] = [];

  constructor(env: Environment) {
    this.#env = env;
  }

  report(key: string, problem: string, fix: string): void {
    this.#problems.push({ key, problem, fix });
  }

  /** What is odd, and stops nothing. */
  warn(text: string): void {
    this.#warnings.push(text);
  }

  /** For when all is read: what was odd, what changes nothing, and names that look like slips. */
  listWarnings(): string[] {
    const known = this.#listKnown();
    const changed = Object.keys(this.#env).filter((name) => this.#isChanged(name) && isKnown(name, known));
    return [...this.#warnings, ...describeWithoutEffect(new Set(changed)), ...this.#describeStrangers()];
  }

  #describeStrangers(): string[] {
    const isSet = (name: string): boolean => this.#isChanged(name);
    return describeStrangers(Object.keys(this.#env), { known: this.#listKnown(), isSet });
  }

  #listKnown(): Set<string> {
    return new Set([...this.#asked, ...this.#known]);
  }

  /** Names of the environment that have a value. */
  listSet(pattern: RegExp): string[] {
    return Object.keys(this.#env).filter((name) => pattern.test(name) && this.#read(name) !== null);
  }

  /** Names that are no slips, though it may be that nobody asks for them. */
  know(names: Iterable<string>): void {
    for (const name of names) this.#known.add(name);
  }

  wasAsked(key: string): boolean {
    return this.#asked.has(key);
  }

  /** A value that says what would hold anyhow, as those of `.env.example` do, is none. */
  #isChanged(key: string): boolean {
    const value = this.#read(key);
    const fallback = this.#fallbacks.get(key);
    return value !== null && (fallback === undefined || foldList(value) !== foldList(fallback));
  }

  /** On Workers some names of the environment stand for no text. */
  #read(key: string): string | null {
    const value: unknown = this.#env[key];
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  }

  get problemCount(): number {
    return this.#problems.length;
  }

  /** For when all is read. */
  throwProblems(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems, this.#describeStrangers());
  }

  text(key: string): string | null {
    this.#asked.add(key);
    return this.#read(key);
  }

  textOr(key: string, fallback: string): string {
    this.#fallbacks.set(key, fallback);
    return this.text(key) ?? fallback;
  }

  list(key: string, fallback = ""): string[] {
    return this.textOr(key, fallback)
      .split(/[\s,]+/)
      .filter((part) => part !== "");
  }

  required(key: string, because: string, fix: string): string | null {
    const value = this.text(key);
    if (value === null) this.report(key, `it is missing, and ${because} is set.`, fix);
    return value;
  }

  integer(key: string, bounds: { fallback: number; min: number; max: number }): number {
    this.#fallbacks.set(key, String(bounds.fallback));
    const value = this.text(key);
    if (value === null) return bounds.fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= bounds.min && number <= bounds.max) return number;
    this.report(
      key,
      `${quote(value)} is not a whole number in range.`,
      `Set one from ${bounds.min} to ${bounds.max}.`,
    );
    return bounds.fallback;
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    this.#fallbacks.set(key, fallback);
    const value = this.text(key);
    if (value === null) return fallback;
    const found = choices.find((choice) => choice === value);
    if (found === undefined)
      this.report(key, `${quote(value)} is none of the known values.`, `Use one of: ${choices.join(", ")}.`);
    return found ?? fallback;
  }

  url(key: string, protocols: string[], example: string): string | null {
    const value = this.text(key);
    if (value === null) return null;
    const parsed = URL.canParse(value) ? new URL(value) : null;
    if (parsed !== null && protocols.includes(parsed.protocol)) return value;
    const wanted = protocols.map((protocol) => `${protocol}//`).join(" or ");
    this.report(key, `it is not an address that begins with ${wanted}.`, `Example: ${example}`);
    return null;
  }

  httpUrl(key: string): string | null {
    return this.url(key, ["http:", "https:"], "https://desk.example.com")?.replace(/\/+$/, "") ?? null;
  }
}

function foldList(value: string): string {
  return value.toLowerCase().replace(/[\s,]+/g, ",");
}

/** A value for a message: never of a setting that can hold a secret. */
export function quote(value: string): string {
  return value.length > 60 ? `“${value.slice(0, 60)}…”` : `“${value}”`;
}
