import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { splitMbox } from "./mbox.ts";
import { type MailSource, measureMailSources, readMailSources } from "./sources.ts";

let dir = "";
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "deskhand-sources-"));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function write(name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function readAll(paths: string[], stdin = ""): Promise<MailSource[]> {
  const found: MailSource[] = [];
  for await (const source of readMailSources(paths, Readable.from(stdin === "" ? [] : [stdin])))
    found.push({ ...source, file: source.file.replace(`${dir}/`, "") });
  return found;
}

/** The mails alone. */
async function read(paths: string[], stdin = ""): Promise<[string, string][]> {
  return (await readAll(paths, stdin)).flatMap(
    ({ file, raw, problem, leftOut, holdsNone }): [string, string][] =>
      (problem ?? leftOut ?? holdsNone) === undefined ? [[file, Buffer.from(raw).toString()]] : [],
  );
}

/** What is no mail, with the reason. */
async function readRest(paths: string[]): Promise<[string, string][]> {
  return (await readAll(paths)).flatMap(({ file, problem, leftOut, holdsNone }): [string, string][] => {
    const why = problem ?? leftOut ?? (holdsNone ? "holds none" : undefined);
    return why === undefined ? [] : [[file, why]];
  });
}

const ONE = "From: a@b.example\nSubject: one\n\nfirst\n";
const TWO = "From: a@b.example\nSubject: two\n\nFrom here on it is quoted:\n";
const MBOX =
  `From a@b.example Mon Nov  2 10:00:00 2026\n${ONE}\n` +
  `From - Tue Nov 03 11:00:00 2026\n${TWO.replace("From here", ">From here")}>>From deeper\n\nFrom now on, no separator.\n`;

describe("readMailSources", () => {
  it("reads a mail file by the path as given", async () => {
    expect(await read([await write("x.eml", ONE)])).toEqual([["x.eml", ONE]]);
  });

  it("numbers the mails of an mbox, and takes its quoting back", async () => {
    const path = await write("archive", MBOX);
    expect(await read([path])).toEqual([
      ["archive#1", ONE],
      ["archive#2", `${TWO}>From deeper\n\nFrom now on, no separator.\n`],
    ]);
  });

  it("knows an mbox by its name too", async () => {
    expect(await read([await write("x.mbox", `\n${MBOX}`)])).toHaveLength(2);
  });

  it("names a single mail behind a `From ` line by its path alone", async () => {
    const path = await write("00001.7c53", `From a@b.example  Mon Nov  2 10:00:00 2026\n${ONE}`);
    expect(await read([path])).toEqual([["00001.7c53", ONE]]);
  });

  it("never cuts a file that is named .eml", async () => {
    const found = await read([await write("x.eml", MBOX)]);
    expect(found.map(([file]) => file)).toEqual(["x.eml"]);
  });

  it("reads a folder and its folders, sorted, without hidden files", async () => {
    await write("mails/b.eml", TWO);
    await write("mails/a/z.eml", ONE);
    await write("mails/.hidden", ONE);
    await write("mails/c.mbox", MBOX);
    const files = (await read([join(dir, "mails")])).map(([file]) => file);
    expect(files).toEqual(["mails/a/z.eml", "mails/b.eml", "mails/c.mbox#1", "mails/c.mbox#2"]);
  });

  it("reads a Maildir with its subfolders, and nothing that is still being delivered", async () => {
    for (const name of [
      "cur/1:2,S",
      "new/2",
      "tmp/3",
      "dovecot.index",
      "dovecot-uidlist",
      ".Sent/cur/4",
      ".Sent/new/5",
    ])
      await write(`Maildir/${name}`, ONE);
    const files = (await read([join(dir, "Maildir")])).map(([file]) => file);
    expect(files).toEqual([
      "Maildir/.Sent/cur/4",
      "Maildir/.Sent/new/5",
      "Maildir/cur/1:2,S",
      "Maildir/new/2",
    ]);
  });

  it("reads standard input: one mail, or an mbox", async () => {
    expect(await read([], ONE)).toEqual([["-", ONE]]);
    expect((await read([], MBOX)).map(([file]) => file)).toEqual(["-#1", "-#2"]);
    expect(await read(["-"], ONE)).toEqual([["-", ONE]]);
  });

  it("gives an empty file and empty input as an empty mail, so that it is answered for", async () => {
    expect(await read([await write("empty.eml", "")])).toEqual([["empty.eml", ""]]);
    expect(await read([])).toEqual([["-", ""]]);
  });

  it("tells of a file that cannot be read, and reads the others", async () => {
    const folder = dirname(await write("mails/a.eml", ONE));
    await write("mails/c.eml", TWO);
    await write("mails/b/x.eml", ONE);
    const found: (string | undefined)[] = [];
    for await (const { file, problem } of readMailSources([folder], Readable.from([]))) {
      found.push(problem ?? file.replace(`${folder}/`, ""));
      // Gone by the time its turn comes.
      await rm(join(folder, "b"), { recursive: true, force: true });
    }
    expect(found).toEqual(["a.eml", "The file cannot be read (ENOENT).", "c.eml"]);
  });

  it("tells of files in a folder that are no mails, and reads them where they are named themselves", async () => {
    const folder = dirname(await write("mails/a.eml", ""));
    const readme = await write("mails/README.md", "# Mails\n\nNote: ours.\n");
    await write("mails/b.txt", ONE);
    await write("mails/box/cur/1600.M1.host:2,S", "broken: all of a Maildir are mails");
    expect(await readRest([folder])).toEqual([
      ["mails/README.md", "it is no mail: it has not one line of a mail's header"],
    ]);
    expect((await read([folder])).map(([file]) => file)).toEqual([
      "mails/a.eml",
      "mails/b.txt",
      "mails/box/cur/1600.M1.host:2,S",
    ]);
    expect(await read([readme])).toHaveLength(1);
  });

  it("tells of what is hidden and of links to folders, and reads a hidden file that is named .eml", async () => {
    const folder = dirname(await write("mails/.hidden.eml", ONE));
    for (const name of ["._1.eml", ".DS_Store", ".git/config"]) await write(`mails/${name}`, ONE);
    await symlink("..", join(folder, "up"));
    expect((await read([folder])).map(([file]) => file)).toEqual(["mails/.hidden.eml"]);
    expect(await readRest([folder])).toEqual([
      ["mails/.DS_Store", "it is hidden"],
      ["mails/._1.eml", "it is hidden"],
      ["mails/.git", "it is hidden"],
      ["mails/up", "it is a link to a folder"],
    ]);
    expect(await read([join(folder, ".DS_Store"), join(folder, ".git")])).toHaveLength(2);
  });

  it("tells of a link that leads nowhere, and follows one to a file", async () => {
    const folder = dirname(await write("mails/a.eml", ONE));
    await symlink("gone.eml", join(folder, "broken.eml"));
    await symlink("circle.eml", join(folder, "circle.eml"));
    await symlink("a.eml", join(folder, "link.eml"));
    expect((await read([folder])).map(([file]) => file)).toEqual(["mails/a.eml", "mails/link.eml"]);
    expect(await readRest([folder])).toEqual([
      ["mails/broken.eml", "The file cannot be read (ENOENT)."],
      ["mails/circle.eml", "The file cannot be read (ELOOP)."],
    ]);
  });

  it("tells of a folder and an mbox that hold no mails", async () => {
    await mkdir(join(dir, "empty"));
    await write("box/cur/dovecot-uidlist", "");
    await mkdir(join(dir, "box/new"));
    const mbox = await write("none.mbox", "");
    expect(await readAll([join(dir, "empty"), join(dir, "box"), mbox])).toMatchObject(
      ["empty", "box", "none.mbox"].map((file) => ({ file, holdsNone: true })),
    );
    await write("notes/notes.csv", "a,b\n");
    expect((await readRest([join(dir, "notes")])).map(([file]) => file)).toEqual([
      "notes/notes.csv",
      "notes",
    ]);
  });

  it("reads a mail that is named as a mail server's own files are, where there is no Maildir", async () => {
    const path = await write("mails/courier-is-down.eml", ONE);
    expect(await read([dirname(path)])).toHaveLength(1);
  });

  it("measures what there is to read, where that can be known", async () => {
    const path = await write("mails/a.eml", ONE);
    await write("mails/b/c.mbox", MBOX);
    expect(await measureMailSources([dirname(path), path])).toBe(ONE.length * 2 + MBOX.length);
    expect(await measureMailSources([path, "-"])).toBeNull();
    expect(await measureMailSources([])).toBeNull();
  });

  it("names a path that does not exist before it reads any", async () => {
    const there = await write("x.eml", ONE);
    await expect(read([there, join(dir, "missing.eml")])).rejects.toMatchObject({
      code: "invalid",
      message: expect.stringMatching(/missing\.eml does not exist/),
    });
  });
});

describe("splitMbox", () => {
  async function split(text: string, chunkSize: number, sizeBytesMax = 1_000_000): Promise<string[]> {
    async function* chunks() {
      for (let at = 0; at < text.length; at += chunkSize) yield Buffer.from(text.slice(at, at + chunkSize));
    }
    const mails: string[] = [];
    for await (const mail of splitMbox(chunks(), sizeBytesMax)) mails.push(Buffer.from(mail).toString());
    return mails;
  }

  it("finds the same mails however the bytes come, with either line end", async () => {
    for (const text of [MBOX, MBOX.replaceAll("\n", "\r\n")]) {
      const whole = await split(text, text.length);
      expect(whole).toHaveLength(2);
      for (const chunkSize of [1, 2, 7, 64]) expect(await split(text, chunkSize)).toEqual(whole);
    }
  });

  it("goes by Content-Length where mails are not quoted, and by separators where it is wrong", async () => {
    const separator = "From a@b.example Mon Nov  2 10:00:00 2026\n";
    const body = `words\n\n${separator}this stands in the mail\n`;
    const mail = (length: number) => `${separator}Subject: cl\nContent-Length: ${length}\n\n${body}`;
    const [right, next, ...rest] = await split(`${mail(body.length)}\n${separator}${ONE}`, 64);
    expect([right, next, rest]).toEqual([`Subject: cl\nContent-Length: ${body.length}\n\n${body}`, ONE, []]);
    for (const wrong of [3, 5_000, 999_999_999]) {
      const head = `Subject: cl\nContent-Length: ${wrong}\n\nwords\n`;
      const found = await split(`${mail(wrong)}\n${separator}${ONE}`, 64);
      expect(found).toEqual([head, "this stands in the mail\n", ONE]);
    }
  });

  it("keeps no more of a mail than it takes to refuse it", async () => {
    const huge = `From a@b.example Mon Nov  2 10:00:00 2026\n${ONE}${"x".repeat(70)}\n`.concat(
      "y".repeat(50_000),
    );
    const [mail, next] = await split(
      `${huge}\n\nFrom a@b.example Mon Nov  2 10:00:00 2026\n${ONE}`,
      512,
      1_000,
    );
    expect(mail).toHaveLength(1_001);
    expect(next).toBe(ONE);
  });
});
