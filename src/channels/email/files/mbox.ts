/** Cuts an mbox (RFC 4155, mboxo and mboxrd) into its mails while it is read. */

const LF = 0x0a;
const CR = 0x0d;

/**
 * A separator: `From `, a sender, and a date with a time and a year. A sentence that begins with "From " has none,
 * and stands quoted as `>From ` in a well-made mbox anyway.
 */
const SEPARATOR = /^From \S.*\d{1,2}:\d{2}.*\d{4}/;
const SEPARATOR_LENGTH_MAX = 300;

/** Whether a file that begins with these bytes is an mbox. */
export function startsAsMbox(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, 5)).toString("latin1") === "From ";
}

/**
 * The mails of an mbox, without their separators, with `>From ` unquoted. Of a mail that is larger than
 * `sizeBytesMax` the first `sizeBytesMax + 1` bytes are kept: enough to be refused for its size.
 */
export async function* splitMbox(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytesMax: number,
): AsyncGenerator<Uint8Array> {
  let mail = new MailBuffer(sizeBytesMax + 1);
  let afterBlank = true;
  for await (const line of splitLines(chunks, sizeBytesMax + 1)) {
    if (afterBlank && isSeparator(line)) {
      if (!mail.isEmpty) yield mail.take();
      mail = new MailBuffer(sizeBytesMax + 1);
      afterBlank = false;
      continue;
    }
    afterBlank = isBlank(line);
    mail.add(isQuotedFrom(line) ? line.subarray(1) : line);
  }
  if (!mail.isEmpty) yield mail.take();
}

class MailBuffer {
  readonly #sizeMax: number;
  #lines: Uint8Array[] = [];
  #size = 0;

  constructor(sizeMax: number) {
    this.#sizeMax = sizeMax;
  }

  get isEmpty(): boolean {
    return this.#lines.every(isBlank);
  }

  add(line: Uint8Array): void {
    const room = this.#sizeMax - this.#size;
    if (room <= 0) return;
    const kept = line.subarray(0, room);
    this.#lines.push(kept);
    this.#size += kept.length;
    // Lines are views of the chunks that were read: joined now and then, so that these can go.
    if (this.#lines.length >= 10_000) this.#lines = [Buffer.concat(this.#lines)];
  }

  /** The mail without the blank line that belongs to the next separator. */
  take(): Uint8Array {
    const last = this.#lines.at(-1);
    if (last !== undefined && isBlank(last)) this.#lines.pop();
    return Buffer.concat(this.#lines);
  }
}

/** Lines with their ends. A line longer than `lengthMax` comes in pieces. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>, lengthMax: number): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array[] = [];
  let restLength = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
      const line = chunk.subarray(start, end + 1);
      yield restLength === 0 ? line : Buffer.concat([...rest, line]);
      rest = [];
      restLength = 0;
      start = end + 1;
    }
    if (start === chunk.length) continue;
    rest.push(chunk.subarray(start));
    restLength += chunk.length - start;
    if (restLength > lengthMax) {
      yield Buffer.concat(rest);
      rest = [];
      restLength = 0;
    }
  }
  if (restLength > 0) yield Buffer.concat(rest);
}

function isBlank(line: Uint8Array): boolean {
  return line.length <= 2 && line.every((byte) => byte === LF || byte === CR);
}

function isSeparator(line: Uint8Array): boolean {
  return startsAsMbox(line) && SEPARATOR.test(headOf(line));
}

function isQuotedFrom(line: Uint8Array): boolean {
  return line[0] === 0x3e && /^>+From /.test(headOf(line));
}

function headOf(line: Uint8Array): string {
  return Buffer.from(line.subarray(0, SEPARATOR_LENGTH_MAX)).toString("latin1");
}
