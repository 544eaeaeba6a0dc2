/** One IMAP connection, from the first byte to an open mailbox. */
import { ImapFlow, type MailboxObject } from "imapflow";
import { explainImapFailure, isRefusedLogin, MailboxMissing } from "./failure.ts";
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
 * Connects, signs in and opens the mailbox read-only: no flag is ever set. Rejects with imapflow's error or a TokenError,
 * which `explainImapFailure` reads. An aborted signal closes the connection at any time, also later.
 */
export async function openMailbox(
  settings: MailboxSettings,
  timings: ConnectionTimings = CONNECTION_TIMINGS,
  signal?: AbortSignal,
): Promise<OpenMailbox> {
  for (let tries = 1; ; tries++) {
    const accessToken = settings.oauth === undefined ? null : await readAccessToken(settings);
    try {
      return await openOnce(settings, accessToken, timings, signal);
    } catch (error) {
      if (accessToken === null || !isRefusedLogin(error)) throw error;
      // A token may end before its time; whether a refusal concerns the token or the mailbox, only a fresh one tells.
      const wasOld = settings.tokens?.refuse(accessToken) ?? false;
      if (!wasOld || tries > 1) throw error;
    }
  }
}

function readAccessToken({ name, tokens }: MailboxSettings): Promise<string> {
  if (tokens === undefined)
    throw new Error(`${name} signs in by OAuth2, and nothing gives its access tokens.`);
  return tokens.getAccessToken();
}

async function openOnce(
  settings: MailboxSettings,
  accessToken: string | null,
  timings: ConnectionTimings,
  signal: AbortSignal | undefined,
): Promise<OpenMailbox> {
  const client = createClient(settings, accessToken, timings);
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

function createClient(
  settings: MailboxSettings,
  accessToken: string | null,
  timings: ConnectionTimings,
): ImapFlow {
  return new ImapFlow({
    host: settings.host,
    port: settings.port,
    secure: settings.tls === "implicit",
    ...(settings.tls === "implicit" ? {} : { doSTARTTLS: settings.tls === "starttls" }),
    auth: { user: settings.user, ...(accessToken === null ? { pass: settings.password } : { accessToken }) },
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

async function selectMailbox(client: ImapFlow, settings: MailboxSettings): Promise<MailboxObject> {
  try {
    return await client.mailboxOpen(settings.folder, { readOnly: true });
  } catch (error) {
    const { responseStatus } = error as { responseStatus?: string };
    if (responseStatus !== "NO" && responseStatus !== "BAD") throw error;
    throw new MailboxMissing(`The mailbox ${settings.folder} cannot be opened.`, { cause: error });
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
