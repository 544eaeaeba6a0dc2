/** What lies in a folder of mails: the files to read, and whatever else, with the reason why it is not read. */
import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";

/** A file to read, unless it says why it is none. */
export interface FolderEntry {
  path: string;
  /** Why it was left out, to stand behind "since". */
  leftOut?: string;
  /** Why it cannot be read, as a sentence. */
  problem?: string;
}

/** Files that mail servers keep beside the mails of a Maildir; nobody takes them for mails. */
const OF_MAIL_SERVER = /^(?:dovecot[.-]|maildir(?:size|folder)$|subscriptions$|courier)/;

/** Files of a folder and the folders in it, sorted. Of a Maildir, `tmp` holds what is still being delivered. */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  let entries: Dirent[];
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    return [{ path: folder, problem: describeFailure("folder", error) }];
  }
  const isMaildir = entries.some(({ name }) => name === "cur") && entries.some(({ name }) => name === "new");
  const isOfMaildir = isMaildir || ["cur", "new"].includes(basename(folder));
  const found: FolderEntry[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (isMaildir && entry.name === "tmp") continue;
    if (isOfMaildir && OF_MAIL_SERVER.test(entry.name)) continue;
    const path = join(folder, entry.name);
    const isSubfolder = isMaildir && entry.isDirectory();
    if (isHidden(entry.name) && !isSubfolder) found.push({ path, leftOut: "it is hidden" });
    else if (entry.isDirectory()) found.push(...(await listFolder(path)));
    else found.push(await lookAt(path, entry));
  }
  return found;
}

/** `._1.eml` holds what macOS knows of 1.eml, and no mail. */
function isHidden(name: string): boolean {
  return name.startsWith(".") && (name.startsWith("._") || !/\.eml$/i.test(name));
}

/** A link may lead nowhere, or back to a folder above. */
async function lookAt(path: string, entry: Dirent): Promise<FolderEntry> {
  if (entry.isFile()) return { path };
  if (!entry.isSymbolicLink()) return { path, leftOut: "it is neither a file nor a folder" };
  try {
    const facts = await stat(path);
    if (facts.isFile()) return { path };
    return { path, leftOut: `it is a link to ${facts.isDirectory() ? "a folder" : "what is no file"}` };
  } catch (error) {
    return { path, problem: describeFailure("file", error) };
  }
}

/** What the file system refused, as a sentence. Throws what is no failure of the file system. */
export function describeFailure(what: "file" | "folder", error: unknown): string {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === undefined) throw error;
  return `The ${what} cannot be read (${code ?? syscall}).`;
}
