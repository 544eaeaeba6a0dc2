/** What the desk's workflows need to be served to Inngest, in a desk that reaches nobody. */
import { readPolicies } from "../../src/config/policies.ts";
import { SettingsReader } from "../../src/config/settings-reader.ts";
import type { SqlPool } from "../../src/db/client.ts";
import type { WorkflowDeps } from "../../src/workflows/workflow-deps.ts";
import { SETTINGS } from "./inbound.ts";
import { fixedClassifier, QUIET } from "./workflows.ts";

export function deskDeps(sql: SqlPool): WorkflowDeps {
  return {
    sql,
    settings: SETTINGS,
    policies: readPolicies(new SettingsReader({})),
    now: () => new Date(),
    log: QUIET,
    model: null,
    createLocalClassifier: () => fixedClassifier("local"),
    mail: null,
    slack: null,
    slackIntake: null,
    appUrl: "https://desk.example",
    createVerificationLink: async () => "https://desk.example",
    reconcile: async () => ({ mailboxes: [], slack: [], failed: [], unexplained: 0 }),
  };
}
