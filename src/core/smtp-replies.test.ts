import { describe, expect, it } from "vitest";
import { classifyRefusal, readEnhancedStatus } from "./smtp-replies.ts";

describe("classifyRefusal", () => {
  it.each([
    ["550 5.1.1 <a@b.example>: Recipient address rejected: User unknown", "RCPT TO", "address"],
    ["550 No such user here", "RCPT TO", "address"],
    ["550 no", "RCPT TO", "address"],
    ["553 5.1.8 Sender address rejected: Domain not found", "MAIL FROM", "sender"],
    ["550 not you", "MAIL FROM", "sender"],
    ["452 4.2.2 Mailbox full", "RCPT TO", "mailbox-full"],
    ["552 The recipient's mailbox is full", "RCPT TO", "mailbox-full"],
    ["552 5.3.4 Message size exceeds fixed limit", "DATA", "too-large"],
    ["552 Message too large", "DATA", "too-large"],
    ["554 5.7.1 Message rejected as spam", "DATA", "policy"],
    ["554 spam", "DATA", "policy"],
    ["451 4.7.1 Greylisted, try again", "RCPT TO", "policy"],
    ["550 relaying denied", "RCPT TO", "policy"],
    ["554 5.6.0 Bad MIME", "DATA", "content"],
    ["554 Transaction failed", "DATA", "content"],
    ["421 4.3.2 Service shutting down", "RCPT TO", "server"],
    ["451 later", "RCPT TO", "server"],
    ["554 go away", "", "server"],
  ] as const)("%s, to %s, is about: %s", (reply, command, expected) => {
    expect(classifyRefusal(reply, command)).toBe(expected);
  });

  it("reads the enhanced status where it stands, and nowhere else", () => {
    expect(readEnhancedStatus("550 5.1.1 no")).toBe("5.1.1");
    expect(readEnhancedStatus("550-5.7.26 This mail")).toBe("5.7.26");
    expect(readEnhancedStatus("550 host 5.1.1 said")).toBeNull();
    expect(readEnhancedStatus("250")).toBeNull();
  });

  it("takes no longer for a long reply", () => {
    const reply = `550 ${"mailbox ".repeat(50_000)}`;
    const began = performance.now();
    classifyRefusal(reply, "RCPT TO");
    expect(performance.now() - began).toBeLessThan(200);
  });
});
