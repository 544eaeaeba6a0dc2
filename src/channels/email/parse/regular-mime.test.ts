import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { createCharsetHints } from "./charset-hints.ts";
import { readHeaderFields } from "./headers.ts";
import { parseByMailparser } from "./mime.ts";
import type { MimeContent, MimeSource } from "./mime-content.ts";
import { normaliseSource } from "./normalise-source.ts";
import { readRegularMime } from "./regular-mime.ts";

const FIXTURES = new URL("../../../../test/fixtures/mail/", import.meta.url);
const SAMPLES = new URL("../../../demo/samples/mail/", import.meta.url);
const LIMITS = { partsMax: 1000, headerSizeBytesMax: 1024 * 1024 };

function sourceOf(raw: Uint8Array): MimeSource {
  const mail = normaliseSource(raw);
  const hints = createCharsetHints(mail);
  return { mail, fields: readHeaderFields(mail, hints), hints };
}

function sourceOfText(lines: string[], lineEnd = "\r\n"): MimeSource {
  return sourceOf(new Uint8Array(Buffer.from(lines.join(lineEnd), "latin1")));
}

function readByAll(source: MimeSource): Promise<MimeContent | null> {
  return parseByMailparser(source, LIMITS, new AbortController().signal);
}

async function listMails(folder: URL): Promise<URL[]> {
  const names = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".eml"));
  return names.map((name) => new URL(name.split("/").map(encodeURIComponent).join("/"), folder));
}

const PARTS = {
  plain: ["Content-Type: text/plain; charset=utf-8", "", "plain words"],
  quoted: [
    "Content-Type: text/html",
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "<p>gr=C3=BC=C3=9Fe=20=",
    "</p>",
  ],
  base64: [
    "Content-Type: application/pdf; name=a.pdf",
    "Content-Transfer-Encoding: base64",
    "",
    "AAECAwQF",
    "BgcI",
    "",
  ],
  inline: [
    "Content-Type: image/png",
    "Content-ID: <logo>",
    "Content-Disposition: inline",
    "Content-Transfer-Encoding: base64",
    "",
    "iVBORw==",
  ],
  embedded: ["Content-Type: message/rfc822", "", "Subject: inner", "", "inner words"],
};

function multipart(subtype: string, boundary: string, parts: string[][]): string[] {
  const head = [`Content-Type: multipart/${subtype}; boundary="${boundary}"`, "", "preamble"];
  return [...head, ...parts.flatMap((part) => [`--${boundary}`, ...part]), `--${boundary}--`, "epilogue"];
}

const REGULAR: Record<string, string[]> = {
  "plain text": ["Content-Type: text/plain; charset=iso-8859-1", "", "gr\u00fc\u00dfe", ""],
  "no content type": ["Subject: x", "", "words"],
  "no words": ["Content-Type: text/plain", "", ""],
  "HTML in base64": ["Content-Type: text/html", "Content-Transfer-Encoding: BASE64", "", "PGI+", "YTwvYj4="],
  "an alternative": multipart("alternative", "b1", [PARTS.plain, PARTS.quoted]),
  "files beside an alternative": multipart("mixed", "outer", [
    multipart("related", "middle", [
      multipart("alternative", "inner", [PARTS.plain, PARTS.quoted]),
      PARTS.inline,
    ]),
    PARTS.base64,
    PARTS.embedded,
  ]),
};

const IRREGULAR: Record<string, string[]> = {
  "no end of the last part": multipart("mixed", "b1", [PARTS.plain]).slice(0, -2),
  "parts behind the end": [...multipart("mixed", "b1", [PARTS.plain]), "--b1", ...PARTS.plain, "--b1--"],
  "a boundary that never occurs": ["Content-Type: multipart/mixed; boundary=b1", "", ...PARTS.plain],
  "no boundary": ["Content-Type: multipart/mixed", "", "--b1", ...PARTS.plain, "--b1--"],
  "a boundary that another begins with": multipart("mixed", "b1", [
    multipart("alternative", "b12", [PARTS.plain]),
  ]),
  "one boundary for two": multipart("mixed", "b1", [multipart("alternative", "b1", [PARTS.plain])]),
  "a part without headers": multipart("mixed", "b1", [["", "words"]]),
  "a part that does not begin with a header": multipart("mixed", "b1", [["words", "", "more"]]),
  "rubbish in base64": ["Content-Transfer-Encoding: base64", "", "PGI+!", "YTwvYj4="],
  "padding in the middle of base64": ["Content-Transfer-Encoding: base64", "", "PGI=", "YTwv"],
  "half a group of base64": ["Content-Transfer-Encoding: base64", "", "PGI+Y"],
  "a lone = in quoted-printable": ["Content-Transfer-Encoding: quoted-printable", "", "1 = 2"],
  "spaces at a line's end in quoted-printable": [
    "Content-Transfer-Encoding: quoted-printable",
    "",
    "words ",
    "more",
  ],
  "an encoding that nobody knows": ["Content-Transfer-Encoding: x-odd", "", "words"],
  "an encoded multipart": ["Content-Transfer-Encoding: base64", ...multipart("mixed", "b1", [PARTS.plain])],
  "flowed text": ["Content-Type: text/plain; format=flowed", "", "words ", "go on"],
  "a bare CR": ["Content-Type: text/plain", "", "one\rtwo"],
  "a file as the whole mail": ["Content-Type: application/pdf", "", "%PDF"],
  "a text with a boundary": ["Content-Type: text/plain; boundary=b1", "", "--b1", "x"],
};

describe("readRegularMime", () => {
  it.each(Object.entries(REGULAR))("reads %s as the parser for all mails does", async (_what, lines) => {
    for (const lineEnd of ["\r\n", "\n"]) {
      const source = sourceOfText(lines, lineEnd);
      const read = readRegularMime(source);
      expect(read).not.toBeNull();
      expect(read).toEqual(await readByAll(source));
    }
  });

  it.each(Object.entries(IRREGULAR))("leaves %s to it", (_what, lines) => {
    expect(readRegularMime(sourceOfText(lines))).toBeNull();
  });

  it("agrees with it on every fixture and sample that it reads, and reads most of the samples", async () => {
    const samples = await listMails(SAMPLES);
    const mails = [...(await listMails(FIXTURES)), ...samples];
    let regularSamples = 0;
    for (const mail of mails) {
      const source = sourceOf(new Uint8Array(await readFile(mail)));
      const read = readRegularMime(source);
      if (read === null) continue;
      if (samples.includes(mail)) regularSamples++;
      expect([mail.pathname, read]).toEqual([mail.pathname, await readByAll(source)]);
    }
    expect(regularSamples).toBeGreaterThan(samples.length / 2);
  });
});
