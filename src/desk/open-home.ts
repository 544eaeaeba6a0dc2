/** Somebody looks at App Home in Slack. */
import type { HomeOpener } from "../core/slack-views.ts";
import { inTransaction, type Sql } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { openHomeRow } from "../db/slack-homes.ts";

/** It is drawn by a workflow, which is the only one that publishes: two drawings cannot overtake each other. */
export async function openHome(sql: Sql, opener: HomeOpener): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await openHomeRow(tx, { ...opener, email: opener.email?.toLowerCase() ?? null });
    await addOutboxEvent(tx, "home/outdated", { slackUserId: opener.slackUserId });
  });
}
