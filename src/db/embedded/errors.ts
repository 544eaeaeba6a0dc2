/** Why the embedded Postgres cannot run. The message is for the operator and says what to do. */
export type EmbeddedPostgresErrorCode =
  | "unsupported_platform"
  | "binaries_missing"
  | "binaries_broken"
  | "data_dir"
  | "disk_full"
  | "version_mismatch"
  | "service_running"
  | "start_failed";

export class EmbeddedPostgresError extends Error {
  override name = "EmbeddedPostgresError";
  readonly code: EmbeddedPostgresErrorCode;
  constructor(code: EmbeddedPostgresErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** The `code` of a failed system call (`ENOENT`, …), if the error has one. */
export function systemErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Turns a failed file operation in the data folder into a message with the folder and the remedy; others pass. */
export function explainDataDirError(dataDir: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (error instanceof EmbeddedPostgresError || code === undefined) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new EmbeddedPostgresError(
      "disk_full",
      `The disk of the data folder ${dataDir} is full: free some space or set DATA_DIR.`,
      error,
    );
  }
  const reason =
    code === "EACCES" || code === "EPERM" || code === "EROFS"
      ? "is not writable for this user"
      : code === "ENOTDIR" || code === "EEXIST"
        ? "is not a folder"
        : `cannot be used (${error instanceof Error ? error.message : String(error)})`;
  return new EmbeddedPostgresError(
    "data_dir",
    `The data folder ${dataDir} ${reason}: fix it, or set DATA_DIR to another folder.`,
    error,
  );
}
