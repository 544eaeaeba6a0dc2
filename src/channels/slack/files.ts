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
}

export function createSlackFiles(options: SlackFilesOptions): SlackFiles {
  return {
    fetchAll: async (files) => {
      const attachments: InboundAttachment[] = [];
      const missing: string[] = [];
      let bytesLeft = MESSAGE_BYTES_MAX;
      for (const file of files) {
        const result = await tryToFetch(options, file, bytesLeft);
        if (typeof result === "string") {
          missing.push(`The file ${nameFile(file)} is missing here: ${result}.`);
        } else {
          bytesLeft -= result.content.byteLength;
          attachments.push(result);
        }
      }
      return { attachments, missing };
    },
  };
}

/** The file, or the reason why it cannot be had. */
async function tryToFetch(
  options: SlackFilesOptions,
  file: SlackFile,
  bytesLeft: number,
): Promise<InboundAttachment | string> {
  try {
    const fetched = await withDeadline(fetchFile(options, file, bytesLeft), FETCH_WITHIN_MS);
    return fetched.inTime ? fetched.value : "Slack took too long";
  } catch (error) {
    const fields = { component: "slack", fileId: file.id, error: describe(error) };
    options.log.warn(fields, "could not fetch a file");
    return "Slack could not be reached";
  }
}

async function fetchFile(
  { botToken, slackApiUrl, fetch }: SlackFilesOptions,
  file: SlackFile,
  bytesLeft: number,
): Promise<InboundAttachment | string> {
  const limit = Math.min(FILE_BYTES_MAX, bytesLeft);
  const address = file.url_private_download ?? file.url_private;
  if (address === undefined) return "Slack gives no address for it";
  if (!mayReceiveToken(address, slackApiUrl)) return "it is not kept at Slack";
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

/** The token goes to Slack's own hosts over TLS, and to the address that the operator has configured. Nowhere else. */
function mayReceiveToken(address: string, slackApiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, protocol, hostname } = new URL(address);
  if (slackApiUrl !== undefined && origin === new URL(slackApiUrl).origin) return true;
  return protocol === "https:" && /(?:^|\.)(?:slack\.com|slack-gov\.com)$/.test(hostname);
}

function nameFile(file: SlackFile): string {
  return file.name === undefined || file.name === "" ? file.id : `"${file.name}"`;
}
