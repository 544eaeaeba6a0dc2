import { describe, expect, it } from "vitest";
import { decideDeadline, type ServiceLevels, type TicketTimeline } from "./sla.ts";
import type { TicketStatus } from "./ticket.ts";

const LEVELS: ServiceLevels = {
  hours: {
    timeZone: "Europe/Berlin",
    spans: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, fromMinute: 540, toMinute: 1080 })),
    holidays: new Set(),
  },
  answer: { high: 60, medium: 240 },
  resolve: { high: 480 },
  remindBeforeMinutes: 30,
};

/** A ticket of the Monday whose 10:00 in Berlin is 09:00 UTC. */
function ticket(more: Partial<TicketTimeline> = {}): TicketTimeline {
  const createdAt = monday("09:00");
  return { priority: "high", createdAt, statusChanges: [], waitingSince: createdAt, ...more };
}
function monday(utc: string): Date {
  return new Date(`2026-11-23T${utc}:00Z`);
}
function changes(...pairs: [TicketStatus, Date][]): TicketTimeline["statusChanges"] {
  return pairs.map(([status, at]) => ({ status, at }));
}

describe("the deadline of an answer", () => {
  it("opened Friday 17:50 with an hour to answer, it is due Monday 09:50, over the end of summer time", () => {
    const createdAt = new Date("2026-10-23T17:50:00+02:00");
    expect(decideDeadline("answer", ticket({ createdAt, waitingSince: createdAt }), LEVELS)).toEqual({
      state: "running",
      since: createdAt,
      remindAt: new Date("2026-10-26T09:20:00+01:00"),
      dueAt: new Date("2026-10-26T09:50:00+01:00"),
    });
  });

  it("ends with the answer, and with the ticket", () => {
    expect(decideDeadline("answer", ticket({ waitingSince: null }), LEVELS)).toEqual({ state: "ended" });
    const resolved = ticket({ statusChanges: changes(["resolved", monday("09:10")]) });
    expect(decideDeadline("answer", resolved, LEVELS)).toEqual({ state: "ended" });
  });

  it("begins anew with the first word that nobody has answered", () => {
    const asked = ticket({
      statusChanges: changes(["waiting", monday("09:30")], ["in_progress", monday("11:00")]),
      waitingSince: monday("11:00"),
    });
    expect(decideDeadline("answer", asked, LEVELS)).toMatchObject({
      state: "running",
      since: monday("11:00"),
      dueAt: monday("12:00"),
    });
  });

  it("goes on while somebody has claimed the ticket and says nothing", () => {
    const claimed = ticket({ statusChanges: changes(["in_progress", monday("09:05")]) });
    expect(decideDeadline("answer", claimed, LEVELS)).toMatchObject({ dueAt: monday("10:00") });
  });

  it("is later at a lower priority, and there is none without a target", () => {
    expect(decideDeadline("answer", ticket({ priority: "medium" }), LEVELS)).toMatchObject({
      dueAt: monday("13:00"),
    });
    expect(decideDeadline("answer", ticket({ priority: "low" }), LEVELS)).toBeNull();
  });

  it("is not reminded of before half of its time has passed", () => {
    const short = { ...LEVELS, answer: { high: 40 } };
    expect(decideDeadline("answer", ticket(), short)).toMatchObject({ remindAt: monday("09:20") });
  });
});

describe("the deadline of the resolution", () => {
  it("stands still while the requester owes us a word", () => {
    const waiting = ticket({
      statusChanges: changes(["in_progress", monday("09:05")], ["waiting", monday("11:00")]),
    });
    expect(decideDeadline("resolve", waiting, LEVELS)).toEqual({ state: "paused", since: monday("09:00") });
  });

  it("goes on with what was left when they write again", () => {
    // Two of eight hours are used; four hours on Monday until 18:00 local, which is 17:00 UTC, and two on Tuesday.
    const back = ticket({
      statusChanges: changes(["waiting", monday("11:00")], ["in_progress", monday("13:00")]),
    });
    expect(decideDeadline("resolve", back, LEVELS)).toEqual({
      state: "running",
      since: monday("09:00"),
      remindAt: new Date("2026-11-24T09:30:00Z"),
      dueAt: new Date("2026-11-24T10:00:00Z"),
    });
  });

  it("is past where more was used than there was", () => {
    const late = ticket({
      statusChanges: changes(
        ["waiting", new Date("2026-11-25T09:00:00Z")],
        ["in_progress", new Date("2026-11-26T10:00:00Z")],
      ),
    });
    expect(decideDeadline("resolve", late, LEVELS)).toMatchObject({
      dueAt: new Date("2026-11-26T10:00:00Z"),
    });
  });

  it("begins anew where the ticket opens again", () => {
    const again = ticket({
      statusChanges: changes(["resolved", monday("14:00")], ["open", new Date("2026-11-24T08:00:00Z")]),
    });
    expect(decideDeadline("resolve", again, LEVELS)).toMatchObject({
      since: new Date("2026-11-24T08:00:00Z"),
      dueAt: new Date("2026-11-24T16:00:00Z"),
    });
  });

  it("ends with the ticket", () => {
    const closed = ticket({
      statusChanges: changes(["resolved", monday("10:00")], ["closed", monday("12:00")]),
    });
    expect(decideDeadline("resolve", closed, LEVELS)).toEqual({ state: "ended" });
  });
});
