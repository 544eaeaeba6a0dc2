/** What the server said where it refused a command, for a mail or all of them. */

/** The text of a tagged NO or BAD, or null where the error is of another kind: then it is the connection's end. */
export function readRefusal(error: unknown): string | null {
  const { responseStatus, responseText } = error as { responseStatus?: string; responseText?: string };
  if (responseStatus !== "NO" && responseStatus !== "BAD") return null;
  return responseText ?? responseStatus;
}
