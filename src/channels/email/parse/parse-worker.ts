/** The thread of `createParsePool`: parses what it is sent, one mail at a time. */
import { parentPort } from "node:worker_threads";
import type { InboundEmail, InboundUnreadable } from "../../../core/inbound.ts";
import { type MailOrigin, type ParseLimits, parseMail } from "./parse-mail.ts";

export interface ParseJob {
  id: number;
  raw: Uint8Array;
  origin: MailOrigin;
  limits: ParseLimits;
}

/** What comes back: everything but the source, which the asking side still has. */
export type ParsedMail = Omit<InboundEmail, "raw"> | Omit<InboundUnreadable, "raw">;

export type WorkerMessage = { kind: "ready" } | { kind: "parsed"; id: number; parsed: ParsedMail };

const port = parentPort;
if (port === null) throw new Error("parse-worker.ts runs in a worker thread only.");

/** The next mail is here before the last one is done; they are parsed one after the other all the same. */
let working = Promise.resolve();
port.on("message", (job: ParseJob) => {
  working = working.then(() => work(job));
});

async function work({ id, raw, origin, limits }: ParseJob): Promise<void> {
  const { raw: _raw, ...parsed } = await parseMail(raw, origin, limits);
  const buffers = "attachments" in parsed ? parsed.attachments.map(({ content }) => content.buffer) : [];
  const message: WorkerMessage = { kind: "parsed", id, parsed };
  port?.postMessage(message, buffers as ArrayBuffer[]);
}

port.postMessage({ kind: "ready" } satisfies WorkerMessage);
