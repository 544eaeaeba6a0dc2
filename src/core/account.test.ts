import { describe, expect, it } from "vitest";
import { normaliseEmail } from "./account.ts";

describe("normaliseEmail", () => {
  it("makes one address of every way to write it", () => {
    expect(normaliseEmail("  Ada.Lovelace+Desk@Example.COM ")).toBe("ada.lovelace+desk@example.com");
  });

  it.each([
    "ada",
    "ada@",
    "@example.com",
    "ada@example",
    "ada@exa mple.com",
    "ada@example..com",
    "ada@-example.com",
    "ada@example.com\nBcc: all@example.com",
    'ada"x"@example.com',
    "Ada <ada@example.com>",
    "ada@@example.com",
    "ada@exämple.com",
    "a\0b@example.com",
    `${"a".repeat(65)}@example.com`,
    `ada@${"example.".repeat(40)}com`,
  ])("refuses %j", (address) => {
    expect(normaliseEmail(address)).toBeNull();
  });

  it("takes an address of the same machine", () => {
    expect(normaliseEmail("root@localhost")).toBe("root@localhost");
  });
});
