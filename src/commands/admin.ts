import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { createAdmin } from "../desk/create-admin.ts";
import { createPasswordHasher } from "../passwords.ts";
import { openDatabase } from "../runtime/open-database.ts";
import { type CommandContext, createCommandLog, EXIT, readConfig } from "./command-context.ts";

/** `deskhand admin create EMAIL`: the first admin comes from here, since signing up never grants a role. */
export async function createAdminAccount(
  context: CommandContext,
  email: string,
  options: { passwordStdin: boolean },
): Promise<number> {
  const config = readConfig(context);
  const password = options.passwordStdin ? readPiped(await text(process.stdin)) : await askPassword(context);
  const log = createCommandLog(context);
  const database = await openDatabase(config, { role: "command", log, connectionsMax: 2 });
  try {
    const { user, created, ownerIsKnown } = await createAdmin(database.sql, createPasswordHasher(), {
      email,
      password,
    });
    const changed = password === null ? "" : " The password was changed.";
    context.say(created ? `Made the admin ${user.email}.` : `${user.email} is an admin now.${changed}`);
    if (!ownerIsKnown) {
      context.say(
        "The address of that account is not verified: whoever signed up with it keeps their password.",
      );
    }
    return EXIT.done;
  } finally {
    await database.close();
  }
}

function readPiped(piped: string): string | null {
  const password = piped.replace(/\r?\n$/, "");
  return password === "" ? null : password;
}

/** Null where nobody can be asked, or nothing was typed: an existing account keeps its password. */
async function askPassword(context: CommandContext): Promise<string | null> {
  if (!process.stdin.isTTY) return null;
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  lines.on("SIGINT", () => {
    context.say("");
    process.exit(130);
  });
  process.stderr.write("Password (empty keeps the one of an existing account): ");
  const password = await new Promise<string>((resolve) => lines.question("", resolve));
  lines.close();
  context.say("");
  return password === "" ? null : password;
}
