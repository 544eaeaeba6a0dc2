/** Who really calls: the connection's other end, or, where that is a proxy of ours, whom the proxy names. */
import { BlockList, isIP } from "node:net";
import { parseNetwork } from "../core/network.ts";
import { StartupError } from "./startup-error.ts";

/** Networks whose `X-Forwarded-For` is believed. */
export type TrustedProxies = Pick<BlockList, "check">;

/** Takes addresses and CIDR networks. Throws StartupError where one of them is neither. */
export function createTrustedProxies(networks: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const network of networks) {
    const parsed = parseNetwork(network);
    if (parsed === null) {
      throw new StartupError(
        "TRUSTED_PROXIES",
        `${network} is neither an address nor a network.`,
        "Example: TRUSTED_PROXIES=127.0.0.1, 10.0.0.0/8",
      );
    }
    list.addSubnet(parsed.address, parsed.bits, parsed.version === 6 ? "ipv6" : "ipv4");
  }
  return list;
}

/**
 * Reads `X-Forwarded-For` from its end, past each proxy that is trusted: what stands before that was written by
 * strangers. The connection's own address where nothing else can be believed.
 */
export function readClientAddress(
  connection: string | undefined,
  forwardedFor: string | undefined,
  proxies: TrustedProxies,
): string {
  let client = plainAddress(connection ?? "");
  const hops = (forwardedFor ?? "").split(",").map(plainAddress).reverse();
  for (const hop of hops) {
    if (!isTrusted(client, proxies) || isIP(hop) === 0) break;
    client = hop;
  }
  return client === "" ? "unknown" : client;
}

function isTrusted(address: string, proxies: TrustedProxies): boolean {
  const version = isIP(address);
  return version !== 0 && proxies.check(address, version === 6 ? "ipv6" : "ipv4");
}

/** Without port, brackets, zone and the prefix of an IPv4 address on an IPv6 socket. */
function plainAddress(text: string): string {
  const trimmed = text.trim().replace(/%.*$/, "");
  const withPort =
    /^\[([^\]]+)\](?::\d+)?$/.exec(trimmed)?.[1] ?? /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(trimmed)?.[1];
  return (withPort ?? trimmed).replace(/^::ffff:(?=\d+\.)/i, "");
}
