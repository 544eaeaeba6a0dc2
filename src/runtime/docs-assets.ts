/** The files of swagger-ui-dist, read from its package. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const CONTENT_TYPES: Record<string, string> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  png: "image/png",
};

/** `name` is one of the names that the API serves: never a path from a request. */
export async function readDocsAsset(
  name: string,
): Promise<{ body: Uint8Array<ArrayBuffer>; contentType: string } | null> {
  const contentType = CONTENT_TYPES[name.slice(name.lastIndexOf(".") + 1)];
  if (contentType === undefined || name.includes("/")) return null;
  const folder = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
  return { body: new Uint8Array(await readFile(join(folder, name))), contentType };
}
