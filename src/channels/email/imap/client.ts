/** One IMAP connection: how it is made, and what its failures mean for the person who set it up. */
import { ImapFlow, type MailboxObject } from "imapflow";
import type { MailboxSettings } from "./mailbox-url.ts";

export interface ConnectionTimings {
  /** For DNS, TCP and TLS together. */
  connectMs: number;
  greetingMs: number;
  /** No byte for this long while an answer is due: the connection is dead. */
  socketMs: number;
}

export const CONNECTION_TIMINGS: ConnectionTimings = {
  connectMs: 30_000,
  greetingMs: 16_000,
  socketMs: 180_000,
};

/** No single answer of a server may be larger; mails above it are fetched in pieces. */
const LITERAL_SIZE_BYTES_MAX = 64 * 1024 * 1024;

export interface OpenMailbox {
  client: ImapFlow;
  mailbox: MailboxObject;
}

/**
 * Connects, signs in and opens the mailbox read-only: no flag is ever set. Rejects with imapflow's error, which
 * `explainImapFailure` reads. An aborted signal closes the connection at any time, also later.
 */
export async function openMailbox(
  settings: MailboxSettings,
  timings: ConnectionTimings = CONNECTION_TIMINGS,
  signal?: AbortSignal,
): Promise<OpenMailbox> {
  const client = createClient(settings, timings);
  // Without these two listeners an error between commands would end the process.
  client.on("error", () => client.close());
  const onAbort = () => client.close();
  signal?.addEventListener("abort", onAbort, { once: true });
  client.on("close", () => signal?.removeEventListener("abort", onAbort));
  try {
    signal?.throwIfAborted();
    await client.connect();
    return { client, mailbox: await selectMailbox(client, settings) };
  } catch (error) {
    client.close();
    throw error;
  }
}

function createClient(settings: MailboxSettings, timings: ConnectionTimings): ImapFlow {
  return new ImapFlow({
    host: settings.host,
    port: settings.port,
    secure: settings.tls === "implicit",
    ...(settings.tls === "implicit" ? {} : { doSTARTTLS: settings.tls === "starttls" }),
    auth: { user: settings.user, pass: settings.password },
    tls: settings.ca === undefined ? {} : { ca: settings.ca },
    clientInfo: { name: "Deskhand" },
    disableAutoIdle: true,
    connectionTimeout: timings.connectMs,
    greetingTimeout: timings.greetingMs,
    socketTimeout: timings.socketMs,
    maxLiteralSize: LITERAL_SIZE_BYTES_MAX,
    logger: false,
  });
}

class MailboxMissing extends Error {}

async function selectMailbox(client: ImapFlow, settings: MailboxSettings): Promise<MailboxObject> {
  try {
    return await client.mailboxOpen(settings.folder, { readOnly: true });
  } catch (error) {
    const { responseStatus } = error as { responseStatus?: string };
    if (responseStatus !== "NO" && responseStatus !== "BAD") throw error;
    throw new MailboxMissing(`The mailbox ${settings.folder} cannot be opened.`, { cause: error });
  }
}

export type ImapFailureKind = "login" | "unreachable" | "tls" | "mailbox" | "protocol";

export interface ImapFailure {
  kind: ImapFailureKind;
  /** One plain sentence each, without the password. */
  problem: string;
  fix: string;
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

/** Says what a failed connection means. Never throws. */
export function explainImapFailure(error: unknown, settings: MailboxSettings): ImapFailure {
  const facts = (typeof error === "object" && error !== null ? error : {}) as ErrorFacts;
  const server = `${settings.host}:${settings.port}`;
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

function explainLogin(facts: ErrorFacts, settings: MailboxSettings, server: string): ImapFailure {
  if (TEMPORARY_LOGIN_CODES.includes(facts.serverResponseCode ?? "")) {
    return {
      kind: "unreachable",
      problem: `${server} cannot sign ${settings.user} in at the moment (${facts.serverResponseCode}).`,
      fix: "Wait; it is tried again by itself.",
    };
  }
  return {
    kind: "login",
    problem: `${server} refused the user name or password of ${settings.user}.`,
    fix: `Correct user and password in ${settings.name} (percent-encoded); some providers ask for an app password.`,
  };
}

const CERTIFICATE_CODES =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER))/;

function explainTls(facts: ErrorFacts, settings: MailboxSettings, server: string): ImapFailure | null {
  if (CERTIFICATE_CODES.test(facts.code ?? "")) {
    return {
      kind: "tls",
      problem: `The TLS certificate of ${server} is not trusted (${facts.code}).`,
      fix: "Use the host name that the certificate is made for, or trust its authority by NODE_EXTRA_CA_CERTS.",
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

export type ConnectionCheck = { ok: true } | { ok: false; problem: string; fix: string };

/** Connects, signs in and opens the mailbox once; for `doctor` and the start-up. Never rejects. */
export async function checkImap(
  settings: MailboxSettings,
  timings: ConnectionTimings = { ...CONNECTION_TIMINGS, connectMs: 10_000, greetingMs: 10_000 },
): Promise<ConnectionCheck> {
  try {
    const { client } = await openMailbox(settings, timings);
    await client.logout().catch(() => client.close());
    return { ok: true };
  } catch (error) {
    const { problem, fix } = explainImapFailure(error, settings);
    return { ok: false, problem, fix };
  }
}
