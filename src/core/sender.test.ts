import { expect, test } from "vitest";
import type { EmailAddress, MailHeaders } from "./inbound.ts";
import { findSender } from "./sender.ts";

const at = (address: string): EmailAddress => ({ address, name: "" });
const find = (from: EmailAddress | null, replyTo: EmailAddress[], headers: MailHeaders) =>
  findSender({ from, replyTo, headers })?.address ?? null;

test("the surest header that names an address counts", () => {
  const headers = { sender: ["Bob <bob@b.example>"], "return-path": ["<ret@b.example>"] };
  expect(find(at("ada@a.example"), [at("x@a.example")], headers)).toBe("ada@a.example");
  expect(find(null, [at("x@a.example")], headers)).toBe("x@a.example");
  expect(find(at(""), [], headers)).toBe("bob@b.example");
  expect(find(null, [], { "return-path": ["<Ret@B.example>"] })).toBe("ret@b.example");
});

test("a null sender and no address at all name nobody", () => {
  expect(find(null, [], { "return-path": ["<>"] })).toBeNull();
  expect(find(null, [], { sender: ["undisclosed"] })).toBeNull();
  expect(find(null, [], {})).toBeNull();
});
