import { open, rename } from "node:fs/promises";
import { join } from "node:path";

/** Temporary file, fsync, rename, fsync of the folder: the file is there whole or not at all, whoever is killed. */
export async function writeDurably(
  directory: string,
  name: string,
  content: Uint8Array,
  modifiedAt: Date,
): Promise<void> {
  const temporary = join(directory, `.${name}.part`);
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(content);
    await file.utimes(modifiedAt, modifiedAt);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, join(directory, name));
  const folder = await open(directory, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Null where there is no such file; every other trouble rejects. */
export function orNullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}
