/** Just enough of MIME to write the benchmark's mails: parts, encodings, headers. Lines end in CRLF. */
import iconv from "iconv-lite";

export interface Part {
  headers: string[];
  /** Encoded as the headers say. */
  body: string;
}

export function textPart(text: string, subtype: "plain" | "html", charset: string): Part {
  const bytes = charset === "us-ascii" ? Buffer.from(text, "latin1") : iconv.encode(text, charset);
  const isPlainAscii = bytes.every((byte) => byte < 0x80) && !/[^\r\n]{900}/.test(text);
  const type = `Content-Type: text/${subtype}; charset="${charset}"`;
  if (isPlainAscii) return { headers: [type, "Content-Transfer-Encoding: 7bit"], body: crlf(text) };
  return { headers: [type, "Content-Transfer-Encoding: quoted-printable"], body: quotedPrintable(bytes) };
}

export function filePart(filename: string, contentType: string, content: Buffer, contentId?: string): Part {
  const disposition = contentId === undefined ? "attachment" : "inline";
  return {
    headers: [
      `Content-Type: ${contentType}; name="${filename}"`,
      `Content-Disposition: ${disposition}; filename="${filename}"`,
      ...(contentId === undefined ? [] : [`Content-ID: <${contentId}>`]),
      "Content-Transfer-Encoding: base64",
    ],
    body: base64Lines(content),
  };
}

export function multipart(subtype: string, parts: Part[], boundary: string, parameter = ""): Part {
  const body = parts
    .map((part) => `--${boundary}\r\n${part.headers.join("\r\n")}\r\n\r\n${part.body}\r\n`)
    .join("");
  const type = `Content-Type: multipart/${subtype}; boundary="${boundary}"${parameter}`;
  return { headers: [type], body: `${body}--${boundary}--\r\n` };
}

/** The mail as bytes; every character of it is ASCII by now. */
export function renderMail(headers: string[], part: Part): Buffer {
  const lines = [...headers, "MIME-Version: 1.0", ...part.headers];
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n${part.body}`, "latin1");
}

/** An RFC 2047 word where the text needs one. */
export function encodeWord(text: string, charset: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  return `=?${charset}?B?${iconv.encode(text, charset).toString("base64")}?=`;
}

export function base64Lines(content: Buffer): string {
  return content.toString("base64").replace(/.{76}/g, "$&\r\n").trimEnd();
}

function crlf(text: string): string {
  return text.replace(/\r?\n/g, "\r\n");
}

function quotedPrintable(bytes: Buffer): string {
  const lines: string[] = [];
  let line = "";
  for (const byte of bytes) {
    if (byte === 0x0a) {
      lines.push(line);
      line = "";
      continue;
    }
    if (byte === 0x0d) continue;
    const isPlain = byte >= 0x20 && byte < 0x7f && byte !== 0x3d;
    const piece = isPlain
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    if (line.length + piece.length > 75) {
      lines.push(`${line}=`);
      line = "";
    }
    line += piece;
  }
  return [...lines, line].join("\r\n");
}
