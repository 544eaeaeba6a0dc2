/** Address headers into addresses. */
import addressparser from "nodemailer/lib/addressparser";
import type { EmailAddress } from "../../../core/inbound.ts";
import { cleanLine } from "./clean-text.ts";
import { decodeEncodedWords } from "./encoded-words.ts";
import { decodeUnstructured } from "./headers.ts";

const ADDRESSES_MAX = 1_000;
const HEADER_LENGTH_MAX = 100_000;

/**
 * Reads an address header whose encoded words are not yet decoded: they may hold commas and brackets that would
 * otherwise pass for addresses. Groups are flattened; entries without any address are left out.
 */
export function readAddresses(value: string | null): EmailAddress[] {
  if (value === null) return [];
  return addressparser(value.slice(0, HEADER_LENGTH_MAX), { flatten: true })
    .slice(0, ADDRESSES_MAX)
    .flatMap(({ name, address }) => readOne(name, address, value.includes("<")));
}

function readOne(name: string, address: string, hasBrackets: boolean): EmailAddress[] {
  const display = decodeUnstructured(name);
  // RFC 2047 forbids encoded words in an address, yet some programs encode the whole of `Name <address>`.
  const spec = address.includes("=?") ? decodeEncodedWords(address) : address;
  if (spec !== "") return isUsable(spec) ? [{ address: normalise(spec), name: unquote(display) }] : [];
  if (name.includes("=?")) {
    const hidden = /^(.*)<([^<>\s]+@[^<>\s]+)>\s*$/.exec(display);
    if (hidden !== null)
      return [{ address: normalise(hidden[2] ?? ""), name: unquote((hidden[1] ?? "").trim()) }];
  }
  // `From: MAILER-DAEMON`: a local name, which tells who wrote it though nobody can answer.
  return !hasBrackets && /^[\w.+-]+$/.test(name) ? [{ address: normalise(name), name: "" }] : [];
}

function isUsable(spec: string): boolean {
  return !/[\s<>]/.test(spec) && spec.length <= 320;
}

function normalise(address: string): string {
  return cleanLine(address).trim().toLowerCase();
}

function unquote(name: string): string {
  return name.replace(/^(["'])(.*)\1$/, "$2").trim();
}
