import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { createTestDatabase, type TestDatabase } from "../helpers/database.ts";
import { type Finished, runDeskhand, type Settings } from "../helpers/deskhand-process.ts";
import { startSmtpSink } from "../helpers/smtp-sink.ts";

let db: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  db = await createTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-cli-"));
});
afterAll(async () => {
  await db.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** The same command line without a process of its own: for whatever needs no standard input and no exit. */
async function runHere(args: string[], settings: Settings): Promise<Finished> {
  let stdout = "";
  let stderr = "";
  const status = await runCli(args, {
    env: { LOG_LEVEL: "silent", ...settings },
    print: (text) => {
      stdout += `${text}\n`;
    },
    say: (text) => {
      stderr += `${text}\n`;
    },
  });
  return { status, stdout, stderr };
}

const service = (settings: Settings): Settings => ({
  DATA_DIR: dataDir,
  DATABASE_URL: db.url,
  PORT: "0",
  ...settings,
});
const start = (settings: Settings): Promise<Finished> => runHere(["start"], service(settings));

function expectOneMessage({ status, stdout, stderr }: Finished, key: string): void {
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(key);
  expect(stderr).not.toMatch(/\n\s+at .*:\d+/);
  expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(4);
}

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  return { server, port: typeof address === "object" && address !== null ? address.port : 0 };
}

describe("a configuration that cannot work ends in one message that names the key, and exit 2", () => {
  it("missing secret", async () => {
    const settings = service({ SLACK_BOT_TOKEN: "xoxb-1", SLACK_TRIAGE_CHANNEL: "C1" });
    expectOneMessage(await runDeskhand(["start"], settings), "SLACK_SIGNING_SECRET");
  });

  it("wrong port", async () => {
    expectOneMessage(await start({ PORT: "99999" }), "PORT");
  });

  it("port in use", async () => {
    const { server, port } = await listen();
    const result = await start({ PORT: String(port) });
    server.close();
    expectOneMessage(result, "PORT");
  });

  it("unreachable database", async () => {
    const result = await start({ DATABASE_URL: "postgres://user:topsecret@127.0.0.1:9/desk" });
    expectOneMessage(result, "DATABASE_URL");
    expect(result.stderr).not.toContain("topsecret");
  });

  it("wrong database password", async () => {
    const url = new URL(db.url);
    url.password = "wrong";
    expectOneMessage(await start({ DATABASE_URL: url.href }), "DATABASE_URL");
  });

  it("wrong SMTP password", async () => {
    const sink = await startSmtpSink({
      authOptional: false,
      onAuth: (_auth, _session, callback) => callback(new Error("no")),
    });
    const SMTP_URL = sink.url.replace("smtp://", "smtp://user:topsecret@");
    const result = await start({ SMTP_URL, MAIL_FROM: "support@desk.example" });
    await sink.stop();
    expectOneMessage(result, "SMTP_URL");
    expect(result.stderr).not.toContain("topsecret");
  });
});

describe("wrong usage ends with exit 2 and a hint", () => {
  it.each([[["strat"]], [["start", "--jsno"]], [["explain", "--nope"]], [["admin", "create"]], [["replay"]]])(
    "%j",
    async (args) => {
      const { status, stdout, stderr } = await runHere(args, { DATA_DIR: dataDir });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).not.toBe("");
    },
  );

  it.each(["start", "demo", "migrate", "explain", "ingest", "reconcile", "doctor", "replay"])(
    "%s --help explains itself on standard output",
    async (command) => {
      const { status, stdout } = await runHere([command, "--help"], { DATA_DIR: dataDir });
      expect(status).toBe(0);
      expect(stdout).toContain(`deskhand ${command}`);
    },
  );
});

