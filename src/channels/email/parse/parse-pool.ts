/** Parses mails in threads of their own: a mail that hangs or crashes the parser takes a thread along, not the service. */
import { Worker } from "node:worker_threads";
import { AppError } from "../../../core/errors.ts";
import type { InboundEmail, InboundUnreadable } from "../../../core/inbound.ts";
import { type MailOrigin, PARSE_LIMITS, type ParseLimits, unreadable } from "./parse-mail.ts";
import type { ParsedMail, ParseJob, WorkerMessage } from "./parse-worker.ts";

export interface ParsePoolOptions {
  /** Default 1. */
  threads?: number;
  limits?: ParseLimits;
  /** JavaScript heap of a thread, in MB (2^20 bytes); sources and attachments lie outside of it. Default 512. */
  heapMbMax?: number;
  /** The thread's program. Default: parse-worker beside this file. */
  entry?: URL;
}

export interface ParsePool {
  /**
   * As `parseMail`, in a thread. What hangs is ended after the time limit, what crashes twice is given up; both come
   * back as InboundUnreadable. Rejects with AppError `internal` only where no thread can be started, and
   * with `unavailable` once the pool is closed.
   */
  parse(raw: Uint8Array, origin: MailOrigin): Promise<InboundEmail | InboundUnreadable>;
  close(): Promise<void>;
}

interface Task {
  raw: Uint8Array;
  origin: MailOrigin;
  crashes: number;
  resolve(parsed: InboundEmail | InboundUnreadable): void;
  reject(error: Error): void;
}

interface Thread {
  worker: Worker;
  isReady: boolean;
  /** The first one is being parsed; the others lie ready in the thread. */
  tasks: Task[];
  timer: NodeJS.Timeout | null;
}

/** How long after its own time limit a thread is still given to say so. */
const GRACE_MS = 500;
const CRASHES_MAX = 2;
/** Small mails are handed over before their turn: a thread need not wait until it is given the next one. */
const AHEAD_COUNT = 4;
const AHEAD_SIZE_BYTES_MAX = 256 * 1024;

/** Threads start with the first mail, and keep the process alive only while they parse. */
export function createParsePool(options: ParsePoolOptions = {}): ParsePool {
  return new WorkerPool(options);
}

class WorkerPool implements ParsePool {
  readonly #size: number;
  readonly #limits: ParseLimits;
  readonly #heapMbMax: number;
  readonly #entry: URL;
  readonly #threads = new Set<Thread>();
  readonly #queue: Task[] = [];
  #nextId = 1;
  #isClosed = false;

  constructor(options: ParsePoolOptions) {
    this.#size = options.threads ?? 1;
    this.#limits = options.limits ?? PARSE_LIMITS;
    this.#heapMbMax = options.heapMbMax ?? 512;
    this.#entry = options.entry ?? new URL(`./parse-worker${ownExtension()}`, import.meta.url);
  }

