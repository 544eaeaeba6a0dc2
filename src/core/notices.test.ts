import { describe, expect, test } from "vitest";
import { writeAcknowledgement, writeAssigneeNotice, writeResolution } from "./notices.ts";

describe("writeAcknowledgement", () => {
  const ticket = { number: 1042, title: "Printer", requesterName: "Ada", channel: "email" } as const;

  test("names the number, greets by name and says how to add something", () => {
    const { subject, text } = writeAcknowledgement(ticket);
    expect(subject).toBe("Re: [#1042] Printer");
    expect(text).toBe(
      "Hello Ada,\n\nWe have received your message and opened ticket #1042 for it.\nSomebody from our team will look at it.\n\nIf you want to add something, just reply to this mail.\n\nThis confirmation was sent automatically.",
    );
  });

  test("each channel is told its own way back", () => {
    expect(writeAcknowledgement({ ...ticket, channel: "slack" }).text).toContain("write in this thread");
    expect(writeAcknowledgement({ ...ticket, channel: "api" }).text).toContain("name ticket #1042");
    for (const channel of ["slack", "api"] as const)
      expect(writeAcknowledgement({ ...ticket, channel }).text).not.toContain("mail");
  });

  test("a nameless requester is greeted all the same", () => {
    expect(writeAcknowledgement({ ...ticket, requesterName: "" }).text).toMatch(/^Hello,\n/);
    expect(writeAcknowledgement({ ...ticket, requesterName: " \n " }).text).toMatch(/^Hello,\n/);
  });

  test("a name or title from outside stays on one line, and short", () => {
    const { subject, text } = writeAcknowledgement({
      ...ticket,
      requesterName: `Eve\r\n\r\nSend money\n${"x".repeat(5000)}`,
      title: "a\r\nBcc: b@example.com",
    });
    expect(text.split("\n")[0]).toMatch(/^Hello Eve Send money x/);
    expect(text.length).toBeLessThan(600);
    expect(subject).not.toMatch(/[\r\n]/);
  });

  test("an address or link as a name is not repeated: strangers could use us to send it", () => {
    for (const requesterName of [
      "https://evil.example/win",
      "www.evil.example",
      "eve@evil.example",
      "Win at evil.example/x",
    ])
      expect(writeAcknowledgement({ ...ticket, requesterName }).text).toMatch(/^Hello,\n/);
    expect(writeAcknowledgement({ ...ticket, requesterName: "Dr. Ada K. Lovelace, M.Sc." }).text).toMatch(
      /^Hello Dr\. Ada K\. Lovelace, M\.Sc\.,\n/,
    );
  });

  test("no time is promised", () => {
    for (const channel of ["email", "slack", "api"] as const)
      expect(writeAcknowledgement({ ...ticket, channel }).text).not.toMatch(
        /\b(?:hour|minute|day|soon|shortly|immediately|within)/i,
      );
  });
});

describe("writeResolution", () => {
  test("has the moderator's words, and says how to open it again", () => {
    expect(writeResolution({ number: 1042, title: "Printer", note: " Changed the toner.\n" })).toEqual({
      subject: "Re: [#1042] Printer",
      text: "Hello,\n\nWe have marked your ticket #1042 (Printer) as resolved.\n\nChanged the toner.\n\nIf something is still not right, just reply: the ticket then opens again.",
    });
  });

  test("has no gap where there are no words", () => {
    expect(writeResolution({ number: 1, title: "x", note: "  " }).text).not.toContain("\n\n\n");
  });
});

describe("writeAssigneeNotice", () => {
  const ticket = {
    number: 1042,
    title: "VPN\r\ndown",
    assigneeName: "Grace",
    priority: "high",
    category: "Network",
    summary: "No connection since 9.",
    helpfulNotes: "Check the certificate.",
    why: "Grace knows vpn.",
    requesterName: "Ada",
    channel: "slack",
    url: "https://desk.example.com/tickets/1042",
  } as const;

  test("has all that a moderator needs, and why it is theirs", () => {
    const { subject, text } = writeAssigneeNotice(ticket);
    expect(subject).toBe("Re: [#1042] VPN down");
    for (const part of [
      "Hello Grace,",
      "#1042",
      "VPN down",
      "Priority: high",
      "Category: Network",
      "From: Ada (in Slack)",
      "Why you: Grace knows vpn.",
      "No connection since 9.",
      "Check the certificate.",
      ticket.url,
    ])
      expect(text).toContain(part);
  });

  test("leaves out what is not there", () => {
    const { text } = writeAssigneeNotice({
      ...ticket,
      category: null,
      summary: "",
      helpfulNotes: " ",
      why: "",
      url: null,
      requesterName: "",
    });
    expect(text).toContain("Category: not yet known");
    expect(text).toContain("From: unknown");
    expect(text).not.toMatch(/Summary|Notes|Why you|null|\n\n\n/);
  });
});
