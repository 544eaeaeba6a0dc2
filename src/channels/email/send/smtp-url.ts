/** A mail server that answers leave by, as the settings name it: `smtps://user:password@host:465`. */
import { isLoopback } from "../loopback.ts";

export interface SmtpSettings {
  host: string;
  port: number;
  /** `implicit`: from the first byte; `required`: STARTTLS or nothing; `offered`: STARTTLS where it works; `none`. */
  tls: "implicit" | "required" | "offered" | "none";
  auth: { user: string; password: string } | null;
}

const FORM = "smtps://user:password@host:465 or smtp://user:password@host:587";

/**
 * Reads the address of a mail server; with `passwordless` a user alone will do. User and password are
 * percent-encoded. By `smtp://` a password travels under
 * STARTTLS only, except on this machine. Throws an Error that says in one sentence what is wrong, without the password.
 */
export function parseSmtpUrl(text: string, options: { passwordless?: boolean } = {}): SmtpSettings {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !["smtp:", "smtps:"].includes(url.protocol) || url.hostname === "")
    throw new Error(`it is not the address of a mail server; the form is ${FORM}.`);
  if (url.pathname.length > 1 || url.hash !== "")
    throw new Error(`it has more than a host and a port; the form is ${FORM}, percent-encoded.`);
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const auth = readAuth(url, options.passwordless ?? false);
  const isImplicit = url.protocol === "smtps:";
  const tls = url.searchParams.get("tls");
  if ([...url.searchParams.keys()].some((key) => key !== "tls") || (tls !== null && tls !== "none"))
    throw new Error('it has an unknown parameter; only "tls=none" is known.');
  if (tls === "none" && (isImplicit || !isLoopback(host)))
    throw new Error("tls=none is for smtp:// to a server on this machine only.");
  return {
    host,
    port: url.port === "" ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? "implicit" : isLoopback(host) ? "none" : auth === null ? "offered" : "required",
    auth,
  };
}

function readAuth(url: URL, passwordless: boolean): SmtpSettings["auth"] {
  if (url.username === "") return null;
  if (url.password === "" && !passwordless)
    throw new Error(`it has a user and no password; the form is ${FORM}.`);
  try {
    return { user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch {
    throw new Error(
      "its user or password has a % that is no percent-encoding; write %25 for a percent sign.",
    );
  }
}
