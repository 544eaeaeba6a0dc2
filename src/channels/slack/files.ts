/** Files of Slack messages, fetched with the bot's token. */
import type { InboundAttachment } from "../../core/inbound.ts";
import type { Log } from "../../core/log.ts";
import { describe } from "./bolt-logger.ts";
import { withDeadline } from "./deadline.ts";
import { readLimited } from "./request-body.ts";
import type { SlackFile } from "./slack-message.ts";
import type { Fetch } from "./web-client.ts";

const FILE_BYTES_MAX = 20 * 1024 * 1024;
/** All files of one message together. */
const MESSAGE_BYTES_MAX = 30 * 1024 * 1024;
const FETCH_WITHIN_MS = 15_000;

export interface FetchedFiles {
  attachments: InboundAttachment[];
  /** One sentence for each file that is missing, and why. */
  missing: string[];
}

export interface SlackFiles {
  /** Never rejects: what cannot be fetched is named in `missing`. */
  fetchAll(files: SlackFile[]): Promise<FetchedFiles>;
}

export interface SlackFilesOptions {
  botToken: string;
  slackApiUrl?: string | undefined;
  fetch: Fetch;
  log: Log;
  fileBytesMax?: number;
}

export function createSlackFiles(options: SlackFilesOptions): SlackFiles {
  const { botToken, fetch, log, fileBytesMax = FILE_BYTES_MAX } = options;
  const apiOrigin = options.slackApiUrl === undefined ? null : new URL(options.slackApiUrl).origin;

  async function fetchOne(file: SlackFile, bytesLeft: number): Promise<InboundAttachment | string> {
    const limit = Math.min(fileBytesMax, bytesLeft);
    const address = file.url_private_download ?? file.url_private;
    if (address === undefined) return "Slack gives no address for it";
    if (!mayReceiveToken(address, apiOrigin)) return "it is not kept at Slack";
    if ((file.size ?? 0) > limit) return "it is too large";
    const headers = { authorization: `Bearer ${botToken}` };
    // A redirect leads to a sign-in page, and would carry the token along.
    const signal = AbortSignal.timeout(FETCH_WITHIN_MS);
    const response = await fetch(address, { headers, redirect: "manual", signal });
    const contentType = response.headers.get("content-type") ?? "";
    const isSignInPage = contentType.startsWith("text/html") && file.mimetype !== "text/html";
    if (!response.ok || isSignInPage) {
      await response.body?.cancel();
      return `Slack refused it (HTTP ${response.status}; does the app have files:read?)`;
    }
    const content = await readLimited(response, limit);
    if (content === null) return "it is too large";
    return {
      filename: file.name ?? "",
      contentType: file.mimetype ?? "application/octet-stream",
      content,
      contentId: null,
      inline: false,
    };
  }

  async function fetchAll(files: SlackFile[]): Promise<FetchedFiles> {
    const attachments: InboundAttachment[] = [];
    const missing: string[] = [];
    let bytesLeft = MESSAGE_BYTES_MAX;
    for (const file of files) {
      const result = await withDeadline(fetchOne(file, bytesLeft), FETCH_WITHIN_MS).then(
        (fetched) => (fetched.inTime ? fetched.value : "Slack took too long"),
        (error: unknown) => {
          log.warn({ component: "slack", fileId: file.id, error: describe(error) }, "could not fetch a file");
          return "Slack could not be reached";
        },
      );
      if (typeof result === "string") missing.push(`The file ${nameFile(file)} is missing here: ${result}.`);
      else {
        bytesLeft -= result.content.byteLength;
        attachments.push(result);
      }
    }
    return { attachments, missing };
  }

  return { fetchAll };
}

/** The token goes to Slack's own hosts over TLS, and to the address that the operator has configured. Nowhere else. */
function mayReceiveToken(address: string, apiOrigin: string | null): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, protocol, hostname } = new URL(address);
  if (origin === apiOrigin) return true;
  return protocol === "https:" && /(?:^|\.)(?:slack\.com|slack-gov\.com)$/.test(hostname);
}

function nameFile(file: SlackFile): string {
  return file.name === undefined || file.name === "" ? file.id : `"${file.name}"`;
}
