/** The parts of a bounce as text, for core's rules. */
import type { ReturnedParts } from "../../../core/bounce.ts";
import { decodeBytes } from "./charset.ts";

const STATUS_TYPE = /^message\/(?:global-)?delivery-status\b/i;
const ORIGINAL_TYPE =
  /^(?:message\/(?:rfc822|global)|text\/rfc822-headers|message\/(?:rfc822|global)-headers)\b/i;
const SIZE_BYTES_MAX = 100_000;

/** The first status part and the first returned message, or its headers. */
export function readReturnedParts(
  attachments: readonly { contentType: string; content: Uint8Array }[],
): ReturnedParts {
  const read = (type: RegExp) => {
    const part = attachments.find(({ contentType }) => type.test(contentType));
    return part === undefined ? null : decodeBytes(part.content.subarray(0, SIZE_BYTES_MAX), null);
  };
  return { status: read(STATUS_TYPE), original: read(ORIGINAL_TYPE) ?? readHeaderFile(attachments) };
}

/** Some systems attach the headers of what they return as a plain file. */
function readHeaderFile(attachments: readonly { contentType: string; content: Uint8Array }[]): string | null {
  for (const { contentType, content } of attachments.slice(0, 5)) {
    if (!/^(?:text\/plain|application\/octet-stream)\b/i.test(contentType)) continue;
    const text = decodeBytes(content.subarray(0, SIZE_BYTES_MAX), null);
    if (
      /^\s*(?:Received|Return-Path|From|Date|Message-ID)[ \t]*:/i.test(text) &&
      /^Message-ID[ \t]*:/im.test(text)
    )
      return text;
  }
  return null;
}
