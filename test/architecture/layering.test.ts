import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../../src");

/** What each room may import besides itself. Roots may import everything, and nobody imports them. */
const MAY_IMPORT: Record<string, string[]> = {
  core: [],
  db: ["core"],
  desk: ["core", "db"],
  triage: ["core"],
  channels: ["core"],
  workflows: ["core", "db", "desk"],
  api: ["core", "db", "desk"],
};

/** Rooms that run on Cloudflare Workers too. */
const WITHOUT_NODE = ["core", "desk", "workflows", "api", "triage", "channels/slack"];

interface Import {
  file: string;
  specifier: string;
  /** Path below src of what is imported, or null for a package. */
  target: string | null;
}

function listSources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.tsx?$/.test(name) && !/\.(test|d)\.tsx?$/.test(name))
    .map((name) => join(folder, name));
}

function readImports(path: string): Import[] {
  const { module, errors } = parseSync(path, readFileSync(path, "utf8"));
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const specifiers = [
    ...module.staticImports.map((found) => found.moduleRequest.value),
    ...module.staticExports.flatMap((found) =>
      found.entries.flatMap((entry) => entry.moduleRequest?.value ?? []),
    ),
    ...module.dynamicImports.map((found) =>
      readFileSync(path, "utf8")
        .slice(found.moduleRequest.start, found.moduleRequest.end)
        .replace(/^["'`]|["'`]$/g, ""),
    ),
  ];
  return specifiers.map((specifier) => ({
    file: relative(SRC, path),
    specifier,
    target: specifier.startsWith(".") ? relative(SRC, resolve(dirname(path), specifier)) : null,
  }));
}

function roomOf(path: string): string {
  return path.includes("/") ? (path.split("/")[0] ?? "") : "root";
}

const imports = listSources(SRC).flatMap(readImports);

describe("layering", () => {
  it("lets each room import only what the table allows", () => {
    const broken = imports.filter(({ file, target }) => {
      const allowed = MAY_IMPORT[roomOf(file)];
      if (target === null || allowed === undefined) return false;
      const room = roomOf(target);
      return room !== roomOf(file) && !allowed.includes(room);
    });
    expect(broken.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("lets no channel import another channel", () => {
    const broken = imports.filter(({ file, target }) => {
      const [room, channel] = file.split("/");
      return room === "channels" && target?.startsWith("channels/") && target.split("/")[1] !== channel;
    });
    expect(broken.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("keeps core free of packages", () => {
    const broken = imports.filter(({ file, target }) => roomOf(file) === "core" && target === null);
    expect(broken.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("keeps what runs on Workers free of Node's own modules", () => {
    const broken = imports.filter(
      ({ file, specifier }) =>
        specifier.startsWith("node:") && WITHOUT_NODE.some((room) => file.startsWith(`${room}/`)),
    );
    expect(broken.map(({ file, specifier }) => `${file} imports ${specifier}`)).toEqual([]);
  });

  it("lets only triage/gemini.ts import Google's SDK", () => {
    const importers = imports.filter(({ specifier }) => specifier === "@google/generative-ai");
    expect(importers.map(({ file }) => file).filter((file) => file !== "triage/gemini.ts")).toEqual([]);
  });

  it("sees the imports it judges", () => {
    expect(
      imports.some(({ file, target }) => file === "desk/record-inbound.ts" && target === "db/ledger.ts"),
    ).toBe(true);
  });
});
