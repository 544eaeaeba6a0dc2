/** The bytes of a part that is read as text. */
import { decodeBytes } from "./charset.ts";
import { type CharsetHints, NO_HINTS } from "./charset-hints.ts";
import type { PartFacts } from "./part-facts.ts";

/** As far as a browser looks for a charset in HTML (WHATWG HTML, 13.2.3.2). */
const META_BYTES_MAX = 1_024;

export function decodeText(
  bytes: Uint8Array,
  facts: Pick<PartFacts, "contentType" | "charset"> | undefined,
  hints: CharsetHints = NO_HINTS,
): string {
  const declared = facts?.charset ?? (facts?.contentType === "text/html" ? readMetaCharset(bytes) : null);
  return decodeBytes(bytes, declared, hints);
}

/** `<meta charset>` or `<meta http-equiv>`: what HTML says about itself where its part says nothing. */
function readMetaCharset(bytes: Uint8Array): string | null {
  const start = Buffer.from(bytes.subarray(0, META_BYTES_MAX)).toString("latin1");
  return /<meta\s[^>]{0,300}charset\s*=\s*["']?([\w:.-]{1,40})/i.exec(start)?.[1] ?? null;
}
