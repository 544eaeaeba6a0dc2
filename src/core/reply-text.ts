/** The new words of a mail: without what it quotes, and without signatures. */
import type { EmailAddress } from "./inbound.ts";

export interface TrimmedReply {
  /** The new words. Never empty for a mail that has words of its own. */
  textTrimmed: string;
  /** What was cut away. */
  quoted: string;
}

/** Lines are judged by this many of their first characters. */
const JUDGED_LENGTH = 500;

/** Keeps exactly the new words of a reply. Linear in the length of the text. */
export function trimReply(text: string): TrimmedReply {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const cut = findCut(lines);
  const kept = lines.slice(0, cut).join("\n").trim();
  if (kept === "") return { textTrimmed: text.trim(), quoted: "" };
  return { textTrimmed: kept, quoted: lines.slice(cut).join("\n").trim() };
}

function findCut(lines: string[]): number {
  for (const [index, line] of lines.entries()) {
    const start = line.slice(0, JUDGED_LENGTH).trim();
    if (/^-- ?$/.test(start) || /^-{2,} ?(?:Original Message|Ursprüngliche Nachricht) ?-{2,}$/i.test(start))
      return index;
    if (/^(?:On\b.* wrote|Am\b.* schrieb\b.*|Le\b.* a écrit) ?:$/.test(start)) return index;
    if (/^>/.test(start) && lines.slice(index).every((rest) => /^\s*(?:>|$)/.test(rest))) return index;
  }
  return lines.length;
}

/** The sender that a mail forwarded by hand names in its header block, or null. */
export function findForwardedSender(text: string): EmailAddress | null {
  const found =
    /^[> *]*(?:From|Von|De|Da|Van|Från|Fra|Od|От) ?:\*?[ \t]*([^\n<]{0,200})<([^\s<>@]{1,64}@[^\s<>@]{1,250})>/im.exec(
      text.slice(0, 20_000),
    );
  if (found === null) return null;
  return { address: (found[2] ?? "").toLowerCase(), name: (found[1] ?? "").replace(/["*]/g, "").trim() };
}
