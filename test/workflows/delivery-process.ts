/** A process to be killed: runs the workflows on the database of its first argument, and mails by the server of its second. */
import { createMailSender } from "../../src/channels/email/send/send-mail.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { startTestWorkflows } from "../helpers/workflows.ts";

const sql = connectDatabase(process.argv[2] ?? "", { max: 8 });
await startTestWorkflows(sql, {
  soleProcess: true,
  mail: {
    sender: createMailSender({ smtpUrl: process.argv[3] ?? "" }),
    from: { address: "support@desk.example", name: "Support" },
    retryDelayMs: () => 1,
  },
});
process.stdout.write("ready\n");
