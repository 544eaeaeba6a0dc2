import { describe, expect, it } from "vitest";
import { createTrustedProxies, readClientAddress } from "./client-address.ts";

function read(
  connection: string | undefined,
  forwardedFor: string | undefined,
  networks: string[] = [],
): string {
  return readClientAddress(connection, forwardedFor, createTrustedProxies(networks));
}

describe("readClientAddress", () => {
  it("believes no header of a connection that is no proxy of ours", () => {
    expect(read("203.0.113.7", "198.51.100.1")).toBe("203.0.113.7");
    expect(read("203.0.113.7", "198.51.100.1", ["10.0.0.0/8"])).toBe("203.0.113.7");
  });

  it("takes whom our proxy names, past other proxies of ours, and nothing that stands before", () => {
    expect(read("127.0.0.1", "198.51.100.1", ["127.0.0.1"])).toBe("198.51.100.1");
    expect(read("127.0.0.1", "1.2.3.4, 198.51.100.1, 10.1.2.3", ["127.0.0.1", "10.0.0.0/8"])).toBe(
      "198.51.100.1",
    );
    expect(read("::1", "2001:db8::7", ["::1"])).toBe("2001:db8::7");
  });

  it("reads an address with a port, in brackets, or of IPv4 on an IPv6 socket", () => {
    expect(read("::ffff:127.0.0.1", "198.51.100.1:4711", ["127.0.0.1"])).toBe("198.51.100.1");
    expect(read("127.0.0.1", "[2001:db8::7]:443", ["127.0.0.1"])).toBe("2001:db8::7");
  });

  it("stays with what it knows where the header is missing or nonsense", () => {
    expect(read("127.0.0.1", undefined, ["127.0.0.1"])).toBe("127.0.0.1");
    expect(read("127.0.0.1", "unknown, <script>", ["127.0.0.1"])).toBe("127.0.0.1");
    expect(read(undefined, "198.51.100.1", ["127.0.0.1"])).toBe("unknown");
  });
});

describe("createTrustedProxies", () => {
  it.each(["proxy.example", "10.0.0.0/33", "10.0.0.0/x", "::/129", ""])("refuses %s", (network) =>
    expect(() => createTrustedProxies([network])).toThrow(/TRUSTED_PROXIES/),
  );
});
