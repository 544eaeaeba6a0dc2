/** A mailbox as the settings name it: `imaps://user:password@host:993/INBOX`. */
import { isLoopback } from "../loopback.ts";
import type { OAuthSettings } from "../oauth/providers.ts";
import type { AccessTokenSource } from "../oauth/token-source.ts";

export interface MailboxSettings {
  /** The setting that it came from, e.g. `IMAP_URL_2`. */
  name: string;
  host: string;
  port: number;
  /** `implicit`: TLS from the first byte; `starttls`: required before the sign-in; `none`: loopback only. */
  tls: "implicit" | "starttls" | "none";
  user: string;
  /** Empty: it signs in by OAuth2. */
  password: string;
  oauth?: OAuthSettings;
  /** Gives the access tokens for `oauth`; added by whoever keeps renewed tokens. */
  tokens?: AccessTokenSource;
  folder: string;
  /**
   * What ledger and cursor know the mailbox by. It holds no password and no port: a local server may come back on
   * another one. A user that is an address needs no host, so that a mailbox that moves to another provider stays the
   * same: `support@example.com/INBOX`. Any other user has the host beside it: `support@imap.example.com/INBOX`.
   */
  mailbox: string;
  /** A file of certificates (PEM), from `?ca=`. */
  caFile?: string;
  /** What stands in that file: trusted instead of the system's certificates. */
  ca?: string;
}

const FORM = "imaps://user:password@host:993/INBOX";

/**
 * Reads the address of a mailbox; everything in it is percent-encoded. `imap://` asks for STARTTLS, or, on this
 * machine only, `?tls=none`; `?ca=/path/to/ca.pem` trusts the certificates in that file and no others. Without a path
 * the mailbox is INBOX; without a password it signs in by OAuth2.
 * Throws an Error that says in one sentence what is wrong, without the password.
 */
export function parseMailboxUrl(url: string, name: string): MailboxSettings {
  const { protocol, authority, path, query } = split(url.trim());
  const { user, password } = readCredentials(authority);
  const hostAndPort = authority.slice(authority.lastIndexOf("@") + 1);
  const { host, port } = readHost(hostAndPort, protocol === "imaps" ? 993 : 143);
  const parameters = readParameters(query);
  const tls = readTls(protocol, parameters.get("tls"), host);
  const caFile = parameters.get("ca");
  if (caFile !== null && tls === "none") throw new Error("ca and tls=none contradict each other.");
  const folder = decode(path, "mailbox name") || "INBOX";
  return {
    name,
    host,
    port,
    tls,
    user,
    password,
    folder: folder.toUpperCase() === "INBOX" ? "INBOX" : folder,
    mailbox: mailboxKey(user, host, folder),
    ...(caFile === null ? {} : { caFile }),
  };
}

function split(url: string): { protocol: "imap" | "imaps"; authority: string; path: string; query: string } {
  const match = /^(imaps?):\/\/([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i.exec(url);
  if (match === null) {
    const what = /^imaps?:\/\//i.test(url) ? "it has an unencoded #" : "it does not begin with imaps://";
    throw new Error(`${what}; the form is ${FORM}, with special characters percent-encoded.`);
  }
  const [, protocol = "", authority = "", path = "", query = ""] = match;
  return { protocol: protocol.toLowerCase() === "imaps" ? "imaps" : "imap", authority, path, query };
}

function readCredentials(authority: string): { user: string; password: string } {
  const at = authority.lastIndexOf("@");
  const [user = "", ...rest] = at < 0 ? [] : authority.slice(0, at).split(":");
  const password = rest.join(":");
  if (user === "") throw new Error(`it names no user; the form is ${FORM}.`);
  return { user: decode(user, "user"), password: decode(password, "password") };
}

function readHost(text: string, portDefault: number): { host: string; port: number } {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::(\d+))?$/i.exec(text);
  const host = (match?.[1] ?? match?.[2] ?? "").toLowerCase();
  const port = match?.[3] === undefined ? portDefault : Number(match[3]);
  if (host === "") throw new Error(`it names no host that could be one; the form is ${FORM}.`);
  if (port < 1 || port > 65_535) throw new Error("its port is not between 1 and 65535.");
  return { host, port };
}

function readParameters(query: string): URLSearchParams {
  const parameters = new URLSearchParams(query);
  for (const [key, value] of parameters) {
    if (key !== "tls" && key !== "ca")
      throw new Error(`it has the unknown parameter "${key}"; only tls and ca are known.`);
    if (key === "ca" && value === "") throw new Error("its parameter ca names no file.");
  }
  return parameters;
}

function readTls(protocol: "imap" | "imaps", tls: string | null, host: string): MailboxSettings["tls"] {
  if (tls !== null && tls !== "none") throw new Error('its parameter tls can only be "none".');
  if (protocol === "imaps") {
    if (tls === "none") throw new Error("imaps:// and tls=none contradict each other.");
    return "implicit";
  }
  if (tls === null) return "starttls";
  if (!isLoopback(host)) {
    throw new Error(
      "tls=none is for a server on this machine only (127.0.0.1, ::1, localhost); use imaps://.",
    );
  }
  return "none";
}

function mailboxKey(user: string, host: string, folder: string): string {
  const owner = user.includes("@") ? user : `${user}@${host}`;
  return `${owner.toLowerCase()}/${folder.toUpperCase() === "INBOX" ? "INBOX" : folder}`;
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`its ${what} has a % that is no percent-encoding; write %25 for a percent sign.`);
  }
}
