/**
 * An error for the log: its name, code and message. A database error carries more (the row, the JSON that could not be
 * read), which may quote a mail and stays out of the log.
 */
export function describeError(error: unknown): {
  errorName: string;
  errorCode?: string;
  errorMessage: string;
} {
  if (!(error instanceof Error)) return { errorName: "unknown", errorMessage: String(error) };
  const code = "code" in error && typeof error.code === "string" ? { errorCode: error.code } : {};
  return { errorName: error.name, ...code, errorMessage: error.message };
}
