import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config.ts";
import { openMailSender } from "../../src/runtime/mail-out.ts";
import { type Authority, createAuthority } from "../helpers/certificates.ts";
import { type SmtpSink, startSmtpSink } from "../helpers/smtp-sink.ts";

let dir: string;
let ours: Authority;
let caFile: string;
let otherCaFile: string;
let sink: SmtpSink | null = null;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "deskhand-smtp-tls-"));
  ours = createAuthority("Our Authority");
  caFile = join(dir, "our ca.pem");
  otherCaFile = join(dir, "other.pem");
  await writeFile(caFile, ours.cert);
  await writeFile(otherCaFile, createAuthority("Another Authority").cert);
});
afterAll(() => rm(dir, { recursive: true, force: true }));
afterEach(async () => {
  await sink?.stop();
  sink = null;
});

/** As the service reads it: from the setting to the open connection. */
async function check(form: "smtp" | "smtps", ca: string | null) {
  const port = new URL(sink?.url ?? "").port;
  const query = ca === null ? "" : `?ca=${encodeURIComponent(ca)}`;
  const { mailOut } = loadConfig({
    SMTP_URL: `${form}://a:b@localhost:${port}${query}`,
    MAIL_FROM: "support@desk.example",
  });
  if (mailOut === null) throw new Error("Mail out is off.");
  const sender = await openMailSender(mailOut);
  return sender.check().finally(() => sender.close());
}

describe.each(["smtps", "smtp"] as const)(
  "a mail server with a certificate of our own authority, by %s",
  (form) => {
    const start = async () => {
      const { cert, key } = ours.issue("localhost");
      sink = await startSmtpSink({
        cert,
        key,
        secure: form === "smtps",
        disabledCommands: [],
        onAuth: ({ username = "" }, _session, callback) => callback(null, { user: username }),
      });
    };

    it("is trusted by ?ca=", async () => {
      await start();
      expect(await check(form, caFile)).toEqual({ ok: true });
    });

    it("is refused under the certificate of another authority", async () => {
      await start();
      expect(await check(form, otherCaFile)).toMatchObject({
        ok: false,
        fix: expect.stringContaining("?ca="),
      });
    });
  },
);

it("without ?ca= the system's certificates decide, and a server of our own is refused with what to do", async () => {
  const { cert, key } = ours.issue("localhost");
  sink = await startSmtpSink({ cert, key, secure: true, disabledCommands: [] });
  expect(await check("smtps", null)).toMatchObject({ ok: false, fix: expect.stringContaining("?ca=") });
});

it("with ?ca= a server that offers no TLS is given nothing", async () => {
  sink = await startSmtpSink({});
  expect(await check("smtp", caFile)).toMatchObject({ ok: false });
});

it("a file that is not there, or holds no certificate, is told of before anything is sent", async () => {
  sink = await startSmtpSink({});
  await expect(check("smtps", join(dir, "missing.pem"))).rejects.toThrow(
    /SMTP_URL: The certificates in .*missing\.pem cannot be read \(ENOENT\)\. Correct the path after \?ca= in SMTP_URL/,
  );
  const empty = join(dir, "empty.pem");
  await writeFile(empty, "nothing");
  await expect(check("smtps", empty)).rejects.toThrow(/holds no certificate/);
});
