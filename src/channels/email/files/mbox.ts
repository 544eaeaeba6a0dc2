/** Cuts an mbox (RFC 4155; mboxo, mboxrd, mboxcl) into its mails while it is read. */

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
 * The mails of an mbox, without their separators, with `>From ` unquoted. Where a mail names its Content-Length, as
 * mboxcl does instead of quoting, a line like a separator within that length belongs to the mail, provided that the
 * mail does end there. Of a mail that is larger than `sizeBytesMax` the first `sizeBytesMax + 1` bytes are kept: enough
 * to be refused for its size.
 */
export async function* splitMbox(
  chunks: AsyncIterable<Uint8Array>,
  sizeBytesMax: number,
): AsyncGenerator<Uint8Array> {
  let mail = new MailBuffer(sizeBytesMax);
  let afterBlank = true;
  for await (const line of splitLines(chunks, sizeBytesMax + 1)) {
    if (afterBlank && isSeparator(line)) {
      afterBlank = false;
      if (mail.mayHold(line)) continue;
      yield* mail.take();
      mail = new MailBuffer(sizeBytesMax);
      continue;
    }
    afterBlank = isBlank(line);
    mail.add(line);
  }
  yield* mail.take();
}

/** The lines of one mail; of several, where a Content-Length turns out to be wrong. */
class MailBuffer {
  readonly #sizeMax: number;
  #lines: Uint8Array[] = [];
  #size = 0;
  #isBlank = true;
  /** Bytes that its body is said to have; null where it does not say. */
  #bodyLength: number | null = null;
  #bodySize = 0;
  #isInBody = false;
  /** Mails that were cut off at lines which may be separators, should the length prove wrong. */
  readonly #doubtful: { lines: Uint8Array[]; separator: Uint8Array }[] = [];

  constructor(sizeBytesMax: number) {
    this.#sizeMax = sizeBytesMax + 1;
  }

  /** Whether a line like a separator stands within the length that the mail names; it is taken in then. */
  mayHold(line: Uint8Array): boolean {
    if (!this.#isInBody || this.#bodyLength === null || this.#bodySize + line.length > this.#bodyLength)
      return false;
    this.#doubtful.push({ lines: this.#lines, separator: line });
    this.#lines = [];
    this.#size += line.length;
    this.#bodySize += line.length;
    return true;
  }

  add(line: Uint8Array): void {
    if (this.#isInBody) this.#bodySize += line.length;
    else if (isBlank(line) && !this.#isBlank) this.#isInBody = true;
    else this.#bodyLength ??= readContentLength(line, this.#sizeMax);
    if (!isBlank(line)) this.#isBlank = false;
    const room = this.#sizeMax - this.#size;
    if (room <= 0) return;
    const kept = (isQuotedFrom(line) ? line.subarray(1) : line).subarray(0, room);
    this.#lines.push(kept);
    this.#size += kept.length;
    // Lines are views of the chunks that were read: joined now and then, so that these can go.
    if (this.#lines.length >= 10_000) this.#lines = [Buffer.concat(this.#lines)];
  }

  /** The mail without the blank line that belongs to the next separator. */
  *take(): Generator<Uint8Array> {
    if (this.#isBlank) return;
    const isAsLong = this.#bodyLength !== null && Math.abs(this.#bodySize - this.#bodyLength) <= 2;
    if (isAsLong) {
      const held = this.#doubtful.flatMap(({ lines, separator }) => [...lines, separator]);
      yield joinLines([...held, ...this.#lines]);
      return;
    }
    for (const { lines } of this.#doubtful) yield joinLines(lines);
    yield joinLines(this.#lines);
  }
}

function joinLines(lines: Uint8Array[]): Uint8Array {
  const last = lines.at(-1);
  return Buffer.concat(last !== undefined && isBlank(last) ? lines.slice(0, -1) : lines);
}

/** Null for any other header, and for a length that is no mail's. */
function readContentLength(line: Uint8Array, max: number): number | null {
  if (line.length > 40 || (line[0] !== 0x43 && line[0] !== 0x63)) return null;
  const length = Number(/^content-length:\s*(\d{1,9})\s*$/i.exec(headOf(line))?.[1] ?? Number.NaN);
  return Number.isNaN(length) || length > max ? null : length;
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
