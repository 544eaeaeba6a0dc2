/** Deskhand as its users run it: a process of its own, with nothing but an environment. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const BIN = resolve(import.meta.dirname, "../../bin/deskhand.js");

export type Settings = Record<string, string>;

/** Only what is needed to run, so that nobody's own settings leak into a test. */
function environment(settings: Settings): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, LOG_LEVEL: "warn", DOTENV_CONFIG_PATH: "/nonexistent", ...settings };
}

export interface Finished {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command to its end. */
export async function runDeskhand(args: string[], settings: Settings, input?: string): Promise<Finished> {
  const child = spawn(process.execPath, [BIN, ...args], { env: environment(settings), stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.end(input ?? "");
  await once(child, "close");
  return { status: child.exitCode, stdout, stderr };
}

export interface RunningService {
  url: string;
  pid: number;
  stop(): Promise<number | null>;
  /** SIGKILL: no chance to clean up. */
  kill(): Promise<void>;
}

/** Starts the service and resolves when it says that it is ready. */
export async function startDeskhand(settings: Settings): Promise<RunningService> {
  const child = spawn(process.execPath, [BIN, "start", "--json"], {
    env: environment({ PORT: "0", ...settings }),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const url = await readReadyLine(child, () => stderr);
  const pid = child.pid ?? -1;
  return {
    url,
    pid,
    async stop() {
      if (child.exitCode !== null) return child.exitCode;
      child.kill("SIGTERM");
      await once(child, "exit");
      return child.exitCode;
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}

async function readReadyLine(child: ChildProcess, stderr: () => string): Promise<string> {
  if (child.stdout === null) throw new Error("The service has no standard output.");
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line) as { ready?: boolean; url?: string };
    if (said.ready === true && said.url !== undefined) return said.url;
  }
  throw new Error(`The service ended before it was ready:\n${stderr()}`);
}
