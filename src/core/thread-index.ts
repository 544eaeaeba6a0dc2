/**
 * Outlook's thread id, the header Thread-Index (MS-OXOMSG, 2.2.1.3, PidTagConversationIndex): base64 of 22 bytes that
 * name the conversation (1 reserved, 5 of time, 16 of GUID), and 5 more for each answer. Outlook takes two mails for one
 * conversation when their 22 bytes are the same, whatever their subjects.
 */
const HEADER_BYTES = 22;
const CHILD_BYTES = 5;
/** Longer ones exist, in conversations of hundreds of mails; nobody needs to go on with them. */
const BYTES_MAX = HEADER_BYTES + 200 * CHILD_BYTES;

/** The Thread-Index of an answer to a mail that carried `parent`; null where that is none. */
export function continueThreadIndex(parent: string | null, at: Date): string | null {
  const bytes = readThreadIndex(parent);
  if (bytes === null) return null;
  // A child says how long after the conversation's beginning it was written; readers only need it to differ.
  const minutes = Math.floor(at.getTime() / 60_000) >>> 0;
  const child = [
    (minutes >>> 24) & 0x7f,
    (minutes >>> 16) & 0xff,
    (minutes >>> 8) & 0xff,
    minutes & 0xff,
    at.getUTCSeconds(),
  ];
  return btoa(String.fromCharCode(...bytes, ...child));
}

/** Which conversation a Thread-Index belongs to: the same for all of its mails. Null where it is none. */
export function threadIndexConversation(value: string | null): string | null {
  const bytes = readThreadIndex(value);
  return bytes === null ? null : bytes.slice(0, HEADER_BYTES).join(".");
}

function readThreadIndex(value: string | null): number[] | null {
  const compact = (value ?? "").replace(/\s+/g, "");
  if (compact.length > BYTES_MAX * 2 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) return null;
  try {
    const bytes = Array.from(atob(compact), (char) => char.charCodeAt(0));
    const isWhole = bytes.length >= HEADER_BYTES && (bytes.length - HEADER_BYTES) % CHILD_BYTES === 0;
    return isWhole && bytes.length + CHILD_BYTES <= BYTES_MAX ? bytes : null;
  } catch {
    return null;
  }
}