describe("while the database is away", () => {
  it("ingest exits 75, so that a mail server keeps the mail", async () => {
    const settings = { DATA_DIR: dataDir, DATABASE_URL: "postgres://u:p@127.0.0.1:9/desk" };
    const { status } = await runDeskhand(
      ["ingest"],
      settings,
      "From: a@b.example\r\nSubject: Hi\r\n\r\nHello",
    );
    expect(status).toBe(75);
  });

  it("doctor says so, with a fix, and exits 1", async () => {
    const settings = { DATA_DIR: dataDir, DATABASE_URL: "postgres://u:p@127.0.0.1:9/desk" };
    const { status, stdout } = await runHere(["doctor", "--json"], settings);
    expect(status).toBe(1);
    const report = JSON.parse(stdout) as {
      ok: boolean;
      checks: { name: string; state: string; fix?: string }[];
    };
    expect(report.ok).toBe(false);
    expect(report.checks.find(({ name }) => name === "database")).toMatchObject({ state: "wrong" });
  });
});

describe("reconcile", () => {
  it("fails, and says so, where the mailbox cannot be reached: silence proves nothing", async () => {
    const settings = service({ IMAP_URL: "imap://a%40desk.example:topsecret@127.0.0.1:9/INBOX?tls=none" });
    const { status, stdout, stderr } = await runHere(["reconcile", "--json"], settings);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      failed: [{ source: "a@desk.example/INBOX", problem: expect.stringContaining("127.0.0.1:9") }],
      unexplained: 0,
    });
    expect(stdout + stderr).not.toContain("topsecret");
  });
});

describe("explain and ingest", () => {
  const MAIL = [
    "From: Ada <ada@customer.example>",
    "To: support@desk.example",
    "Subject: Hardware: broken",
    "Message-ID: <1@customer.example>",
    "",
    "The dock is dead.",
  ].join("\r\n");

  it("explain needs no database and answers with one JSON line", async () => {
    const { status, stdout } = await runDeskhand(["explain", "--json"], { DATA_DIR: "/nonexistent" }, MAIL);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: "ticket",
      subject: "Hardware: broken",
      from: { address: "ada@customer.example", name: "Ada" },
      messageId: "<1@customer.example>",
      textTrimmed: "The dock is dead.",
      attachments: [],
      references: [],
    });
  });

  it("ingest records the mail, and changes nothing the second time", async () => {
    const settings = { DATA_DIR: dataDir, DATABASE_URL: db.url };
    const first = await runDeskhand(["ingest", "--json"], settings, MAIL);
    const again = await runDeskhand(["ingest", "--json"], settings, MAIL);
    expect(JSON.parse(first.stdout)).toMatchObject({ outcome: "ticket", messageId: "<1@customer.example>" });
    expect(JSON.parse(again.stdout).ticket).toBe(JSON.parse(first.stdout).ticket);
    const [tickets] = await db.sql<{ count: number }[]>`select count(*) as count from tickets`;
    expect(tickets?.count).toBe(1);
  });
});

