/** Text as Postgres takes it: no NUL, no half of a surrogate pair (jsonb refuses both), `\n` alone ends a line. */

export function cleanText(text: string): string {
  return cleanLine(text).replace(/\r\n?/g, "\n");
}

/** The same for a value that is one line by nature; line ends are left to the caller. */
export function cleanLine(text: string): string {
  if (!ODD.test(text)) return text;
  return text.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\ufffd");
}

/** Looked for first, without the `u` flag: nearly no text has any, and with it the search takes some times as long. */
const ODD = /[\0\ud800-\udfff]/;
