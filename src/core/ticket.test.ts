import { describe, expect, test } from "vitest";
import { assertNever, decideStatus, TICKET_STATUSES, type TicketMove, type TicketStatus } from "./ticket.ts";

/** The whole table: what becomes of each status by each move; null where the move is refused. */
const TABLE: Record<TicketMove, Record<TicketStatus, TicketStatus | null>> = {
  claimed: {
    open: "in_progress",
    in_progress: "in_progress",
    waiting: "in_progress",
    resolved: null,
    closed: null,
  },
  answered: {
    open: "waiting",
    in_progress: "waiting",
    waiting: "waiting",
    resolved: "resolved",
    closed: null,
  },
  "requester-replied": {
    open: "open",
    in_progress: "in_progress",
    waiting: "in_progress",
    resolved: "open",
    closed: null,
  },
  resolved: { open: "resolved", in_progress: "resolved", waiting: "resolved", resolved: null, closed: null },
  closed: { open: "closed", in_progress: "closed", waiting: "closed", resolved: "closed", closed: null },
  reopened: { open: null, in_progress: null, waiting: null, resolved: "open", closed: "open" },
};

describe("decideStatus", () => {
  for (const move of Object.keys(TABLE) as TicketMove[])
    test.each(TICKET_STATUSES)(`${move} from %s`, (status) => {
      expect(decideStatus(status, move)).toBe(TABLE[move][status]);
    });

  test("a reply never lands in a closed ticket: the caller makes a follow-up", () => {
    expect(decideStatus("closed", "requester-replied")).toBeNull();
  });

  test("a move that nobody knows throws instead of passing", () => {
    expect(() => decideStatus("open", "exploded" as TicketMove)).toThrow("exploded");
    expect(() => assertNever({ a: 1 } as never)).toThrow('{"a":1}');
  });
});
