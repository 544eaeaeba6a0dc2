/** A line that separates the parts of a multipart. */
export interface Delimiter {
  /** Without the line end before it, which belongs to it (RFC 2046, 5.1.1). */
  start: number;
  end: number;
  isClosing: boolean;
}

/** The lines of the body that are made of that boundary; none where there is no boundary. */
export function findDelimiters(body: Uint8Array, boundary: string | null): Delimiter[] {
  if (boundary === null || boundary === "") return [];
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const mark = Buffer.from(`--${boundary}`);
  const delimiters: Delimiter[] = [];
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    if (at > 0 && bytes[at - 1] !== 0x0a) continue;
    const lineEnd = bytes.indexOf(0x0a, at);
    const end = lineEnd < 0 ? bytes.length : lineEnd + 1;
    const tail = bytes.toString("latin1", at + mark.length, Math.min(end, at + mark.length + 80)).trim();
    if (tail !== "" && tail !== "--") continue;
    const start = at >= 2 && bytes[at - 2] === 0x0d ? at - 2 : Math.max(0, at - 1);
    delimiters.push({ start, end, isClosing: tail === "--" });
  }
  return delimiters;
}
