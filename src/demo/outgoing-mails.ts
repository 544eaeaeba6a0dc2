/** What the demo's customers have written, kept so that the same mail has the same bytes in every run on this folder. */
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { orNullIfMissing, writeDurably } from "./write-durably.ts";

export interface OutgoingMails {
  /** The mail as an earlier run wrote it, or as `write` does now; it is on the disk before it is given away. */
  getOrWrite(file: string, write: () => Promise<Uint8Array>): Promise<Uint8Array>;
}

export async function openOutgoingMails(dir: string): Promise<OutgoingMails> {
  await mkdir(dir, { recursive: true });
  return {
    async getOrWrite(file, write) {
      const written = await readFile(join(dir, file)).catch(orNullIfMissing);
      if (written !== null) return written;
      const raw = await write();
      await writeDurably(dir, file, raw, new Date());
      return raw;
    },
  };
}
