/** The command line: `deskhand COMMAND`. Each command stands in its own file and answers with an exit status. */
import { createRequire } from "node:module";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type CommandContext, createCommandContext, EXIT, runCommand } from "./commands/command-context.ts";
import { parseDateOption } from "./commands/date-option.ts";

interface JsonOption {
  json?: boolean;
}

/** Runs the command of the arguments. The status: 0 done, 1 failed, 2 wrong usage or configuration, 75 try later. */
export async function runCli(
  args: string[],
  context: CommandContext = createCommandContext(),
): Promise<number> {
  let status: number = EXIT.done;
  const run = (work: () => Promise<number>) => async (): Promise<void> => {
    status = await runCommand(context, work);
  };
  const program = createProgram(context, run);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  return status;
}

function readVersion(): string {
  return (createRequire(import.meta.url)("../package.json") as { version: string }).version;
}

type Runner = (work: () => Promise<number>) => () => Promise<void>;

function createProgram(context: CommandContext, run: Runner): Command {
  const program = new Command("deskhand")
    .description(
      "Mails and Slack messages become tickets, are triaged, assigned and answered, and none is lost.",
    )
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.print(text.trimEnd()),
      writeErr: (text) => context.say(text.trimEnd()),
    })
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError("(deskhand --help lists the commands, deskhand COMMAND --help their options)");
  addServiceCommands(program, context, run);
  addMailCommands(program, context, run);
  addOperatorCommands(program, context, run);
  addModelCommands(program, context, run);
  return program;
}

const jsonOption = (): Option =>
  new Option("--json", "print JSON on standard output, everything else on standard error");

function addServiceCommands(program: Command, context: CommandContext, run: Runner): void {
  program
    .command("start")
    .description("run the service: reads the environment and .env, stops cleanly on Ctrl-C")
    .addOption(jsonOption())
    .action((options: JsonOption) =>
      run(async () =>
        (await import("./commands/start.ts")).start(context, { json: options.json ?? false }),
      )(),
    );
  program
    .command("demo")
    .description("show the whole product on sample mails and Slack messages, with nothing to set up")
    .addOption(jsonOption())
    .option("--once", "exit when the samples are through")
    .option("--gemini-stub", "triage by a local stand-in for Gemini instead of the local classifier")
    .action((options: JsonOption & { once?: boolean; geminiStub?: boolean }) =>
      run(async () =>
        (await import("./commands/demo.ts")).demo(context, {
          json: options.json ?? false,
          once: options.once ?? false,
          geminiStub: options.geminiStub ?? false,
        }),
      )(),
    );
}

function addMailCommands(program: Command, context: CommandContext, run: Runner): void {
  program
    .command("explain [files...]")
    .description("say what intake would do with a mail, and why; changes nothing and needs no database")
    .addOption(jsonOption())
    .option("--dns", "look up DKIM, SPF and DMARC of the senders; without it nothing is asked of the network")
    .action((files: string[], options: JsonOption & { dns?: boolean }) =>
      run(async () =>
        (await import("./commands/explain.ts")).explain(context, files, {
          json: options.json ?? false,
          dns: options.dns ?? false,
        }),
      )(),
    );
  program
    .command("ingest [files...]")
    .description("record mails: .eml, mbox, a folder, or standard input; exits 75 while the database is away")
    .addOption(jsonOption())
    .option("--mailbox <address>", "the mailbox that the mails were received for")
    .action((files: string[], options: JsonOption & { mailbox?: string }) =>
      run(async () =>
        (await import("./commands/ingest.ts")).ingest(context, files, {
          json: options.json ?? false,
          mailbox: options.mailbox ?? null,
        }),
      )(),
    );
  program
    .command("reconcile")
    .description(
      "compare the mail server and Slack with the ledger, repair gaps, count what stays unexplained",
    )
    .addOption(jsonOption())
    .action((options: JsonOption) =>
      run(async () =>
        (await import("./commands/reconcile.ts")).reconcile(context, { json: options.json ?? false }),
      )(),
    );
  program
    .command("replay [ids...]")
    .description("run parked mails and Slack messages, and dead workflow runs, again")
    .addOption(jsonOption())
    .option("--parked", "all parked mails and Slack messages; dismissed ones only where their ids are named")
    .option("--dead", "all dead workflow runs")
    .action((ids: string[], options: JsonOption & { parked?: boolean; dead?: boolean }) =>
      run(async () =>
        (await import("./commands/replay.ts")).replay(context, ids, {
          json: options.json ?? false,
          parked: options.parked ?? false,
          dead: options.dead ?? false,
        }),
      )(),
    );
}

