/** format=flowed (RFC 3676): lines that end in a space go on in the next one. */

/** `delSp`: that space is no part of the text. Quote depth ends a paragraph; `-- ` is a signature, never flowed. */
export function decodeFlowed(text: string, delSp: boolean): string {
  const lines: string[] = [];
  let paragraph: { depth: number; words: string } | null = null;
  for (const line of text.split(/\r?\n/)) {
    const quote = /^>*/.exec(line)?.[0] ?? "";
    const words = line.slice(quote.length).replace(/^ /, "");
    const isSignature = words === "-- ";
    if (paragraph !== null && paragraph.depth === quote.length && !isSignature) paragraph.words += words;
    else {
      if (paragraph !== null) lines.push(format(paragraph));
      paragraph = { depth: quote.length, words };
    }
    if (!words.endsWith(" ") || isSignature) {
      lines.push(format(paragraph));
      paragraph = null;
    } else if (delSp) paragraph.words = paragraph.words.slice(0, -1);
  }
  if (paragraph !== null) lines.push(format(paragraph));
  return lines.join("\n");
}

function format({ depth, words }: { depth: number; words: string }): string {
  return depth === 0 ? words : `${">".repeat(depth)} ${words}`;
}
