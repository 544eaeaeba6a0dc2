/** Reads single settings of the environment and collects what is wrong with them. */

import { findMisspelt } from "./misspelt.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigProblem {
  key: string;
  problem: string;
  fix: string;
}

/** Its message lists every problem, one a line, for the operator. It holds no secret. */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ key, problem, fix }) => `  ${key}: ${problem} ${fix}`);
    super(`The configuration cannot be used:\n${lines.join("\n")}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Reads single settings and collects what is wrong with them. */
export class SettingsReader {
  readonly #env: Environment;
  readonly #problems: ConfigProblem[] = [];
  readonly #asked = new Set<string>();
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

  /** Those of the settings read so far, and the names in the environment that look like slips of theirs. */
  listWarnings(): string[] {
    const slips = findMisspelt(Object.keys(this.#env), this.#asked).map(
      ({ name, meant }) => `${name} is not a setting. Did you mean ${meant}?`,
    );
    return [...this.#warnings, ...slips];
  }

  get problemCount(): number {
    return this.#problems.length;
  }

  throwProblems(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.#problems);
  }

  text(key: string): string | null {
    this.#asked.add(key);
    const value = this.#env[key]?.trim();
    return value === undefined || value === "" ? null : value;
  }

  list(key: string): string[] {
    return (this.text(key) ?? "").split(/[\s,]+/).filter((part) => part !== "");
  }

  required(key: string, because: string, fix: string): string | null {
    const value = this.text(key);
    if (value === null) this.report(key, `it is missing, and ${because} is set.`, fix);
    return value;
  }

  integer(key: string, bounds: { fallback: number; min: number; max: number }): number {
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

/** A value for a message: never of a setting that can hold a secret. */
export function quote(value: string): string {
  return value.length > 60 ? `“${value.slice(0, 60)}…”` : `“${value}”`;
}
