/**
 * An IMAP server that costs next to nothing: mails come from memory as they were rendered. It speaks what imapflow asks
 * for (RFC 3501, IDLE of RFC 2177), one mailbox for each user name, any password.
 */
import { createServer, type Server, type Socket } from "node:net";

export interface ServedMail {
  sizeBytes: number;
  receivedAt: Date;
  source(): Buffer;
}

export interface ServedMailbox {
  mails: ServedMail[];
  /** Called with each connection that has it open when a mail is appended. */
  watchers: Set<() => void>;
}

const CAPABILITIES = "IMAP4rev1 IDLE SASL-IR ID NAMESPACE ENABLE UIDPLUS";
const UID_VALIDITY = 1;

export function createImapServer(mailboxes: Map<string, ServedMailbox>): Server {
  return createServer((socket) => {
    socket.setNoDelay(true);
    new Connection(socket, mailboxes);
  });
}

/** Adds a mail and tells everybody who idles. UIDs begin at 1 and have no gaps. */
export function appendMail(mailbox: ServedMailbox, source: Buffer): void {
  mailbox.mails.push({ sizeBytes: source.length, receivedAt: new Date(), source: () => source });
  for (const announce of mailbox.watchers) announce();
}

class Connection {
  readonly #socket: Socket;
  readonly #mailboxes: Map<string, ServedMailbox>;
  #mailbox: ServedMailbox | null = null;
  #isSelected = false;
  #idleTag: string | null = null;
  #announced = 0;
  #pending = "";
  /** Bytes of a literal in a command that are still to come. */
  #queue: string[] = [];
  #isBusy = false;

  constructor(socket: Socket, mailboxes: Map<string, ServedMailbox>) {
    this.#socket = socket;
    this.#mailboxes = mailboxes;
    const announce = () => this.#announce();
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => this.#onData(text));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.#mailbox?.watchers.delete(announce));
    this.#onSelected = () => this.#mailbox?.watchers.add(announce);
    this.#send(`* OK [CAPABILITY ${CAPABILITIES}] ready`);
  }

  readonly #onSelected: () => void;

