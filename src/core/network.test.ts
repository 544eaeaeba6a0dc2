import { isIP } from "node:net";
import { describe, expect, it } from "vitest";
import { isHost, parseNetwork } from "./network.ts";

describe("parseNetwork", () => {
  it.each([
    ["127.0.0.1", { address: "127.0.0.1", version: 4, bits: 32 }],
    ["10.0.0.0/8", { address: "10.0.0.0", version: 4, bits: 8 }],
    ["0.0.0.0/0", { address: "0.0.0.0", version: 4, bits: 0 }],
    ["::1", { address: "::1", version: 6, bits: 128 }],
    ["2001:DB8::/32", { address: "2001:DB8::", version: 6, bits: 32 }],
    ["::ffff:10.0.0.1/120", { address: "::ffff:10.0.0.1", version: 6, bits: 120 }],
  ])("reads %s", (text, network) => expect(parseNetwork(text)).toEqual(network));

  it.each([
    ...["", "foo", "proxy.example", "10.0.0.0/33", "10.0.0.0/99", "10.0.0.0/x", "10.0.0.0/", "10.0.0.0/8/8"],
    ...["10.0.0", "10.0.0.256", "010.0.0.1", "::/129", ":::", "fe80::1%eth0", "[::1]", "10.0.0.0/-1"],
  ])("refuses “%s”", (text) => expect(parseNetwork(text)).toBeNull());

  it("takes for an address what Node takes for one", () => {
    const addresses = [
      "1.2.3.4",
      "1.2.3.04",
      "::",
      "1::2::3",
      "1:2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7",
      "g::",
      "::1.2.3",
    ];
    for (const one of addresses) expect([one, parseNetwork(one)?.version ?? 0]).toEqual([one, isIP(one)]);
  });
});

describe("isHost", () => {
  it.each([
    ...["127.0.0.1", "0.0.0.0", "::", "::1", "fe80::1%eth0", "localhost", "desk.example.com", "desk-1"],
    ...["desk_api", "desk.example.com."],
  ])("takes %s", (text) => expect(isHost(text)).toBe(true));

  it.each([
    ...["999.1.1.1", "1.2.3.4.5", "256.256.256.256", "desk.example.1", "", "-desk", "desk example", "*"],
    ...["localhost:8787", "http://localhost", "[::1]", "::1::", "desk..example", "desk/x"],
  ])("refuses “%s”", (text) => expect(isHost(text)).toBe(false));
});
