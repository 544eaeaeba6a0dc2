/** Addresses of machines and networks, as text. */

const OCTET = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/;
const HOST_NAME = /^[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_.])?$/i;

/** An address, and how many of its first bits all addresses of the network share. */
export interface Network {
  address: string;
  version: 4 | 6;
  bits: number;
}

/** Of an address alone, or one with a prefix length (CIDR, RFC 4632); null where it is neither. */
export function parseNetwork(text: string): Network | null {
  const [, address = "", prefix] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIpv4(address) ? 4 : isIpv6(address) ? 6 : null;
  if (version === null) return null;
  const bitsMax = version === 6 ? 128 : 32;
  const bits = prefix === undefined ? bitsMax : Number(prefix);
  return bits <= bitsMax ? { address, version, bits } : null;
}

/** Whether a service could listen on it: an IP address (of IPv6 without brackets, with a zone) or a host's name. */
export function isHost(text: string): boolean {
  if (isIpv6(text.replace(/%[\w.-]+$/, ""))) return true;
  // Whatever ends in a number is an IPv4 address to the URL Standard, or cannot be used.
  return HOST_NAME.test(text) && !text.includes("..") && URL.canParse(`http://${text}/`);
}

function isIpv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet));
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]+$/i.test(text) && text.includes(":") && URL.canParse(`http://[${text}]/`);
}
