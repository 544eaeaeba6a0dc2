/** One of several processes that run the desk's workflows on the database of its first argument; says "ready". */
import { connectDatabase } from "../../src/db/client.ts";
import { startTestWorkflows } from "../helpers/workflows.ts";

await startTestWorkflows(connectDatabase(process.argv[2] ?? "", { max: 10 }));
process.stdout.write("ready\n");
