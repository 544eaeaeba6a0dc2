/** What stands in the stand-in's workspace. Written to a journal before anything is answered, so a kill loses nothing. */
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import { dirname } from "node:path";

export interface StoredFile {
  id: string;
  name: string;
  mimetype: string;
  base64: string;
}

export interface StoredMessage {
  channel: string;
  ts: string;
  user: string;
  text: string;
  threadTs: string | null;
  /** Present on the bot's own messages. */
  botId: string | null;
  subtype: string | null;
  blocks: unknown[];
  metadata: unknown;
  fileIds: string[];
  /** The poster's own key: posting again with it gives the same message. */
  key: string | null;
  /** When it was last edited. */
  editedTs?: string;
}

export interface StoredEphemeral {
  channel: string;
  user: string;
  ts: string;
  text: string;
  blocks?: unknown[];
}

/** An event that is still to be delivered. */
export interface PendingEvent {
  id: string;
  body: unknown;
}

type Entry =
  | { op: "message"; message: StoredMessage; files: StoredFile[]; events: PendingEvent[] }
  | { op: "update"; channel: string; ts: string; text: string; blocks: unknown[]; metadata: unknown }
  | { op: "ephemeral"; ephemeral: StoredEphemeral }
  | { op: "edit"; channel: string; ts: string; text: string; editedTs: string; events: PendingEvent[] }
  | { op: "delete"; channel: string; ts: string; events: PendingEvent[] }
  | { op: "files"; files: StoredFile[] }
  /** Acknowledged, or given up as Slack does after its retries. */
  | { op: "settled"; eventId: string }
  | { op: "tick"; ts: string };

export interface SlackState {
  /** A new timestamp, later than every one before, also across restarts. */
  nextTs(): string;
  /** Writes, then applies. Throws where the journal cannot be written: the caller must not answer `ok`. */
  commit(entry: Entry): void;
  messages(channel: string): StoredMessage[];
  find(channel: string, ts: string): StoredMessage | undefined;
  findByKey(key: string): StoredMessage | undefined;
  file(id: string): StoredFile | undefined;
  ephemerals(): StoredEphemeral[];
  pending(): PendingEvent[];
  close(): void;
}

/** @param file the journal, one JSON document a line; a line cut off by a crash is dropped. Without it: memory only. */
export function openSlackState(file: string | undefined, now: () => number): SlackState {
  const memory = createMemory();
  const fd = file === undefined ? null : openJournal(file, memory.apply);
  return {
    nextTs: () => memory.nextTs(now()),
    commit: (entry) => {
      if (fd !== null) writeSync(fd, `${JSON.stringify(entry)}\n`);
      memory.apply(entry);
    },
    messages: (channel) => memory.messages.filter((message) => message.channel === channel),
    find: (channel, ts) =>
      memory.messages.find((message) => message.channel === channel && message.ts === ts),
    findByKey: (key) => memory.messages.find((message) => message.key === key),
    file: (id) => memory.files.get(id),
    ephemerals: () => [...memory.ephemerals],
    pending: () => [...memory.pending.values()],
    close: () => {
      if (fd !== null) closeSync(fd);
    },
  };
}

function createMemory() {
  const messages: StoredMessage[] = [];
  const files = new Map<string, StoredFile>();
  const ephemerals: StoredEphemeral[] = [];
  const pending = new Map<string, PendingEvent>();
  /** In microseconds: exact in a double until the year 2255. */
  let last = 0;

  function seen(ts: string): void {
    last = Math.max(last, Number(ts.replace(".", "")));
  }

  function nextTs(nowMs: number): string {
    last = Math.max(last + 1, Math.floor(nowMs) * 1000);
    const digits = String(last).padStart(7, "0");
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }

  function apply(entry: Entry): void {
    switch (entry.op) {
      case "message":
        seen(entry.message.ts);
        messages.push(entry.message);
        for (const file of entry.files) files.set(file.id, file);
        for (const event of entry.events) pending.set(event.id, event);
        return;
      case "update": {
        const { channel, ts, text, blocks, metadata } = entry;
        const message = messages.find((one) => one.channel === channel && one.ts === ts);
        if (message !== undefined) Object.assign(message, { text, blocks, metadata });
        return;
      }
      case "edit": {
        seen(entry.editedTs);
        const message = messages.find((one) => one.channel === entry.channel && one.ts === entry.ts);
        if (message !== undefined) Object.assign(message, { text: entry.text, editedTs: entry.editedTs });
        for (const event of entry.events) pending.set(event.id, event);
        return;
      }
      case "delete": {
        const index = messages.findIndex((one) => one.channel === entry.channel && one.ts === entry.ts);
        if (index >= 0) messages.splice(index, 1);
        for (const event of entry.events) pending.set(event.id, event);
        return;
      }
      case "files":
        for (const file of entry.files) files.set(file.id, file);
        return;
      case "ephemeral":
        seen(entry.ephemeral.ts);
        ephemerals.push(entry.ephemeral);
        return;
      case "settled":
        pending.delete(entry.eventId);
        return;
      case "tick":
        seen(entry.ts);
    }
  }

  return { messages, files, ephemerals, pending, nextTs, apply };
}

function openJournal(file: string, apply: (entry: Entry) => void): number {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    const whole = bytes.lastIndexOf(10) + 1;
    if (whole < bytes.length) truncateSync(file, whole);
    for (const line of bytes.subarray(0, whole).toString("utf8").split("\n")) {
      if (line !== "") apply(JSON.parse(line) as Entry);
    }
  }
  return openSync(file, "a");
}