function addOperatorCommands(program: Command, context: CommandContext, run: Runner): void {
  program
    .command("migrate")
    .description("bring the database's schema up to date; safe to run twice, or twice at once")
    .action(() => run(async () => (await import("./commands/migrate.ts")).migrate(context))());
  program
    .command("admin")
    .description("accounts of admins")
    .command("create <email>")
    .description("make an admin, or promote an account that exists")
    .option("--password-stdin", "read the password from standard input instead of asking")
    .action((email: string, options: { passwordStdin?: boolean }) =>
      run(async () =>
        (await import("./commands/admin.ts")).createAdminAccount(context, email, {
          passwordStdin: options.passwordStdin ?? false,
        }),
      )(),
    );
  program
    .command("doctor")
    .description("check every connection, with a fix for each failure")
    .addOption(jsonOption())
    .action((options: JsonOption) =>
      run(async () =>
        (await import("./commands/doctor.ts")).doctor(context, { json: options.json ?? false }),
      )(),
    );
  addReportCommand(program, context, run);
  program
    .command("eval")
    .description("measure")
    .command("triage <file>")
    .description("measure triage on labelled tickets: JSON lines {text, subject?, category}")
    .addOption(jsonOption())
    .option("--train <file>", "train the local classifier on these rows alone")
    .option("--field <name>", "the field that holds the label", parseFieldName, "category")
    .addOption(
      new Option("--model <which>", "which classifier").choices(["local", "gemini"]).default("local"),
    )
    .action(
      (file: string, options: JsonOption & { train?: string; field: string; model: "local" | "gemini" }) =>
        run(async () =>
          (await import("./commands/eval-triage.ts")).evalTriage(context, file, {
            json: options.json ?? false,
            train: options.train ?? null,
            field: options.field,
            model: options.model,
          }),
        )(),
    );
}

function addReportCommand(program: Command, context: CommandContext, run: Runner): void {
  program
    .command("report")
    .description("tell how the desk is doing")
    .command("triage")
    .description("how right triage was, by what people corrected and what they let stand")
    .addOption(jsonOption())
    .option("--from <date>", "tickets triaged from then on; twelve weeks ago unless said", parseDateOption)
    .option("--to <date>", "and before then; now unless said", parseDateOption)
    .addOption(new Option("--source <which>", "only what this one said").choices(["local", "gemini"]))
    .action((options: JsonOption & { from?: Date; to?: Date; source?: "local" | "gemini" }) =>
      run(async () =>
        (await import("./commands/report-triage.ts")).reportTriage(context, {
          json: options.json ?? false,
          from: options.from ?? null,
          to: options.to ?? null,
          source: options.source ?? null,
        }),
      )(),
    );
}

function addModelCommands(program: Command, context: CommandContext, run: Runner): void {
  const model = program.command("model").description("the local classifier of this desk");
  model
    .command("rebuild")
    .description("train it now on the desk's corrected and closed tickets, and store it as a new version")
    .addOption(jsonOption())
    .action((options: JsonOption) =>
      run(async () =>
        (await import("./commands/model.ts")).modelRebuild(context, { json: options.json ?? false }),
      )(),
    );
  model
    .command("show")
    .description("the stored versions, and what there is to learn from")
    .addOption(jsonOption())
    .action((options: JsonOption) =>
      run(async () =>
        (await import("./commands/model.ts")).modelShow(context, { json: options.json ?? false }),
      )(),
    );
}

function parseFieldName(value: string): string {
  if (value.trim() === "") throw new InvalidArgumentError("Name the field, for example category.");
  return value;
}
