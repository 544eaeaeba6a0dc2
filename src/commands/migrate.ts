import { openDatabase } from "../runtime/open-database.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

/** `deskhand migrate`. */
export async function migrate(context: CommandContext): Promise<number> {
  const database = await openDatabase(readConfig(context), {
    role: "command",
    log: createCommandLog(context),
    connectionsMax: 2,
  });
  const { applied, already } = database.migrated;
  await database.close();
  context.say(
    applied.length === 0
      ? `The schema is up to date (${already} migrations).`
      : `Applied ${applied.join(", ")}; ${already} stood already.`,
  );
  return EXIT.done;
}
