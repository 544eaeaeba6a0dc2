/** What App Home shows: to moderators and admins what waits on them, to everybody else their own tickets. */
import type { Home, HomeOpener, HomeTicket } from "../core/slack-views.ts";
import type { Sql } from "../db/client.ts";
import {
  type HomeTicketRow,
  listNobodysTickets,
  listOpenTicketsOf,
  listTicketsOfRequester,
} from "../db/slack-homes.ts";
import { findStaffBySlackId } from "../db/staff.ts";
import { findUserById } from "../db/users.ts";

const UNASSIGNED_MAX = 5;
const OWN_MAX = 30;

export async function readHome(sql: Sql, opener: HomeOpener): Promise<Home> {
  const staff = await findStaffBySlackId(sql, opener.slackUserId);
  const user = staff === null ? null : await findUserById(sql, staff.userId);
  if (staff === null || user === null) return readRequesterHome(sql, opener);
  const [open, nobodys] = await Promise.all([
    listOpenTicketsOf(sql, staff.userId),
    listNobodysTickets(sql, UNASSIGNED_MAX),
  ]);
  return {
    kind: "staff",
    name: staff.name,
    away: user.away,
    handOver: user.handOver,
    load: open.length,
    capacity: user.capacity,
    waitsOnMe: open.filter(waitsOnAssignee).map((row) => toTicket(row, sayWhy(row))),
    mine: open.filter((row) => !waitsOnAssignee(row)).map((row) => toTicket(row, "")),
    unassigned: nobodys.tickets.map((row) => toTicket(row, "")),
    unassignedCount: nobodys.count,
  };
}

async function readRequesterHome(sql: Sql, opener: HomeOpener): Promise<Home> {
  const rows = await listTicketsOfRequester(sql, opener, OWN_MAX);
  const tickets = rows.map(({ threadChannel, threadTs, ...row }) => ({
    ...toTicket(row, ""),
    due: null,
    thread: threadChannel === null || threadTs === null ? null : { channel: threadChannel, ts: threadTs },
  }));
  return { kind: "requester", name: opener.name, tickets };
}

/** The requester has the last word, or nobody has begun. */
function waitsOnAssignee({ status, lastDirection }: HomeTicketRow): boolean {
  return status === "open" || (status === "in_progress" && lastDirection !== "outbound");
}

function sayWhy({ answered, lastDirection, status }: HomeTicketRow): string {
  if (answered && lastDirection === "inbound") return "The requester answered";
  return status === "open" ? "Not begun" : "Waits for your answer";
}

function toTicket(row: HomeTicketRow, why: string): HomeTicket {
  const { lastDirection: _last, answered: _answered, dueKind, dueAt, dueMissed, ...ticket } = row;
  const due =
    dueKind === null || dueAt === null ? null : { kind: dueKind, at: dueAt, missed: dueMissed === true };
  return { ...ticket, why, due, thread: null };
}
