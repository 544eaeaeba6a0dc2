/** The demo as a stranger runs it: the real command in a process of its own, on a folder of its own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DemoFigures } from "../../src/demo/figures.ts";
import { openMailStore } from "../../src/demo/mail-store.ts";
import { readMessageId, readSender } from "../../src/demo/render-mail.ts";
import { FIRST_CONTACTS, readSampleMail } from "../../src/demo/samples/sample-mails.ts";

const BIN = fileURLToPath(new URL("../../bin/deskhand.js", import.meta.url));

const EXPECTED = {
  tickets: 13,
  triaged: 13,
  assigned: 13,
  acknowledged: 13,
  replies: 2,
  threaded: 3,
  duplicates: 1,
  autoReplies: 1,
  bounces: 1,
  parked: 0,
  unexplained: 0,
  slackCards: 13,
  // 13 acknowledgements, 2 replies, 2 notices of the resolution.
  deliveries: { sent: 17, failed: 0 },
};

let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "deskhand-demo-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) killTree(child);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

function startDemo(options = ["--once", "--json"]): ChildProcess {
  const { PATH, HOME } = process.env;
  const own = { IMAP_URL: "the own mailbox", SMTP_URL: "the own server", SLACK_BOT_TOKEN: "the own Slack" };
  const child = spawn(process.execPath, [BIN, "demo", ...options], {
    cwd: dataDir,
    // The operator's own mailbox and Slack: the demo must not even read their settings, let alone use them.
    env: { ...own, PATH, HOME, DATA_DIR: join(dataDir, "data"), LOG_LEVEL: "error" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

async function finishDemo(
  child: ChildProcess,
  onAccount: (account: string) => void = () => {},
): Promise<{ figures: DemoFigures; account: string }> {
  let stdout = "";
  let account = "";
  child.stdout?.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    account += chunk;
    onAccount(account);
  });
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`The demo ended with ${code}:\n${account}`);
  return { figures: JSON.parse(stdout) as DemoFigures, account };
}

async function logIn(api: string, body: unknown): Promise<number> {
  const headers = { "content-type": "application/json" };
  return (await fetch(`${api}/auth/login`, { method: "POST", headers, body: JSON.stringify(body) })).status;
}

/** The process and all that it started, Postgres included, with SIGKILL. */
function killTree(child: ChildProcess): void {
  if (child.pid === undefined) return;
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid="], { encoding: "utf8" });
  const parents = table
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  const tree = [child.pid];
  for (const pid of tree) for (const [one, parent] of parents) if (parent === pid && one) tree.push(one);
  for (const pid of tree) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** How many different acknowledgements the writer of each first contact has received. */
async function countAcknowledgements(): Promise<Record<string, number>> {
  const store = await openMailStore(join(dataDir, "data/demo/mail"));
  const counts: Record<string, number> = {};
  for (const { file } of FIRST_CONTACTS.filter(({ file }) => !file.includes("newsletter"))) {
    const sample = await readSampleMail(file);
    const answers = store
      .mailbox(readSender(sample) ?? "")
      .filter(({ raw }) => {
        const text = Buffer.from(raw).toString("latin1");
        return text.includes("opened ticket") && text.includes(readMessageId(sample) ?? "?");
      })
      .map(({ raw }) => readMessageId(raw));
    counts[file] = new Set(answers).size;
  }
  return counts;
}

test("the demo handles every sample; a second run doubles nothing, stays up, lets its admin sign in, ends on Ctrl-C", {
  timeout: 150_000,
}, async () => {
  const first = await finishDemo(startDemo());
  const { elapsedMs: _elapsed, ...figures } = first.figures;
  expect(figures).toEqual(EXPECTED);
  expect(first.account).toContain("プリンターで印刷できません");
  expect(first.account).not.toContain("\u001b[");
  expect(Object.values(await countAcknowledgements())).toEqual(Array(10).fill(1));

  let status = 0;
  const staying = startDemo(["--json"]);
  const second = await finishDemo(staying, (account) => {
    if (status !== 0 || !account.includes("\nCtrl-C")) return;
    status = -1;
    const [, api] = /^API +(\S+)$/m.exec(account) ?? [];
    const [, email, password] = /^Sign in +(\S+), password (\S+)$/m.exec(account) ?? [];
    void logIn(api ?? "", { email, password }).then((answered) => {
      status = answered;
      staying.kill("SIGINT");
    });
  });
  expect(status).toBe(200);
  const { elapsedMs: _again, ...figuresAgain } = second.figures;
  expect(figuresAgain).toEqual(EXPECTED);
  expect(second.account).toContain("(sent in an earlier run)");
  expect(Object.values(await countAcknowledgements())).toEqual(Array(10).fill(1));
});

test("killed in the middle, the next run ends with one outcome and one acknowledgement for each", {
  timeout: 150_000,
}, async () => {
  const child = startDemo();
  let account = "";
  await new Promise<void>((resolve) => {
    child.stderr?.on("data", (chunk) => {
      account += chunk;
      if (account.includes("ticket #1003")) resolve();
    });
    child.once("close", () => resolve());
  });
  expect(account).toContain("ticket #1003");
  expect(account).not.toContain("Done in");
  killTree(child);
  await once(child, "close");

  const { figures } = await finishDemo(startDemo());
  const { elapsedMs: _elapsed, ...counts } = figures;
  expect(counts).toEqual(EXPECTED);
  expect(Object.values(await countAcknowledgements())).toEqual(Array(10).fill(1));
});
