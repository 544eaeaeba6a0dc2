/** A mail server that answers leave by, as the settings name it: `smtps://user:password@host:465`. */
import { isLoopback } from "../loopback.ts";

export interface SmtpSettings {
  host: string;
  port: number;
  /** `implicit`: from the first byte; `required`: STARTTLS or nothing; `offered`: STARTTLS where it works; `none`. */
  tls: "implicit" | "required" | "offered" | "none";
  auth: { user: string; password: string } | null;
  /** A file of certificates (PEM) to trust instead of the system's, from `?ca=`. */
  caFile?: string;
}

const FORM = "smtps://user:password@host:465 or smtp://user:password@host:587";

/**
 * Reads the address of a mail server; with `passwordless` a user alone will do. User and password are
 * percent-encoded. By `smtp://` a password travels under STARTTLS only, except on this machine; with `?ca=/path/to/ca.pem`
 * everything does, and the certificates in that file are trusted and no others. Throws an Error that says in one sentence what is wrong, without the password.
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
  const caFile = readCaFile(url.searchParams, isImplicit || !isLoopback(host));
  const opportunity = isLoopback(host) ? "none" : auth === null ? "offered" : "required";
  return {
    host,
    port: url.port === "" ? (isImplicit ? 465 : 587) : Number(url.port),
    tls: isImplicit ? "implicit" : caFile !== null ? "required" : opportunity,
    auth,
    ...(caFile === null ? {} : { caFile }),
  };
}

function readCaFile(parameters: URLSearchParams, mustBeTls: boolean): string | null {
  for (const [key, value] of parameters) {
    if (key !== "tls" && key !== "ca")
      throw new Error(`it has the unknown parameter "${key}"; only tls and ca are known.`);
    if (key === "ca" && value === "") throw new Error("its parameter ca names no file.");
    if (key === "tls" && value !== "none") throw new Error('its parameter tls can only be "none".');
    if (key === "tls" && mustBeTls)
      throw new Error("tls=none is for smtp:// to a server on this machine only.");
  }
  const caFile = parameters.get("ca");
  if (caFile !== null && parameters.has("tls"))
    throw new Error("its parameters ca and tls=none contradict each other.");
  return caFile;
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
