/** Address headers into addresses. */
import { domainToUnicode } from "node:url";
import addressparser from "nodemailer/lib/addressparser";
import type { EmailAddress } from "../../../core/inbound.ts";
import { cleanLine } from "./clean-text.ts";
import { decodeEncodedWords } from "./encoded-words.ts";
import { decodeUnstructured } from "./headers.ts";

const ADDRESSES_MAX = 1_000;
const HEADER_LENGTH_MAX = 100_000;
const ADDRESS_LENGTH_MAX = 320;

/** RFC 5322, 3.4.1: words in quotes before the `@`, of which nothing looks like another address. */
const QUOTED_WORDS = /^"[^"@<>\s]{1,40}(?: [^"@<>\s]{1,40}){1,4}"@[^"@<>\s]+$/;

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
  const spec = tidy(address.includes("=?") ? decodeEncodedWords(address) : address);
  if (spec !== "") return readSpec(spec, display);
  if (name.includes("=?")) {
    const hidden = /^(.*)<([^<>\s]+@[^<>\s]+)>\s*$/.exec(display);
    if (hidden !== null) return readSpec(hidden[2] ?? "", (hidden[1] ?? "").trim());
  }
  // `From: ada@customer.example (` and other broken lists: the address is there for everybody to see.
  const bare = /(?:^|[\s<[("':])([^\s<>[\]()"',;:]{1,64}@[^\s<>[\]()"',;:]{1,255}\.[a-z]{2,})/i.exec(display);
  if (bare !== null) return readSpec(bare[1] ?? "", "");
  // `From: MAILER-DAEMON`: a local name, which tells who wrote it though nobody can answer.
  return !hasBrackets && /^[\w.+-]+$/.test(name) ? [{ address: normalise(name), name: "" }] : [];
}

function readSpec(spec: string, name: string): EmailAddress[] {
  // `Name <name>@host>` and an encoded `Name <address>` both come with brackets inside.
  const inner = /<([^<>\s]+@[^<>\s]+)>?$/.exec(spec);
  const address = inner?.[1] ?? spec;
  const shown = inner !== null && name === "" ? spec.slice(0, inner.index) : name;
  if ((/[\s<>]/.test(address) && !QUOTED_WORDS.test(address)) || address.length > ADDRESS_LENGTH_MAX)
    return [];
  return [{ address: normalise(address), name: unquote(shown.trim()) }];
}

/** What programs leave around an address. */
function tidy(address: string): string {
  return address
    .trim()
    .replace(/^(?:mailto:|smtp:)+/i, "")
    .replace(/^['"[(<]+(?=[^'"]*@[^'"]*['"]?$)|[\])>;,.'"]+$/g, "");
}

/** Lower case; an internationalised domain as people write it, whichever of its two forms the mail has. */
function normalise(address: string): string {
  const lower = cleanLine(address).trim().toLowerCase();
  const at = lower.lastIndexOf("@");
  if (!lower.includes("xn--", at)) return lower;
  const domain = domainToUnicode(lower.slice(at + 1));
  return domain === "" ? lower : `${lower.slice(0, at + 1)}${domain}`;
}

function unquote(name: string): string {
  return name.replace(/^(["'])(.*)\1$/, "$2").replace(/^[<>\s]+|[<>\s]+$/g, "");
}
