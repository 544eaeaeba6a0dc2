/** Mails from files: `.eml`, mbox, Maildir and other folders, standard input. */
import { createReadStream } from "node:fs";
import { type FileHandle, open, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { AppError } from "../../../core/errors.ts";
import { PARSE_LIMITS } from "../parse/parse-mail.ts";
import { describeFailure, type FolderEntry, listFolder } from "./list-folder.ts";
import { LOOKED_AT_BYTES, looksLikeMail } from "./looks-like-mail.ts";
import { splitMbox, startsAsMbox } from "./mbox.ts";

export interface MailSource {
  /**
   * The path as given; of a folder, the file's path below it; `-` is standard input. An mbox of several mails
   * adds `#1`, `#2`, ….
   */
  file: string;
  raw: Uint8Array;
  /** Why the file could not be read, as a sentence; `raw` is empty then. Other files are read all the same. */
  problem?: string;
  /** Why a file of a folder, or a folder in it, is left out, to stand behind "since"; `raw` is empty then. */
  leftOut?: string;
  /** A folder or an mbox without a mail; `raw` is empty. */
  holdsNone?: true;
}

export const STANDARD_INPUT = "-";

const NO_MAIL = "it is no mail: it has not one line of a mail's header";

/** One byte more than is ever parsed: such a mail is refused for its size, and no more of it is read. */
const SIZE_BYTES_MAX = PARSE_LIMITS.sizeBytesMax;

/**
 * The mails of the paths, in their order; of standard input without any. Holds one mail in memory, of an mbox two.
 * Rejects with AppError `invalid` before the first mail where a path does not exist.
 */
export async function* readMailSources(
  paths: string[],
  stdin: AsyncIterable<Uint8Array | string>,
): AsyncGenerator<MailSource> {
  if (paths.length === 0) return yield* readStream(STANDARD_INPUT, toBytes(stdin));
  await requireMailPaths(paths);
  for (const path of paths) {
    if (path === STANDARD_INPUT) yield* readStream(STANDARD_INPUT, toBytes(stdin));
    else yield* readPath(path);
  }
}

/**
 * All of them must be there before anything is done: a path that is mistyped is more likely than one that may be missing,
 * and half of the work done is harder to undo than none. Rejects with AppError `invalid` and names each that is not.
 */
export async function requireMailPaths(paths: readonly string[]): Promise<void> {
  const problems: string[] = [];
  for (const path of paths) {
    if (path === STANDARD_INPUT) continue;
    await stat(path).catch((error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code})`;
      problems.push(`${path} ${why}.`);
    });
  }
  if (problems.length === 0) return;
  const rest = "Nothing was done. Name mail files, mboxes or folders that are there.";
  throw new AppError("invalid", `${problems.join(" ")} ${rest}`);
}

async function* readPath(path: string): AsyncGenerator<MailSource> {
  const facts = await stat(path);
  if (!facts.isDirectory()) return yield* readFileOrTell(path);
  let isEmpty = true;
  for (const entry of await listFolder(path)) {
    const source = await lookInto(entry);
    if (source === null) yield* readFileOrTell(entry.path);
    else yield source;
    if (source?.leftOut === undefined) isEmpty = false;
  }
  if (isEmpty) yield { file: path, raw: new Uint8Array(), holdsNone: true };
}

/** Null: it is to be read. */
async function lookInto({ path, leftOut, problem }: FolderEntry): Promise<MailSource | null> {
  const source = { file: path, raw: new Uint8Array() };
  if (problem !== undefined) return { ...source, problem };
  if (leftOut !== undefined) return { ...source, leftOut };
  return (await isMail(path)) ? null : { ...source, leftOut: NO_MAIL };
}

/** True in doubt, as for what cannot be read: that is told of when its turn comes. All of a Maildir are mails. */
async function isMail(path: string): Promise<boolean> {
  if (["cur", "new"].includes(basename(dirname(path)))) return true;
  try {
    const handle = await open(path);
    try {
      return looksLikeMail(path, await readHead(handle, LOOKED_AT_BYTES));
    } finally {
      await handle.close();
    }
  } catch {
    return true;
  }
}

/** A file that is gone or forbidden by the time its turn comes is told of, and fails no other. */
async function* readFileOrTell(path: string): AsyncGenerator<MailSource> {
  try {
    yield* readFileAt(path);
  } catch (error) {
    yield { file: path, raw: new Uint8Array(), problem: describeFailure("file", error) };
  }
}

/** How many bytes the paths hold, for a progress bar; null where that cannot be known, as of standard input. */
export async function measureMailSources(paths: string[]): Promise<number | null> {
  if (paths.length === 0 || paths.includes(STANDARD_INPUT)) return null;
  let bytes = 0;
  for (const path of paths) {
    const facts = await stat(path).catch(() => null);
    const entries: FolderEntry[] = facts?.isDirectory() ? await listFolder(path) : [{ path }];
    for (const { path: file, leftOut } of entries)
      if (leftOut === undefined) bytes += (await stat(file).catch(() => null))?.size ?? 0;
  }
  return bytes;
}

async function* readFileAt(path: string): AsyncGenerator<MailSource> {
  const handle = await open(path);
  try {
    const isMbox =
      /\.mbo?x$/i.test(path) || (!/\.eml$/i.test(path) && startsAsMbox(await readHead(handle, 5)));
    if (!isMbox) return yield { file: path, raw: await readWhole(handle) };
  } finally {
    await handle.close();
  }
  yield* numberMails(path, createReadStream(path, { highWaterMark: 256 * 1024 }));
}

async function readHead(handle: FileHandle, bytesMax: number): Promise<Uint8Array> {
  const head = new Uint8Array(bytesMax);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return head.subarray(0, bytesRead);
}

async function readWhole(handle: FileHandle): Promise<Uint8Array> {
  const { size } = await handle.stat();
  const raw = new Uint8Array(Math.min(size, SIZE_BYTES_MAX + 1));
  let length = 0;
  while (length < raw.length) {
    const { bytesRead } = await handle.read(raw, length, raw.length - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return raw.subarray(0, length);
}

async function* readStream(file: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<MailSource> {
  const iterator = chunks[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let size = 0;
  while (size < 5) {
    const { done, value } = await iterator.next();
    if (done) break;
    head.push(value);
    size += value.length;
  }
  const rest = { [Symbol.asyncIterator]: () => iterator };
  const all = concatenate(head, rest);
  if (startsAsMbox(Buffer.concat(head))) yield* numberMails(file, all);
  else yield { file, raw: await collect(all) };
}

async function* concatenate(head: Uint8Array[], rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* head;
  yield* rest;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    size += chunk.length;
    if (size > SIZE_BYTES_MAX) break;
  }
  return Buffer.concat(pieces).subarray(0, SIZE_BYTES_MAX + 1);
}

async function* toBytes(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}

/** A file that holds a single mail behind a `From ` line is named by its path alone, as any other. */
async function* numberMails(path: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<MailSource> {
  let waiting: Uint8Array | null = null;
  let number = 0;
  for await (const raw of splitMbox(chunks, SIZE_BYTES_MAX)) {
    if (waiting !== null) yield { file: `${path}#${++number}`, raw: waiting };
    waiting = raw;
  }
  if (waiting === null) yield { file: path, raw: new Uint8Array(), holdsNone: true };
  else yield { file: number === 0 ? path : `${path}#${number + 1}`, raw: waiting };
}
