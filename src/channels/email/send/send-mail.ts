/** Sends mail by SMTP over pooled connections, and tells what another try may cure from what it cannot. */
import { createTransport, type NodemailerError } from "nodemailer";
import type MailMessage from "nodemailer/lib/mailer/mail-message";
import {
  MailDeferral,
  type MailErrorClass,
  type MailSender,
  type MailSendResult,
  type OutgoingMail,
  type RecipientRefusal,
} from "../../../core/delivery.ts";
import { AppError } from "../../../core/errors.ts";
import { classifyRefusal, readEnhancedStatus } from "../../../core/smtp-replies.ts";
import { TokenError } from "../oauth/token-error.ts";
import { composeMail } from "./compose.ts";
import { parseSmtpUrl, type SmtpSettings } from "./smtp-url.ts";

export interface SmtpTimings {
  connectMs: number;
  greetingMs: number;
  /** No byte for this long: the connection is dead. */
  socketMs: number;
}

export const SMTP_TIMINGS: SmtpTimings = { connectMs: 20_000, greetingMs: 20_000, socketMs: 60_000 };

export interface DkimKey {
  domain: string;
  selector: string;
  /** PEM of an RSA key. */
  privateKey: string;
}

export interface MailSenderOptions {
  /** `smtp://` or `smtps://`; see `parseSmtpUrl`. */
  smtpUrl: string;
  connectionsMax?: number;
  /** Mails a minute at most; the others wait. */
  mailsPerMinute?: number | null;
  dkim?: DkimKey | null;
  /** Signs in by XOAUTH2 instead of a password. `renew` is true where the server has refused the token of before. */
  accessToken?: (renew: boolean) => Promise<string>;
  timings?: Partial<SmtpTimings>;
  /** Certificates (PEM) to trust instead of the system's. */
  ca?: string;
}

export type SmtpCheck =
  | { ok: true }
  /** `refused`: only the settings can cure it; `away`: the server cannot be reached at the moment. */
  | { ok: false; kind: "refused" | "away"; problem: string; fix: string };

export interface SmtpMailSender extends MailSender {
  /** Connects and signs in once. Never rejects. */
  check(): Promise<SmtpCheck>;
  /** Lets what is being sent finish, then closes every connection. */
  close(): Promise<void>;
}

/** Connects with the first mail. Throws an Error on an address that `parseSmtpUrl` refuses. */
export function createMailSender(options: MailSenderOptions): SmtpMailSender {
  const settings = parseSmtpUrl(options.smtpUrl, { passwordless: options.accessToken !== undefined });
  const transport = createPool(settings, options);
  transport.use("stream", keepIdsOnOneLine);
  const sending = new Set<Promise<unknown>>();
  let isClosed = false;

  async function deliver(mail: OutgoingMail): Promise<MailSendResult> {
    const composed = composeMail(mail);
    try {
      const sent = await transport.sendMail({
        ...composed,
        headers: { ...composed.headers, ...keepId(settings) },
      });
      const { response, rejectedErrors = [], serverMessageId } = sent;
      const refused = rejectedErrors.map(toRefusal);
      const providerMessageId = serverMessageId === mail.messageId ? null : (serverMessageId ?? null);
      return { state: "sent", response, providerMessageId, ...(refused.length === 0 ? {} : { refused }) };
    } catch (error) {
      return judgeFailure(error as NodemailerError, settings);
    }
  }

  return {
    async send(mail) {
      if (isClosed) throw new AppError("unavailable", "The mail sender is shutting down.");
      const delivery = deliver(mail);
      sending.add(delivery);
      try {
        return await delivery;
      } finally {
        sending.delete(delivery);
      }
    },
    async check() {
      try {
        await transport.verify();
        return { ok: true };
      } catch (error) {
        return { ok: false, ...explainConnection(error as NodemailerError, settings) };
      }
    },
    async close() {
      isClosed = true;
      await Promise.allSettled(sending);
      transport.close();
    },
  };
}

