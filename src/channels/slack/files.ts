/** Files of Slack messages, fetched with the bot's token. */
import { AppError } from "../../core/errors.ts";
import type { SlackFileRef } from "../../core/inbound-slack.ts";
import type { FetchedFile } from "../../core/slack-intake.ts";
import { waitInTime } from "./in-time.ts";
import { readLimited } from "./request-body.ts";
import { toAppError } from "./slack-error.ts";
import { fileSchema } from "./slack-message.ts";
import { toFileRef } from "./to-inbound.ts";
import type { Fetch, WebClient } from "./web-client.ts";

const FILE_BYTES_MAX = 20 * 1024 * 1024;
const FETCH_WITHIN_MS = 30_000;

export interface SlackFiles {
  /** Rejects with a retryable AppError where Slack did not answer as it should. */
  fetchFile(file: SlackFileRef, sizeBytesMax: number): Promise<FetchedFile>;
}

export interface SlackFilesOptions {
  web: WebClient;
  botToken: string;
  slackApiUrl?: string | undefined;
  fetch: Fetch;
}

export function createSlackFiles(options: SlackFilesOptions): SlackFiles {
  return {
    fetchFile: async (file, sizeBytesMax) => {
      const whole = file.url === null && !file.external ? await askForFile(options.web, file) : file;
      const limit = Math.min(FILE_BYTES_MAX, sizeBytesMax);
      const fetched = await waitInTime(download(options, whole, limit), FETCH_WITHIN_MS);
      if (!fetched.inTime) throw new AppError("unavailable", "Slack: a file took too long.");
      if (typeof fetched.value !== "string") return { attachment: fetched.value };
      return { missing: `The file ${nameFile(whole)} is missing here: ${fetched.value}.` };
    },
  };
}

/** In channels shared with other companies Slack sends only the id. */
async function askForFile(web: WebClient, file: SlackFileRef): Promise<SlackFileRef> {
  try {
    const { file: found } = await web.files.info({ file: file.id });
    const parsed = fileSchema.safeParse(found);
    return parsed.success ? toFileRef(parsed.data) : file;
  } catch (error) {
    const refused = toAppError(error, "ask for a file");
    if (refused.retryable) throw refused;
    return file;
  }
}

/** The file, or the reason why it cannot be had. */
async function download(
  { botToken, slackApiUrl, fetch }: SlackFilesOptions,
  file: SlackFileRef,
  limit: number,
) {
  if (file.external) return `it is kept at another service${file.url === null ? "" : ` (${file.url})`}`;
  if (file.url === null) return "Slack gives no address for it";
  if (!mayReceiveToken(file.url, slackApiUrl)) return "it is not kept at Slack";
  if ((file.sizeBytes ?? 0) > limit) return "it is too large";
  const response = await request(fetch, file.url, botToken);
  const contentType = response.headers.get("content-type") ?? "";
  const isHtml = contentType.startsWith("text/html");
  if (!response.ok || (isHtml && !(file.mimetype ?? "").startsWith("text/html"))) {
    await response.body?.cancel();
    return `Slack refused it (HTTP ${response.status}; does the app have files:read?)`;
  }
  const content = await readLimited(response, limit);
  if (content === null) return "it is too large";
  // A sign-in page in the place of somebody's own page shows by its length alone.
  if (isHtml && file.sizeBytes !== null && content.byteLength !== file.sizeBytes) {
    return "Slack sent another page in its place (does the app have files:read?)";
  }
  return {
    filename: file.name,
    contentType: file.mimetype ?? "application/octet-stream",
    content,
    contentId: null,
    inline: false,
  };
}

/** A redirect leads to a sign-in page, and would carry the token along: it is not followed. */
async function request(fetch: Fetch, address: string, botToken: string): Promise<Response> {
  const headers = { authorization: `Bearer ${botToken}` };
  const signal = AbortSignal.timeout(FETCH_WITHIN_MS);
  const response = await fetch(address, { headers, redirect: "manual", signal }).catch((cause: unknown) => {
    throw new AppError("unavailable", "Slack: a file could not be fetched.", { cause });
  });
  if (response.status < 500 && response.status !== 429) return response;
  await response.body?.cancel();
  throw new AppError("unavailable", `Slack: a file could not be fetched (HTTP ${response.status}).`);
}

/** The token goes to Slack's own hosts over TLS, and to the address that the operator has configured. Nowhere else. */
function mayReceiveToken(address: string, slackApiUrl: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const { origin, protocol, hostname, username, password } = new URL(address);
  if (username !== "" || password !== "") return false;
  if (slackApiUrl !== undefined && origin === new URL(slackApiUrl).origin) return true;
  return protocol === "https:" && /(?:^|\.)(?:slack\.com|slack-gov\.com)$/.test(hostname);
}

function nameFile(file: SlackFileRef): string {
  return file.name === "" ? file.id : `"${file.name}"`;
}
