/** When a cron expression fires, with Inngest's prefix for a time zone: "TZ=Europe/Berlin 0 8 * * 1-5". */
import { Cron } from "croner";

const ZONE_PREFIX = /^TZ=(\S+)\s+/;

/** The first firing after `after`. Throws on a malformed expression or zone; undefined when it never fires again. */
export function nextFiring(expression: string, after: Date): Date | undefined {
  const zone = ZONE_PREFIX.exec(expression)?.[1] ?? "UTC";
  const pattern = expression.replace(ZONE_PREFIX, "");
  if (pattern.trim().split(/\s+/).length !== 5 && !pattern.startsWith("@")) {
    throw new Error("it needs five fields: minute, hour, day of month, month, day of week");
  }
  return new Cron(pattern, { timezone: zone, paused: true }).nextRun(after) ?? undefined;
}
