/** The secret that signs tokens: the configured one, or one made at the first start and kept in the data folder. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";

export async function loadJwtSecrets(
  config: Pick<Config, "jwt" | "service">,
): Promise<{ secret: string; previousSecrets: string[] }> {
  if (config.jwt !== null)
    return { secret: config.jwt.secret, previousSecrets: [...config.jwt.previousSecrets] };
  const { dataDir } = config.service;
  const path = join(dataDir, "jwt-secret");
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    // `wx`: of two first starts at once, the second reads what the first wrote.
    await writeFile(path, `${randomBytes(48).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const secret = (await readFile(path, "utf8")).trim();
  if (secret.length < 32) {
    throw new Error(
      `${path} does not hold a secret of 32 characters or more: delete it, and a new one is made.`,
    );
  }
  return { secret, previousSecrets: [] };
}
