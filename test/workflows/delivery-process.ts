/** A process to be killed: mails leave from the database of its first argument, by the server of its second. */
import { connectDatabase } from "../../src/db/client.ts";
import { startMailWorkflows } from "./mail-workflows.ts";

await startMailWorkflows(connectDatabase(process.argv[2] ?? "", { max: 8 }), process.argv[3] ?? "");
process.stdout.write("ready\n");
