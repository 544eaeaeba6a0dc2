/** What the desk does by itself as time passes. */
import type { BusinessHours } from "../core/business-hours.ts";
import type { ServiceLevels } from "../core/sla.ts";

export interface Policies {
  hours: BusinessHours;
  /** Null: nothing is due. */
  serviceLevels: ServiceLevels | null;
  closing: {
    /** Days without an answer after which a waiting ticket is resolved; 0: never. */
    waitingDays: number;
    /** How many days before that the requester is warned. */
    warningDays: number;
    /** Days after which a resolved ticket is closed; 0: never. */
    resolvedDays: number;
  };
  retention: {
    /** Days for which the source of a mail is kept; 0: for good. */
    rawDays: number;
    /** Days for which finished workflow runs and sent events are kept. */
    runDays: number;
  };
  /** Tickets a minute, at most, that the model reads once more after it was away. */
  retriagePerMinute: number;
  /** Hours of being away after which somebody's open tickets go to others; 0: only by their own word. */
  awayHandoverHours: number;
  /** When moderators get their morning digest, in the time zone of `hours`; null: never. */
  digestAt: { hour: number; minute: number } | null;
}