  parse(raw: Uint8Array, origin: MailOrigin): Promise<InboundEmail | InboundUnreadable> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) reject(closedError());
      else {
        this.#queue.push({ raw, origin, crashes: 0, resolve, reject });
        this.#assign();
      }
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const threads = [...this.#threads];
    this.#threads.clear();
    for (const task of this.#queue.splice(0)) task.reject(closedError());
    for (const thread of threads) {
      if (thread.timer !== null) clearTimeout(thread.timer);
      for (const task of thread.tasks) task.reject(closedError());
    }
    await Promise.all(threads.map(({ worker }) => worker.terminate()));
  }

  #assign(): void {
    for (const thread of this.#threads)
      if (thread.isReady && thread.tasks.length === 0) this.#handOver(thread);
    for (const thread of this.#threads) while (hasRoom(thread, this.#queue[0])) this.#handOver(thread);
    const starting = [...this.#threads].filter(({ isReady }) => !isReady).length;
    const wanted = Math.min(this.#queue.length - starting, this.#size - this.#threads.size);
    for (let count = 0; count < wanted; count++) this.#start();
  }

  #handOver(thread: Thread): void {
    const task = this.#queue.shift();
    if (task === undefined) return;
    thread.worker.ref();
    thread.tasks.push(task);
    if (thread.tasks.length === 1) this.#watch(thread);
    const raw = new Uint8Array(task.raw);
    const job: ParseJob = { id: this.#nextId++, raw, origin: task.origin, limits: this.#limits };
    thread.worker.postMessage(job, [raw.buffer]);
  }

  /** From now on the thread's first mail has its time. */
  #watch(thread: Thread): void {
    if (thread.timer !== null) clearTimeout(thread.timer);
    thread.timer =
      thread.tasks.length === 0
        ? null
        : setTimeout(() => this.#endHanging(thread), this.#limits.timeMsMax + GRACE_MS);
  }

  #start(): void {
    const worker = startWorker(this.#entry, this.#heapMbMax);
    const thread: Thread = { worker, isReady: false, tasks: [], timer: null };
    this.#threads.add(thread);
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "parsed") this.#finish(thread, message.parsed);
      else thread.isReady = true;
      if (thread.tasks.length === 0) worker.unref();
      this.#assign();
    });
    worker.on("error", (error) => this.#lose(thread, error));
    worker.on("exit", () => this.#lose(thread, new Error("The thread ended.")));
  }

  #finish(thread: Thread, parsed: ParsedMail): void {
    const task = thread.tasks.shift();
    this.#watch(thread);
    task?.resolve({ ...parsed, raw: task.raw });
  }

  /** Answers with the mail that the thread was parsing; those behind it wait for another thread. */
  #forget(thread: Thread): Task | undefined {
    const [task, ...others] = thread.tasks.splice(0);
    this.#watch(thread);
    this.#queue.unshift(...others);
    return task;
  }

  #endHanging(thread: Thread): void {
    this.#threads.delete(thread);
    const task = this.#forget(thread);
    void thread.worker.terminate();
    const seconds = this.#limits.timeMsMax / 1000;
    task?.resolve(unreadable(task.raw, task.origin, `Reading it took more than ${seconds} s.`));
    this.#assign();
  }

  /** A thread crashed: its mail gets one more try, since it may have been another mail's leftovers. */
  #lose(thread: Thread, error: Error): void {
    if (!this.#threads.delete(thread)) return;
    const task = this.#forget(thread);
    if (!thread.isReady) {
      const failure = new AppError("internal", `No thread to parse mail in: ${error.message}`, {
        cause: error,
      });
      for (const waiting of this.#queue.splice(0)) waiting.reject(failure);
    }
    if (task !== undefined) {
      task.crashes++;
      const reason = `It crashed the parser: ${error.message.slice(0, 200)}`;
      if (task.crashes >= CRASHES_MAX) task.resolve(unreadable(task.raw, task.origin, reason));
      else this.#queue.unshift(task);
    }
    this.#assign();
  }
}

function hasRoom({ isReady, tasks }: Thread, next: Task | undefined): boolean {
  if (next === undefined || !isReady || tasks.length >= AHEAD_COUNT) return false;
  return [...tasks, next].every(({ raw }) => raw.length <= AHEAD_SIZE_BYTES_MAX);
}

function closedError(): AppError {
  return new AppError("unavailable", "The parser is shutting down.");
}

function ownExtension(): ".ts" | ".js" {
  return import.meta.url.endsWith(".ts") ? ".ts" : ".js";
}

/** A thread inherits no loader: run from source, it registers tsx before it loads the program. */
const SOURCE_BOOT = `
  const { workerData } = require("node:worker_threads");
  import(workerData.tsx).then(({ register }) => {
    register();
    return import(workerData.entry);
  });
`;

function startWorker(entry: URL, heapMbMax: number): Worker {
  const settings = {
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax, maxYoungGenerationSizeMb: 64 },
    execArgv: [],
  };
  if (!entry.pathname.endsWith(".ts")) return new Worker(entry, settings);
  const workerData = { tsx: import.meta.resolve("tsx/esm/api"), entry: entry.href };
  return new Worker(SOURCE_BOOT, { ...settings, eval: true, workerData });
}
