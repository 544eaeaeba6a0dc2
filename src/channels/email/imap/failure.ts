/** What the failures of an IMAP connection mean for the person who set it up. */
import { TokenError } from "../oauth/token-error.ts";
import type { MailboxSettings } from "./mailbox-url.ts";

/** The server answered that the mailbox cannot be opened. */
export class MailboxMissing extends Error {}

/** `token`: OAuth2 gives no access token any more, and only a person can cure it. */
export type ImapFailureKind = "login" | "token" | "unreachable" | "tls" | "mailbox" | "protocol";

export interface ImapFailure {
  kind: ImapFailureKind;
  /** One plain sentence each, without the password. */
  problem: string;
  fix: string;
  /** Not before this many milliseconds, where the far end said so. */
  retryAfterMs?: number;
}

interface ErrorFacts {
  code?: string;
  message?: string;
  authenticationFailed?: boolean;
  serverResponseCode?: string;
  responseText?: string;
  tlsFailed?: boolean;
}

/** RFC 5530: the server's own trouble, not the password's. */
const TEMPORARY_LOGIN_CODES = ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"];

/** The server understood who signs in, and refused. */
export function isRefusedLogin(error: unknown): boolean {
  const facts = (typeof error === "object" && error !== null ? error : {}) as ErrorFacts;
  return (
    facts.authenticationFailed === true && !TEMPORARY_LOGIN_CODES.includes(facts.serverResponseCode ?? "")
  );
}

/** Says what a failed connection means. Never throws. */
export function explainImapFailure(error: unknown, settings: MailboxSettings): ImapFailure {
  const facts = (typeof error === "object" && error !== null ? error : {}) as ErrorFacts;
  const server = `${settings.host}:${settings.port}`;
  if (error instanceof TokenError) return explainToken(error, settings);
  if (facts.authenticationFailed === true) return explainLogin(facts, settings, server);
  if (error instanceof MailboxMissing) {
    return {
      kind: "mailbox",
      problem: `The mailbox ${settings.folder} of ${settings.user} does not exist or cannot be opened.`,
      fix: `Name an existing mailbox at the end of ${settings.name}, for example /INBOX.`,
    };
  }
  return explainTls(facts, settings, server) ?? explainNetwork(facts, settings, server);
}

function explainToken(error: TokenError, { user }: MailboxSettings): ImapFailure {
  return {
    kind: error.kind === "dead" ? "token" : "unreachable",
    problem: `${user} cannot sign in: ${error.message}`,
    fix: error.fix,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  };
}

/** The token itself is good: its user or its permissions are not. */
function explainRefusedToken({ user, oauth }: MailboxSettings, server: string): ImapFailure {
  const google = "has the scope https://mail.google.com/";
  const microsoft =
    oauth?.refreshToken === null
      ? "has the permission IMAP.AccessAsApp with an admin's consent, and that Exchange lets it into the mailbox (New-ServicePrincipal, Add-MailboxPermission)"
      : "has the scope https://outlook.office.com/IMAP.AccessAsUser.All, and that IMAP is on for the mailbox";
  const what =
    oauth?.provider === "google" ? google : oauth?.provider === "microsoft" ? microsoft : "may read mail";
  return {
    kind: "login",
    problem: `${server} refused a fresh access token of ${user}.`,
    fix: `Check that the token is of that very user, and that it ${what}.`,
  };
}

function explainLogin(facts: ErrorFacts, settings: MailboxSettings, server: string): ImapFailure {
  if (TEMPORARY_LOGIN_CODES.includes(facts.serverResponseCode ?? "")) {
    return {
      kind: "unreachable",
      problem: `${server} cannot sign ${settings.user} in at the moment (${facts.serverResponseCode}).`,
      fix: "Wait; it is tried again by itself.",
    };
  }
  if (settings.oauth !== undefined) return explainRefusedToken(settings, server);
  return {
    kind: "login",
    problem: `${server} refused the user name or password of ${settings.user}.`,
    fix: `Correct user and password in ${settings.name} (percent-encoded); some providers ask for an app password.`,
  };
}

const CERTIFICATE_CODES =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER))/;

function explainTls(facts: ErrorFacts, settings: MailboxSettings, server: string): ImapFailure | null {
  if (facts.code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return {
      kind: "tls",
      problem: `The TLS certificate of ${server} is made for another host name.`,
      fix: `Use the host name that the certificate is made for in ${settings.name}.`,
    };
  }
  if (CERTIFICATE_CODES.test(facts.code ?? "")) {
    return {
      kind: "tls",
      problem: `The TLS certificate of ${server} is not trusted (${facts.code}).`,
      fix: `Trust the authority that signed it: add ?ca=/path/to/ca.pem to ${settings.name}, or set NODE_EXTRA_CA_CERTS.`,
    };
  }
  if (facts.code === "EPROTO" || facts.code?.startsWith("ERR_SSL")) {
    return {
      kind: "tls",
      problem: `${server} does not answer as an IMAP server with this kind of TLS.`,
      fix: `Use port 993 with imaps://, or port 143 with imap:// (STARTTLS), in ${settings.name}.`,
    };
  }
  if (facts.tlsFailed === true || (settings.tls === "starttls" && /starttls/i.test(facts.message ?? ""))) {
    return {
      kind: "tls",
      problem: `${server} offers no encryption by STARTTLS.`,
      fix: `Use imaps:// and its port, 993 as a rule, in ${settings.name}.`,
    };
  }
  return null;
}

function explainNetwork(facts: ErrorFacts, settings: MailboxSettings, server: string): ImapFailure {
  if (facts.message === "Unsupported authentication mechanism" && settings.oauth !== undefined) {
    return {
      kind: "login",
      problem: `${server} does not take OAuth2 (it offers neither XOAUTH2 nor OAUTHBEARER).`,
      fix: `Check the host, or put a password into ${settings.name}.`,
    };
  }
  const fix = `Check host and port in ${settings.name}, and that this machine may connect there.`;
  switch (facts.code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return { kind: "unreachable", problem: `The host name ${settings.host} is not known.`, fix };
    case "ECONNREFUSED":
      return { kind: "unreachable", problem: `Nothing accepts connections at ${server}.`, fix };
    case "GREETING_TIMEOUT":
      return {
        kind: "unreachable",
        problem: `${server} accepts connections, but says nothing.`,
        fix: `If it is a port for TLS from the start (993), use imaps:// in ${settings.name}.`,
      };
    case "CONNECT_TIMEOUT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return { kind: "unreachable", problem: `${server} does not answer.`, fix };
    default: {
      const detail = facts.responseText ?? facts.message ?? "no reason given";
      return {
        kind: "protocol",
        problem: `The connection to ${server} failed: ${detail.slice(0, 200)}.`,
        fix,
      };
    }
  }
}