describe("what a person must put right in `eval triage` is named with the fix, and exit 2", () => {
  it.each([
    ["a file that is not there", null, "does not exist. Check the path"],
    ["a file that is not JSON", "no json", "row 1: this is not JSON"],
    [
      "a row without its label",
      '{"text": "x", "queue": "y"}',
      'row 1: the label "category" is missing (the row has text, queue)',
    ],
    [
      "a row without its text",
      '{"text": "x", "category": "y"}\n{"body": "x", "category": "y"}',
      'row 2: "text" is missing (the row has body, category)',
    ],
    [
      "a row whose label is empty",
      '{"text": "x", "category": ""}',
      'row 1: the label "category" is empty (the row has text, category)',
    ],
    ["a row whose label is null", '{"text": "x", "category": null}', 'the label "category" is null'],
    ["a row whose text is empty", '{"text": " ", "category": "y"}', 'row 1: "text" is empty'],
    ["a row whose text is null", '{"text": null, "subject": "", "category": "y"}', 'row 1: "text" is null'],
    ["a label that is no label", '{"text": "x", "category": ["y"]}', 'the label "category" is a list'],
    ["a text that is no text", '{"text": 5, "category": "y"}', '"text" is a number'],
    ["one JSON array", '[{"text": "x", "category": "y"}]', "row 1: this is a JSON array"],
    [
      "one JSON array over many lines",
      '[\n{"text": "x", "category": "y"}]',
      "row 1: the file is one JSON array",
    ],
    ["an empty file", "", "has no rows"],
  ])("%s", async (_what, content, message) => {
    const file = join(dataDir, "rows.jsonl");
    await rm(file, { force: true });
    if (content !== null) await writeFile(file, content);
    const finished = await runHere(["eval", "triage", file, "--json"], {});
    expect({ status: finished.status, stdout: finished.stdout }).toEqual({ status: 2, stdout: "" });
    expect(finished.stderr).toContain(file);
    expect(finished.stderr).toContain(message);
    expect(finished.stderr).not.toContain("ENOENT");
    expect(finished.stderr).not.toContain("Invalid input");
  });

  it("two files that have no label in common", async () => {
    const [test, train] = [join(dataDir, "test.jsonl"), join(dataDir, "train.jsonl")];
    await writeFile(test, '{"text": "x", "category": "Apples"}');
    await writeFile(train, '{"text": "x", "category": "Pears"}');
    const finished = await runHere(["eval", "triage", test, "--train", train], {});
    expect(finished.status).toBe(2);
    expect(finished.stderr).toContain("Apples");
    expect(finished.stderr).toContain("Pears");
    expect(finished.stderr).toContain("--field");
  });
});

describe("`eval triage`", () => {
  it("reads a file with a byte order mark, and says which labels nobody taught it", async () => {
    const [test, train] = [join(dataDir, "test.jsonl"), join(dataDir, "train.jsonl")];
    await writeFile(
      test,
      '\uFEFF{"text": "apple", "category": "fruit"}\r\n{"text": "cow", "category": "beast"}\r\n',
    );
    await writeFile(
      train,
      '\uFEFF{"text": "apple", "category": "fruit"}\n{"text": "hammer", "category": "tool"}',
    );
    const finished = await runHere(["eval", "triage", test, "--train", train], {});
    expect(finished.status).toBe(0);
    expect(finished.stdout).toContain("2 tickets: accuracy 0.500");
    expect(finished.stdout).toContain("No training row has beast");
  });

  it("takes a title for a ticket's words, and counts a single ticket as one", async () => {
    const [test, train] = [join(dataDir, "test.jsonl"), join(dataDir, "train.jsonl")];
    await writeFile(test, '{"text": "", "subject": "apple", "category": "fruit"}');
    await writeFile(train, '{"text": "apple", "category": "fruit"}\n{"text": "hammer", "category": "tool"}');
    const finished = await runHere(["eval", "triage", test, "--train", train], {});
    expect(finished.status).toBe(0);
    expect(finished.stdout).toMatch(/^1 ticket: accuracy 1\.000/);
  });
});

describe("deskhand model", () => {
  it("says that none is stored, rebuilds one, and shows it", async () => {
    const none = await runHere(["model", "show"], service({}));
    expect(none.stdout).toContain("deskhand model rebuild");
    const said = await runHere(["model", "rebuild"], service({}));
    expect(said.stdout).toContain("on the built-in start alone");
    expect(said.stdout).toContain("they say nothing about this desk");
    await db.sql`truncate local_models`;
    const rebuilt = await runHere(["model", "rebuild", "--json"], service({}));
    expect(rebuilt.status).toBe(0);
    const report = JSON.parse(rebuilt.stdout) as { state: string; version: number; sizeBytes: number };
    expect(report).toMatchObject({ state: "stored", rows: 0 });
    expect(report.sizeBytes).toBeLessThan(20_000_000);
    const shown = JSON.parse((await runHere(["model", "show", "--json"], service({}))).stdout) as {
      models: { version: number }[];
    };
    expect(shown.models.map(({ version }) => version)).toEqual([report.version]);
  });
});
