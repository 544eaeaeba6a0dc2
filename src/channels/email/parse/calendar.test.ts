import { describe, expect, it } from "vitest";
import { describeCalendar } from "./calendar.ts";

const calendar = (method: string, ...event: string[]) =>
  [
    "BEGIN:VCALENDAR",
    `METHOD:${method}`,
    "BEGIN:VTIMEZONE",
    "TZID:Europe/Berlin",
    "END:VTIMEZONE",
    "BEGIN:VEVENT",
    ...event,
    "BEGIN:VALARM",
    "SUMMARY:not this",
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
  ].join("\r\n");

describe("describeCalendar", () => {
  it("tells what, when, who and where", () => {
    const source = calendar(
      "REQUEST",
      "SUMMARY;LANGUAGE=en:Rollout\\, part two",
      "DTSTART;TZID=Europe/Berlin:20261103T100000",
      "DTEND;TZID=Europe/Berlin:20261103T113000",
      'ORGANIZER;CN="Lovelace, Ada":MAILTO:ada@',
      " x.example",
      "LOCATION:Room 4",
    );
    expect(describeCalendar(source)).toBe(
      "Invitation: Rollout, part two, 2026-11-03 10:00 to 11:30 (Europe/Berlin), " +
        "organised by Lovelace, Ada <ada@x.example>, at Room 4",
    );
  });

  it("tells a cancelled event, a whole day, an answer, times in UTC", () => {
    expect(describeCalendar(calendar("CANCEL", "SUMMARY:Fair", "DTSTART;VALUE=DATE:20261224"))).toBe(
      "Cancelled event: Fair, 2026-12-24",
    );
    expect(
      describeCalendar(
        calendar(
          "REPLY",
          "SUMMARY:Fair",
          "DTSTART:20261103T230000Z",
          "DTEND:20261104T010000Z",
          "ATTENDEE;PARTSTAT=DECLINED:mailto:b@x.example",
        ),
      ),
    ).toBe(
      "Answer to an invitation: Fair, 2026-11-03 23:00 to 2026-11-04 01:00 (UTC), declined by <b@x.example>",
    );
  });

  it("is silent about what is no event", () => {
    expect(describeCalendar("no calendar")).toBeNull();
    expect(describeCalendar("BEGIN:VCALENDAR\nEND:VCALENDAR")).toBeNull();
    expect(describeCalendar("BEGIN:VEVENT")).toBe("Event: without a title");
  });
});
