/**
 * A process that uses the embedded Postgres, for tests that kill it: `embedded-child.ts FOLDER ROLE`.
 * Prints `{pid, ownedByUs, url}` or `{error, code}`; on a line from standard input it stops and prints `{stopped}`.
 * `{lost}` when another service has taken its place.
 */
import { once } from "node:events";
import { type EmbeddedOptions, startEmbeddedPostgres } from "../../src/db/embedded.ts";

const [dataDir = "", role = "command"] = process.argv.slice(2);

function print(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

try {
  const postgres = await startEmbeddedPostgres({
    dataDir,
    role: role as NonNullable<EmbeddedOptions["role"]>,
    onLost: (error) => print({ lost: error.message }),
  });
  print({ pid: postgres.pid, ownedByUs: postgres.ownedByUs, url: postgres.url });
  await once(process.stdin, "data");
  print(await postgres.stop());
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  print({ error: message, code });
}
process.stdin.destroy();
