/** Tells operators of something that only they can cure: once, and again once a day for as long as it is so. */
import { type AlertFacts, listOpenSubjects, takeDueReminders, upsertAlert } from "../db/alerts.ts";
import { inTransaction, type Sql, type SqlPool } from "../db/client.ts";
import { addOutboxEvent } from "../db/outbox.ts";
import { clearAlert } from "./clear-alert.ts";

const REMINDER_HOURS = 24;

/**
 * May be called as often as the trouble is met: one alert is open for a subject, whoever raises it and how often.
 * True where it is news, of which the event `alert/raised` tells the workflows.
 */
export async function raiseAlert(sql: Sql, alert: AlertFacts): Promise<boolean> {
  return inTransaction(sql, async (tx) => {
    const toTell = await upsertAlert(tx, alert);
    if (toTell === null) return false;
    await addOutboxEvent(tx, "alert/raised", { alertId: toTell.id, time: toTell.toldCount });
    return true;
  });
}

/** Has operators told again of what is open for a day since they were last told. The number of alerts. */
export async function remindOfAlerts(sql: SqlPool): Promise<number> {
  return inTransaction(sql, async (tx) => {
    const due = await takeDueReminders(tx, REMINDER_HOURS);
    for (const { id, toldCount } of due)
      await addOutboxEvent(tx, "alert/raised", { alertId: id, time: toldCount });
    return due.length;
  });
}

/** Clears open alerts below `prefix` whose subject is none of `subjects`: what they are about is gone. */
export async function clearAlertsExcept(sql: SqlPool, prefix: string, subjects: string[]): Promise<void> {
  for (const subject of await listOpenSubjects(sql, prefix))
    if (!subjects.includes(subject)) await clearAlert(sql, subject);
}
