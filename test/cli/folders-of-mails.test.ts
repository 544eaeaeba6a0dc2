/** What `explain` and `ingest` do with files beside the mails, broken mails, and paths that are not there. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";

let db: TestDatabase;
let folder: string;
beforeAll(async () => {
  db = await createTestDatabase();
  folder = join(await mkdtemp(join(tmpdir(), "deskhand-folder-")), "mails");
  await mkdir(folder);
  const mail =
    "From: Ada <ada@customer.example>\nTo: support@desk.example\nMessage-ID: <1@c.example>\nSubject: VPN\n\nIt is down.\n";
  await writeFile(join(folder, "1.eml"), mail);
  await writeFile(join(folder, "2.eml"), "");
  await writeFile(join(folder, "README.md"), "# Mails\n\nNote: collected by us.\n");
  await writeFile(join(folder, "labels.csv"), "file,label\n1.eml,ticket\n");
});
afterAll(async () => {
  await db.drop();
  await rm(join(folder, ".."), { recursive: true, force: true });
});

async function run(command: "explain" | "ingest", paths: string[]) {
  const [lines, said]: [string[], string[]] = [[], []];
  const context = {
    env: {
      DATABASE_URL: db.url,
      LOG_LEVEL: "silent",
      SMTP_URL: "smtp://127.0.0.1:1",
      MAIL_FROM: "support@desk.example",
    },
    print: (text: string) => void lines.push(text),
    say: (text: string) => void said.push(text),
  };
  const status = await runCli([command, "--json", ...paths], context);
  return { status, mails: lines.map((line) => JSON.parse(line)), said: said.join("\n") };
}

describe.each(["explain", "ingest"] as const)("%s of a folder", (command) => {
  it("answers for each mail, the broken ones too, and says of every other file that it is left out", async () => {
    const { status, mails, said } = await run(command, [folder]);
    expect(status).toBe(0);
    expect(mails.map(({ file, outcome }) => [file, outcome])).toEqual([
      [join(folder, "1.eml"), "ticket"],
      [join(folder, "2.eml"), "parked"],
    ]);
    for (const name of ["README.md", "labels.csv"])
      expect(said).toContain(`${join(folder, name)}: left out, since it is no mail`);
    expect(said).toContain(
      "2 files were left out. To have one read all the same, name it itself, or end its name in .eml.",
    );
  });

  it("says of a hidden file that it is left out, and of one that cannot be read why, with status 1", async () => {
    const odd = join(folder, "..", `odd-${command}`);
    await mkdir(odd);
    await symlink("gone.eml", join(odd, "broken.eml"));
    await writeFile(
      join(odd, ".hidden.eml"),
      "From: bob@customer.example\nSubject: Hidden\n\nA printer burns.\n",
    );
    await writeFile(join(odd, ".notes"), "From: bob@customer.example\n\nx\n");
    const { status, mails, said } = await run(command, [odd]);
    expect(status).toBe(1);
    const read = mails.filter(({ outcome }) => outcome === "ticket");
    expect(read.map(({ file }) => file)).toEqual([join(odd, ".hidden.eml")]);
    expect(said).toContain(`${join(odd, "broken.eml")}: The file cannot be read (ENOENT).`);
    expect(said).toContain(`${join(odd, ".notes")}: left out, since it is hidden.`);
    expect(said).toContain("1 file was left out.");
  });

  it("says of an empty folder that it holds no mails", async () => {
    const empty = join(folder, "..", `empty-${command}`);
    await mkdir(empty);
    expect(await run(command, [empty])).toEqual({ status: 0, mails: [], said: `${empty} holds no mails.` });
  });

  it("does nothing at all where a path is not there, and names each that is not", async () => {
    const missing = [join(folder, "x.eml"), join(folder, "y")];
    const before = await db.sql`select count(*) from intake_ledger`;
    const { status, mails, said } = await run(command, [folder, ...missing]);
    expect([status, mails]).toEqual([2, []]);
    expect(said).toContain(`${missing[0]} does not exist. ${missing[1]} does not exist. Nothing was done.`);
    expect(await db.sql`select count(*) from intake_ledger`).toEqual(before);
  });
});
