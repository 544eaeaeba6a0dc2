/** The fields of a message/delivery-status part (RFC 3464), and the addresses and ids in what is returned. */
import { readStatus, readTextStatus } from "./bounce-status.ts";

export interface RecipientFields {
  action: "failed" | "delayed" | "done";
  status: string | null;
  recipient: string | null;
}

const ORIGINAL_LENGTH_MAX = 100_000;

/** Field blocks, divided by blank lines, with folded lines joined; the first value of a name counts. */
export function readBlocks(fields: string): Map<string, string>[] {
  const blocks: Map<string, string>[] = [new Map()];
  let name = "";
  for (const line of fields.split(/\r\n|\r|\n/)) {
    const block = blocks[blocks.length - 1] as Map<string, string>;
    if (line.trim() === "") {
      if (block.size > 0) blocks.push(new Map());
      name = "";
    } else if (/^[ \t]/.test(line)) {
      if (name !== "") block.set(name, `${block.get(name) ?? ""} ${line.trim()}`);
    } else {
      const colon = line.indexOf(":");
      name = colon > 0 ? line.slice(0, colon).trim().toLowerCase() : "";
      if (block.has(name)) name = "";
      if (name !== "") block.set(name, line.slice(colon + 1).trim());
    }
  }
  return blocks;
}

/** What one block says of one recipient; null where it is about none. */
export function readRecipientFields(block: Map<string, string>): RecipientFields | null {
  const stated = readStatus(block.get("status") ?? "");
  const action = readAction(block.get("action") ?? "", stated, block.has("final-recipient"));
  if (action === null) return null;
  const diagnostic = block.get("diagnostic-code") ?? "";
  const isVague = stated === null || /^[45]\.0\.0$/.test(stated);
  const recipients = ["original-recipient", "final-recipient", "x-actual-recipient"].map((name) =>
    readRecipient(block.get(name)),
  );
  return {
    action,
    status: (isVague ? readStatus(diagnostic) : null) ?? stated ?? readTextStatus(diagnostic),
    recipient: recipients.find((one) => one !== null) ?? findAddress(diagnostic),
  };
}

/** The Action field, or what the status says where there is none; null where the block is about no recipient. */
function readAction(
  action: string,
  status: string | null,
  hasRecipient: boolean,
): RecipientFields["action"] | null {
  const word = /[a-z]+/.exec(action.toLowerCase())?.[0] ?? "";
  if (/^(?:fail|error|expired|undeliver|reject|bounce)/.test(word)) return "failed";
  if (/^(?:delay|defer)/.test(word)) return "delayed";
  if (/^(?:deliver|relay|expand|success)/.test(word)) return "done";
  if (status !== null) return status.startsWith("5") ? "failed" : status.startsWith("4") ? "delayed" : "done";
  return hasRecipient && word === "" ? "failed" : null;
}

function readRecipient(value: string | undefined): string | null {
  if (value === undefined) return null;
  return findAddress(value.slice(value.indexOf(";") + 1).replace(/\+(2B|3D)/g, decodeXtext));
}

/** RFC 3461: `+2B` stands for `+`, `+3D` for `=`. */
function decodeXtext(_: string, hex: string): string {
  return hex === "2B" ? "+" : "=";
}

export const ADDRESS = /[^\s<>()[\]{}"',;:@|\\]{1,128}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?/u;

/** The first address in a text, lower case. */
export function findAddress(text: string): string | null {
  return ADDRESS.exec(text.slice(0, 2000))?.[0].toLowerCase() ?? null;
}

/** The first `<id>` of a header value. */
export function readId(value: string | undefined): string | null {
  return value === undefined ? null : (/<[^<>\s]{3,990}>/.exec(value)?.[0] ?? null);
}

/** The Message-ID header of a returned message, wherever it stands in the text. */
export function findMessageId(text: string): string | null {
  const header = /^[ \t>]*Message-ID[ \t]*:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{3,990}>)/im;
  return header.exec(text.slice(0, ORIGINAL_LENGTH_MAX))?.[1] ?? null;
}
