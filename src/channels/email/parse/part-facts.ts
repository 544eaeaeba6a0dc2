/** What the headers of a part say about it, and what becomes of it. */
import { detectMimeType } from "nodemailer/lib/mime-funcs";
import { firstValue, type HeaderField } from "./headers.ts";
import { parseParameters } from "./parameters.ts";

export interface PartFacts {
  /** Lower case; `text/plain` where nothing usable is declared. */
  contentType: string;
  charset: string | null;
  boundary: string | null;
  /** Lower case; empty where there is none. */
  encoding: string;
  /** Lower case; empty where there is none. */
  disposition: string;
  /** Decoded; empty where there is none. */
  filename: string;
  contentId: string | null;
  flowed: boolean;
  delSp: boolean;
  /** `smime-type` of S/MIME, `protocol` of a signed or encrypted multipart, `access-type` of an external body. */
  detail: string;
}

/** Other words for the same text; as alternatives they are neither read nor kept beside it. */
const SPARE_ALTERNATIVES = /^text\/(?:enriched|richtext|rtf|x-amp-html|watch-html)$/;

export function readPartFacts(fields: HeaderField[]): PartFacts {
  const type = parseParameters(firstFilled(fields, "content-type"));
  const disposition = parseParameters(firstValue(fields, "content-disposition"));
  const filename = cleanName(
    disposition.parameters.get("filename") ||
      disposition.parameters.get("name") ||
      type.parameters.get("name") ||
      type.parameters.get("filename") ||
      "",
  );
  const encoding = firstFilled(fields, "content-transfer-encoding") ?? "";
  const contentId = (firstValue(fields, "content-id") ?? "").replace(/\s+/g, "").replace(/^<|>$/g, "");
  return {
    contentType: chooseType(type.value, filename, disposition.value),
    charset: type.parameters.get("charset") || null,
    boundary: type.parameters.get("boundary") || null,
    encoding: parseParameters(encoding)
      .value.replace(/[^a-z0-9-]/g, "")
      .replace(/^7-bit$/, "7bit"),
    disposition: disposition.value,
    filename,
    contentId: contentId === "" ? null : contentId,
    flowed: type.parameters.get("format")?.toLowerCase() === "flowed",
    delSp: type.parameters.get("delsp")?.toLowerCase() === "yes",
    detail:
      type.parameters.get("smime-type") ??
      type.parameters.get("protocol") ??
      type.parameters.get("access-type") ??
      "",
  };
}

/** The first value that says something: some programs write an empty header before the real one. */
function firstFilled(fields: HeaderField[], name: string): string | null {
  return fields.find((field) => field.name === name && field.value !== "")?.value ?? null;
}

/** RFC 2045, 5.2: what names no usable type is plain text; with a file's name it is that file. */
function chooseType(declared: string, filename: string, disposition: string): string {
  const type = /^\s*([\w!#$&^.+-]+\s*\/\s*[\w!#$&^.+-]+)/.exec(declared)?.[1]?.replace(/\s+/g, "") ?? "";
  if (type !== "") return type;
  if (/^multipart\b/.test(declared)) return "multipart/mixed";
  if (/^(?:text[\s/]+)?html?\b/.test(declared)) return "text/html";
  if (filename !== "") return typeOfName(filename);
  return disposition === "attachment" ? "application/octet-stream" : "text/plain";
}

/** By the ending; a `.pgp` is encrypted more often than it is a signature. */
export function typeOfName(filename: string): string {
  if (/\.(?:pgp|gpg)$/i.test(filename) || !filename.includes(".")) return "application/octet-stream";
  const type = detectMimeType(filename);
  return typeof type === "string" && type.includes("/") ? type : "application/octet-stream";
}

/** On one line; folders in it stay, and are dealt with where the name is used. */
function cleanName(name: string): string {
  return name.replace(/\p{Cc}+/gu, " ").trim();
}

/**
 * Whether a part is a file rather than words to read. A named text beside the body is a file, whatever it asks for;
 * alternatives in formats that nobody reads are neither.
 */
export function isFile(facts: PartFacts, isRoot: boolean, parentSubtype: string): boolean {
  const { contentType, disposition, filename } = facts;
  if (parentSubtype === "alternative" && filename === "" && SPARE_ALTERNATIVES.test(contentType))
    return false;
  if (contentType !== "text/plain" && contentType !== "text/html") return true;
  if (disposition !== "" && disposition !== "inline") return true;
  return !isRoot && filename !== "";
}
