/**
 * Mailboxes on disk, for the demo's mail server: `<dir>/<address>/<uid>.eml` beside a `uidvalidity` file.
 * A mail is on the disk before `append` resolves, and its UID never changes, so that a killed demo finds
 * every accepted mail again where it was.
 */
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { orNullIfMissing, writeDurably } from "./write-durably.ts";

export interface StoredMail {
  uid: number;
  raw: Uint8Array;
  receivedAt: Date;
}

export interface StoredMailbox {
  uidValidity: number;
  /** In the order of their UIDs. */
  mails: readonly StoredMail[];
}

export interface MailStore {
  /** Appends to the mailbox of that address (made at need) and resolves once the mail would survive a power cut. */
  append(address: string, raw: Uint8Array, receivedAt: Date): Promise<StoredMail>;
  /** Makes the mailbox where there is none, so that it can be watched before its first mail. */
  open(address: string): Promise<StoredMailbox>;
  /** The mailbox as it is now; empty where the address has never received anything. */
  mailbox(address: string): readonly StoredMail[];
}

interface Mailbox {
  directory: string;
  uidValidity: number;
  mails: StoredMail[];
  /** The last append: they run one after the other, for the UIDs' sake. */
  tail: Promise<unknown>;
}

/** Letters, digits and `. _ -` only: the address is a folder's name. `+detail` is cut off before (RFC 5233). */
const SAFE_ADDRESS = /^[a-z0-9][a-z0-9._-]{0,63}@[a-z0-9][a-z0-9.-]{0,254}$/;

/** The mailbox that an address leads to, in lower case and without `+detail`; null where it cannot have one. */
export function mailboxOf(address: string): string | null {
  const [local = "", domain = "", ...more] = address.toLowerCase().split("@");
  const mailbox = `${local.split("+")[0]}@${domain}`;
  return more.length === 0 && SAFE_ADDRESS.test(mailbox) ? mailbox : null;
}

/** Opens the store in `dir` and loads what earlier runs left there. */
export async function openMailStore(dir: string): Promise<MailStore> {
  await mkdir(dir, { recursive: true });
  const mailboxes = new Map<string, Promise<Mailbox>>();
  const loaded = new Map<string, Mailbox>();

  function mailboxFor(address: string): Promise<Mailbox> {
    const name = mailboxOf(address);
    if (name === null) return Promise.reject(new Error(`No mailbox can have the address ${address}.`));
    let opening = mailboxes.get(name);
    if (opening === undefined) {
      opening = loadMailbox(join(dir, name));
      mailboxes.set(name, opening);
      opening.then((mailbox) => loaded.set(name, mailbox)).catch(() => mailboxes.delete(name));
    }
    return opening;
  }

  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory() && mailboxOf(entry.name) === entry.name) await mailboxFor(entry.name);
  }

  return {
    async append(address, raw, receivedAt) {
      const mailbox = await mailboxFor(address);
      const appended = mailbox.tail.then(() => appendTo(mailbox, raw, receivedAt));
      mailbox.tail = appended.catch(() => {});
      return appended;
    },
    async open(address) {
      const { uidValidity, mails } = await mailboxFor(address);
      return { uidValidity, mails };
    },
    mailbox: (address) => loaded.get(mailboxOf(address) ?? "")?.mails ?? [],
  };
}

async function appendTo(mailbox: Mailbox, raw: Uint8Array, receivedAt: Date): Promise<StoredMail> {
  const uid = (mailbox.mails.at(-1)?.uid ?? 0) + 1;
  await writeDurably(mailbox.directory, `${uid}.eml`, raw, receivedAt);
  const mail = { uid, raw, receivedAt };
  mailbox.mails.push(mail);
  return mail;
}

async function loadMailbox(directory: string): Promise<Mailbox> {
  await mkdir(directory, { recursive: true });
  const names = await readdir(directory);
  const uids = names
    .flatMap((name) => /^([1-9]\d*)\.eml$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  const mails: StoredMail[] = [];
  for (const uid of uids) {
    const path = join(directory, `${uid}.eml`);
    const [raw, { mtime }] = await Promise.all([readFile(path), stat(path)]);
    mails.push({ uid, raw, receivedAt: mtime });
  }
  return { directory, uidValidity: await readUidValidity(directory), mails, tail: Promise.resolve() };
}

/** Written once for each mailbox; a client that sees the same number may trust the UIDs that it remembers. */
async function readUidValidity(directory: string): Promise<number> {
  const path = join(directory, "uidvalidity");
  const stored = await readFile(path, "utf8").catch(orNullIfMissing);
  if (stored !== null) {
    const uidValidity = Number(stored);
    if (Number.isSafeInteger(uidValidity) && uidValidity > 0) return uidValidity;
    throw new Error(`${path} does not hold a number. Remove ${directory} to start that mailbox afresh.`);
  }
  const uidValidity = Math.floor(Date.now() / 1000);
  await writeDurably(directory, "uidvalidity", new TextEncoder().encode(`${uidValidity}\n`), new Date());
  return uidValidity;
}