/** nodemailer folds at 76 characters; mail programs exist that do not find an id on the line after its header's name. */
function keepIdsOnOneLine({ message }: MailMessage, done: (error?: Error | null) => void): void {
  const build = message.buildHeaders.bind(message);
  message.buildHeaders = () => build().replace(/^(Message-ID|In-Reply-To):\r\n[ \t]+/gim, "$1: ");
  done();
}

function createPool(settings: SmtpSettings, options: MailSenderOptions) {
  const { host, port, tls } = settings;
  const timings = { ...SMTP_TIMINGS, ...options.timings };
  const { mailsPerMinute, dkim } = options;
  return createTransport({
    pool: true,
    maxConnections: options.connectionsMax ?? 3,
    // A server that counts the mails of a connection is met with a new one before it minds.
    maxMessages: 100,
    ...(mailsPerMinute ? { rateLimit: mailsPerMinute, rateDelta: 60_000 } : {}),
    ...(dkim
      ? { dkim: { domainName: dkim.domain, keySelector: dkim.selector, privateKey: dkim.privateKey } }
      : {}),
    // A try that breaks off is reported: the workflow decides on the next one, with the same Message-ID.
    maxRequeues: 0,
    idleTimeout: 30_000,
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "required",
    opportunisticTLS: tls === "offered",
    ignoreTLS: tls === "none",
    ...signIn(settings, options),
    ...(options.ca === undefined ? {} : { tls: { ca: options.ca } }),
    connectionTimeout: timings.connectMs,
    dnsTimeout: timings.connectMs,
    greetingTimeout: timings.greetingMs,
    socketTimeout: timings.socketMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function signIn({ auth }: SmtpSettings, { accessToken }: MailSenderOptions) {
  if (auth === null) return {};
  if (accessToken === undefined) return { auth: { user: auth.user, pass: auth.password } };
  return {
    auth: {
      type: "OAuth2" as const,
      user: auth.user,
      provisionCallback(
        _user: string,
        renew: boolean,
        callback: (error: Error | null, accessToken?: string) => void,
      ) {
        accessToken(renew).then(
          (token) => callback(null, token),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
        );
      },
    },
  };
}

/** Postmark replaces a Message-ID unless it is asked not to (its SMTP documentation, "X-PM-KeepID"). */
function keepId({ host }: SmtpSettings): Record<string, string> {
  return host.endsWith(".postmarkapp.com") ? { "X-PM-KeepID": "true" } : {};
}

function toRefusal({ recipient = "", response, message, permanent }: NodemailerError): RecipientRefusal {
  const error = response ?? message;
  return {
    address: recipient.toLowerCase(),
    permanent: permanent === true,
    error,
    errorClass: classifyRefusal(error, "RCPT TO"),
    status: readEnhancedStatus(error),
  };
}

/** Commands whose answer is about this mail; to the others the server refuses us, whatever the mail. */
const MAIL_COMMANDS = /^(?:MAIL FROM|RCPT TO|DATA)/i;

/** A refusal for good is a result; everything else throws MailDeferral, with what is known of each recipient. */
function judgeFailure(error: NodemailerError, settings: SmtpSettings): MailSendResult {
  if (error instanceof AppError) throw error;
  const command = error.command ?? "";
  const refused = (error.rejectedErrors ?? []).map(toRefusal);
  if (error.code === "EMESSAGE" && error.response === undefined && /larger than allowed/.test(error.message))
    return { state: "rejected", error: `${error.message} bytes.`, errorClass: "too-large" };
  const response = error.response ?? error.message;
  const isMails = MAIL_COMMANDS.test(command) || error.code === "EMESSAGE" || refused.length > 0;
  const isForGood =
    refused.length > 0 ? refused.every(({ permanent }) => permanent) : error.permanent === true;
  if (isMails && isForGood) {
    const errorClass = refused[0]?.errorClass ?? classifyRefusal(response, command);
    return { state: "rejected", error: response, errorClass, ...(refused.length === 0 ? {} : { refused }) };
  }
  const { problem, errorClass } = explainSmtpFailure(error, settings);
  if (error.responseCode === undefined) throw new MailDeferral(problem, errorClass, { cause: error });
  const said = isMails ? classifyRefusal(response, command) : errorClass;
  throw new MailDeferral(response, said, { cause: error, refused });
}

const CERTIFICATE_CODES =
  /^(?:CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER))/;

function explainSmtpFailure(
  error: NodemailerError,
  settings: SmtpSettings,
): { kind: "refused" | "away"; problem: string; fix: string; errorClass: MailErrorClass } {
  const explained = explainConnection(error, settings);
  const isOurs = explained.kind === "refused";
  const errorClass = isOurs ? "configuration" : error.responseCode === undefined ? "connection" : "server";
  return { ...explained, errorClass };
}

function explainConnection(
  error: NodemailerError,
  { host, port, tls, auth }: SmtpSettings,
): { kind: "refused" | "away"; problem: string; fix: string } {
  const server = `${host}:${port}`;
  const cause: unknown = error;
  if (cause instanceof TokenError) {
    const kind = cause.kind === "dead" ? "refused" : "away";
    return { kind, problem: `${auth?.user} cannot sign in: ${cause.message}`, fix: cause.fix };
  }
  const code = error.originalCode ?? error.code ?? "";
  if (["EAUTH", "ENOAUTH"].includes(error.code ?? "")) return explainSignIn(error, server, auth);
  if (CERTIFICATE_CODES.test(code)) {
    return {
      kind: "refused",
      problem: `The TLS certificate of ${server} is not trusted (${code}).`,
      fix: "Use the host name that the certificate is made for, or trust its authority: ?ca=/path/to/ca.pem in SMTP_URL.",
    };
  }
  if (error.code === "ETLS" || code === "EPROTO" || code.startsWith("ERR_SSL")) {
    return {
      kind: "refused",
      problem: `${server} does not speak SMTP with ${tls === "implicit" ? "TLS from the start" : "STARTTLS"}.`,
      fix: "Use smtps:// with port 465, or smtp:// with port 587 (STARTTLS), in SMTP_URL.",
    };
  }
  if (error.timeoutType === "GREETING_TIMEOUT") {
    const problem = `${server} accepts connections, but says nothing.`;
    return {
      kind: "away",
      problem,
      fix: "If it is a port for TLS from the start (465), use smtps:// in SMTP_URL.",
    };
  }
  const fix = "Check host and port in SMTP_URL, and that this machine may connect there.";
  if (error.code === "EDNS" || code === "ENOTFOUND" || code === "EAI_AGAIN")
    return { kind: "away", problem: `The host name ${host} is not known.`, fix };
  if (code === "ECONNREFUSED")
    return { kind: "away", problem: `Nothing accepts connections at ${server}.`, fix };
  if (code === "ETIMEDOUT") return { kind: "away", problem: `${server} does not answer.`, fix };
  const detail = (error.response ?? error.message).slice(0, 200);
  return { kind: "away", problem: `The connection to ${server} failed: ${detail}`, fix };
}

function explainSignIn(
  error: NodemailerError,
  server: string,
  auth: SmtpSettings["auth"],
): { kind: "refused" | "away"; problem: string; fix: string } {
  if (error.permanent === false) {
    const problem = `${server} cannot sign ${auth?.user ?? "anybody"} in at the moment: ${error.response}`;
    return { kind: "away", problem, fix: "Wait; it is tried again by itself." };
  }
  if (auth?.password === "") {
    return {
      kind: "refused",
      problem: `${server} refused the access token of ${auth.user}.`,
      fix: "Check that it is that user's, that it may send (https://mail.google.com/; SMTP.Send), and that authenticated SMTP is on for the mailbox.",
    };
  }
  return {
    kind: "refused",
    problem: `${server} refused the user name or password of ${auth?.user ?? "nobody"}.`,
    fix: "Correct user and password in SMTP_URL (percent-encoded); some providers ask for an app password.",
  };
}
