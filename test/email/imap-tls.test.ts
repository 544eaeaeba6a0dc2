import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkImap } from "../../src/channels/email/imap/client.ts";
import { parseMailboxUrl } from "../../src/channels/email/imap/mailbox-url.ts";
import { loadConfig } from "../../src/config.ts";
import { openMailAccess } from "../../src/runtime/mail-access.ts";
import { type Authority, createAuthority } from "../helpers/certificates.ts";
import { TestMailbox } from "../helpers/mailbox.ts";
import { mail, WatchBench } from "../helpers/watch-bench.ts";

const PASSWORD = "p%40ss%3Aw%2Frd%25";
let dir: string;
let ours: Authority;
let caFile: string;
let otherCaFile: string;
let server: TestMailbox | null = null;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "deskhand-tls-"));
  ours = createAuthority("Our Authority");
  caFile = join(dir, "our ca.pem");
  otherCaFile = join(dir, "other.pem");
  await writeFile(caFile, ours.cert);
  await writeFile(otherCaFile, createAuthority("Another Authority").cert);
});
afterAll(() => rm(dir, { recursive: true, force: true }));
afterEach(async () => {
  await server?.stop();
  server = null;
});

/** As the service reads it: from the setting to the open connection. */
async function check(form: "imaps" | "starttls", host: string, ca: string | null) {
  const port = server?.port;
  const query = ca === null ? "" : `?ca=${encodeURIComponent(ca)}`;
  const url = `${form === "imaps" ? "imaps" : "imap"}://support%40desk.example:${PASSWORD}@${host}:${port}/INBOX${query}`;
  const { mailIn } = await openMailAccess(loadConfig({ IMAP_URL: url }), null);
  const settings = mailIn?.mailboxes[0];
  if (settings === undefined) throw new Error("No mailbox was read.");
  return checkImap(settings);
}

describe.each(["imaps", "starttls"] as const)(
  "a server with a certificate of our own authority, by %s",
  (form) => {
    const start = async (host: string) => {
      const certificate = ours.issue(host);
      server = await TestMailbox.start(form === "imaps" ? { tls: certificate } : { startTls: certificate });
    };

    it("is trusted by ?ca=", async () => {
      await start("localhost");
      expect(await check(form, "localhost", caFile)).toEqual({ ok: true });
    });

    it("is trusted by its address as well, where the certificate is made for that", async () => {
      await start("127.0.0.1");
      expect(await check(form, "127.0.0.1", caFile)).toEqual({ ok: true });
    });

    it("is refused without it, and told how to trust it; no password is sent", async () => {
      await start("localhost");
      expect(await check(form, "localhost", null)).toMatchObject({
        ok: false,
        problem: expect.stringMatching(/certificate of localhost:\d+ is not trusted/),
        fix: expect.stringMatching(/\?ca=.*IMAP_URL.*NODE_EXTRA_CA_CERTS/),
      });
      expect(server?.logins).toBe(0);
    });

    it("is refused where another authority is trusted", async () => {
      await start("localhost");
      expect(await check(form, "localhost", otherCaFile)).toMatchObject({
        ok: false,
        problem: expect.stringMatching(/is not trusted/),
      });
      expect(server?.logins).toBe(0);
    });

    it("is refused where the certificate is made for another host name", async () => {
      await start("mail.desk.example");
      expect(await check(form, "localhost", caFile)).toMatchObject({
        ok: false,
        problem: expect.stringMatching(/made for another host name/),
      });
      expect(server?.logins).toBe(0);
    });
  },
);

describe("?ca=", () => {
  it("stops the start where the file is missing or holds no certificate", async () => {
    const access = (path: string) =>
      openMailAccess(
        loadConfig({ IMAP_URL: `imaps://a:secret@host/INBOX?ca=${encodeURIComponent(path)}` }),
        null,
      );
    await expect(access(join(dir, "none.pem"))).rejects.toThrow(
      /IMAP_URL: .*none\.pem cannot be read \(ENOENT\)/,
    );
    const empty = join(dir, "empty.pem");
    await writeFile(empty, "words");
    await expect(access(empty)).rejects.toThrow(/no certificate in PEM form/);
  });
});

describe("a watcher over TLS", () => {
  it("reads mail by a connection that our own authority vouches for", async () => {
    const bench = await WatchBench.start({ tls: ours.issue("127.0.0.1") });
    try {
      const settings = { ...parseMailboxUrl(bench.server.url, "IMAP_URL"), ca: ours.cert };
      bench.server.append(mail("over TLS"));
      bench.watch({ settings });
      await bench.recorded(1);
    } finally {
      await bench.stop();
    }
  });
});