  #send(line: string): boolean {
    return this.#socket.write(`${line}\r\n`, "latin1");
  }

  #onData(text: string): void {
    const lines = (this.#pending + text).split("\r\n");
    this.#pending = lines.pop() ?? "";
    this.#queue.push(...lines);
    void this.#work();
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift()) {
      if (this.#socket.destroyed) return;
      await this.#answer(line);
    }
    this.#isBusy = false;
  }

  async #answer(line: string): Promise<void> {
    if (this.#idleTag !== null) {
      if (line.toUpperCase() === "DONE") this.#send(`${this.#idleTag} OK done`);
      this.#idleTag = null;
      return;
    }
    const [tag = "*", command = "", ...rest] = line.split(" ");
    const words = rest.join(" ");
    switch (command.toUpperCase()) {
      case "CAPABILITY":
        this.#send(`* CAPABILITY ${CAPABILITIES}`);
        break;
      case "LOGIN":
        this.#signIn(readWord(rest[0] ?? ""));
        break;
      case "AUTHENTICATE":
        this.#signIn(
          Buffer.from(rest[1] ?? "", "base64")
            .toString()
            .split("\0")[1] ?? "",
        );
        break;
      case "NAMESPACE":
        this.#send('* NAMESPACE (("" "/")) NIL NIL');
        break;
      case "LIST":
      case "LSUB":
        this.#send(`* ${command.toUpperCase()} () "/" INBOX`);
        break;
      case "SELECT":
      case "EXAMINE":
        this.#select();
        break;
      case "NOOP":
        this.#announce();
        break;
      case "IDLE":
        this.#idleTag = tag;
        this.#send("+ idling");
        this.#announce();
        return;
      case "UID":
        await this.#answerUid(words);
        break;
      case "LOGOUT":
        this.#send("* BYE");
        this.#send(`${tag} OK bye`);
        this.#socket.end();
        return;
      case "ID":
        this.#send("* ID NIL");
        break;
      case "ENABLE":
        this.#send("* ENABLED");
        break;
      default:
        this.#send(`${tag} BAD unknown command`);
        return;
    }
    const isRefused = this.#mailbox === null && /^(?:LOGIN|AUTHENTICATE)$/i.test(command);
    this.#send(isRefused ? `${tag} NO no such user` : `${tag} OK done`);
  }

  #signIn(user: string): void {
    this.#mailbox = this.#mailboxes.get(user) ?? null;
  }

  #select(): void {
    const count = this.#mailbox?.mails.length ?? 0;
    this.#announced = count;
    this.#isSelected = true;
    this.#onSelected();
    this.#send("* FLAGS (\\Seen)");
    this.#send(`* ${count} EXISTS`);
    this.#send(`* OK [UIDVALIDITY ${UID_VALIDITY}] ok`);
    this.#send(`* OK [UIDNEXT ${count + 1}] ok`);
  }

  #announce(): void {
    const count = this.#mailbox?.mails.length ?? 0;
    if (!this.#isSelected || count === this.#announced) return;
    this.#announced = count;
    this.#send(`* ${count} EXISTS`);
  }

  async #answerUid(words: string): Promise<void> {
    const mails = this.#mailbox?.mails ?? [];
    const search = /^SEARCH (?:UID )?([\d:*,]+)/i.exec(words);
    if (search?.[1] !== undefined) {
      this.#send(`* SEARCH ${readUids(search[1], mails.length).join(" ")}`.trimEnd());
      return;
    }
    const fetch = /^FETCH ([\d:*,]+) (.*)$/i.exec(words);
    if (fetch?.[1] === undefined || fetch[2] === undefined) return;
    for (const uid of readUids(fetch[1], mails.length)) {
      const mail = mails[uid - 1];
      if (mail !== undefined && !this.#sendMail(uid, mail, fetch[2])) await this.#drained();
    }
  }

  /** False where the other side reads slower than we write. */
  #sendMail(uid: number, mail: ServedMail, items: string): boolean {
    const facts = [`UID ${uid}`];
    if (items.includes("RFC822.SIZE")) facts.push(`RFC822.SIZE ${mail.sizeBytes}`);
    if (items.includes("INTERNALDATE")) facts.push(`INTERNALDATE "${formatDate(mail.receivedAt)}"`);
    const body = /BODY(?:\.PEEK)?\[\](?:<(\d+)\.(\d+)>)?/.exec(items);
    if (body === null) return this.#send(`* ${uid} FETCH (${facts.join(" ")})`);
    const start = Number(body[1] ?? 0);
    const source = mail.source();
    const bytes = body[2] === undefined ? source : source.subarray(start, start + Number(body[2]));
    const name = body[1] === undefined ? "BODY[]" : `BODY[]<${start}>`;
    this.#socket.cork();
    this.#send(`* ${uid} FETCH (${facts.join(" ")} ${name} {${bytes.length}}`);
    this.#socket.write(bytes);
    const isFlowing = this.#send(")");
    this.#socket.uncork();
    return isFlowing;
  }

  #drained(): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#socket.off("drain", go);
        this.#socket.off("close", go);
        resolve();
      };
      this.#socket.on("drain", go);
      this.#socket.on("close", go);
    });
  }
}

function readWord(word: string): string {
  return word.replace(/^"(.*)"$/, "$1");
}

/** The UIDs of a sequence set that exist; UIDs are 1 to `count`. `n:*` names the last one even below n. */
function readUids(set: string, count: number): number[] {
  const uids = set.split(",").flatMap((range) => {
    const [from = 0, to = from] = range.split(":").map((end) => (end === "*" ? count : Number(end)));
    const [low, high] = from <= to ? [from, to] : [to, from];
    return Array.from({ length: Math.max(0, Math.min(high, count) - low + 1) }, (_none, at) => low + at);
  });
  return uids.filter((uid) => uid >= 1);
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

function formatDate(date: Date): string {
  const day = String(date.getUTCDate()).padStart(2, " ");
  const time = date.toISOString().slice(11, 19);
  return `${day}-${MONTHS[date.getUTCMonth()]}-${date.getUTCFullYear()} ${time} +0000`;
}
