/** What the API is handed by its roots. */
import type { Context } from "hono";
import type { PasswordHasher } from "../core/account.ts";
import type { InboundApiTicket, IntakeResult } from "../core/inbound.ts";
import type { Log } from "../core/log.ts";
import type { SqlPool } from "../db/client.ts";
import type { SessionUser } from "../db/users.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";

export interface TokenSettings {
  /** 32 bytes or more. Signs every new token. */
  secret: string;
  /** Secrets of before: tokens under them hold until they expire. */
  previousSecrets: readonly string[];
  issuer: string;
  audience: string;
  expiresInSeconds: number;
}

export interface DocsAsset {
  body: string | Uint8Array<ArrayBuffer>;
  contentType: string;
}

/** What `POST /api/inbound/email` needs. */
export interface InboundEmailDoor {
  /** A request signed with any of them is let in. */
  keys: readonly Uint8Array<ArrayBuffer>[];
  /** Rejects with AppError `unavailable` where the mail could not be recorded now. */
  receive(
    sql: SqlPool,
    raw: Uint8Array,
    mailbox: string | null,
  ): Promise<{ result: IntakeResult; messageId: string | null }>;
}

export interface ApiDeps {
  /** A pool, or how to get the one of this request: on Workers a connection cannot outlive the request that opened it. */
  sql: SqlPool | ((c: Context) => SqlPool);
  /** What acting on tickets goes by. */
  desk: DeskSettings;
  tokens: TokenSettings;
  passwords: PasswordHasher;
  /** The one door for tickets, over the request's own pool. */
  recordInbound(sql: SqlPool, ticket: InboundApiTicket): Promise<IntakeResult>;
  /** Absent: the path answers 404. Each checks the signature of its request itself. */
  slackEvents?: ((request: Request) => Promise<Response>) | undefined;
  inboundEmail?: InboundEmailDoor | undefined;
  inngest?: ((request: Request) => Promise<Response>) | undefined;
  /** Lets a dead run of the embedded engine go on. Absent where Inngest runs the workflows. */
  replayRun?: ((runId: string) => Promise<boolean>) | undefined;
  /** `checks` names each dependency with `ok` or what is wrong; shown to everybody, so without addresses and secrets. */
  readiness(): Promise<{ ok: boolean; checks: Readonly<Record<string, string>> }>;
  /** Prometheus text format 0.0.4. */
  metrics(): Promise<string>;
  /** A file of swagger-ui-dist by its name, or null where there is none. */
  docsAssets(name: string): Promise<DocsAsset | null>;
  /** The model that triage asks, by its name; null where the local classifier alone triages. */
  model: string | null;
  log: Pick<Log, "info" | "error">;
  now(): Date;
  /** The address that attempts are counted under. Behind a proxy: the one the proxy vouches for, never a plain header. */
  clientAddress(c: Context): string;
  /** Public address of the service, e.g. `https://desk.example.com`. */
  appUrl: string;
}

export interface ApiEnv {
  Variables: {
    requestId: string;
    sql: SqlPool;
    /** Set by requireUser. */
    user: SessionUser;
  };
}
