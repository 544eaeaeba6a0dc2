import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { checkImap } from "../../src/channels/email/imap/client.ts";
import { createMailboxReader, createMailboxSource } from "../../src/channels/email/imap/reader.ts";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { expiredCertificate, TestMailbox, type TestMailboxOptions } from "../helpers/mailbox.ts";

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(options: TestMailboxOptions = {}): Promise<TestMailbox> {
  const server = await TestMailbox.start(options);
  cleanUp.push(() => server.stop());
  return server;
}

const mail = (subject: string) => `From: ada@customer.example\r\nSubject: ${subject}\r\n\r\nwords\r\n`;

describe("checkImap", () => {
  it("is content with a mailbox that opens", async () => {
    const server = await start();
    expect(await checkImap(server.settings)).toEqual({ ok: true });
    expect(server.logins).toBe(1);
  });

  it("says that the password is wrong, and not which", async () => {
    const check = await checkImap({ ...(await start()).settings, password: "wr0ng" });
    expect(check).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/refused the user name or password of support@desk\.example/),
      fix: expect.stringMatching(/IMAP_URL/),
    });
    expect(JSON.stringify(check)).not.toContain("wr0ng");
  });

  it("says that the mailbox does not exist", async () => {
    const check = await checkImap({ ...(await start()).settings, folder: "Nowhere" });
    expect(check).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/mailbox Nowhere .* does not exist/),
    });
  });

  it("says that nothing listens there", async () => {
    const { settings, stop } = await start().then((server) => ({
      settings: server.settings,
      stop: () => server.stop(),
    }));
    await stop();
    expect(await checkImap(settings)).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^Nothing accepts/),
    });
  });

  it("says that a host name is not known", async () => {
    const check = await checkImap({ ...(await start()).settings, host: "no-such-host.invalid" });
    expect(check).toMatchObject({ ok: false, problem: expect.stringMatching(/no-such-host\.invalid/) });
  });

  it("does not trust a certificate that nobody vouches for", async () => {
    const check = await checkImap((await start({ tls: expiredCertificate() })).settings);
    expect(check).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/certificate .* is not trusted/),
    });
  });

  it("says that the server does not speak TLS", async () => {
    const check = await checkImap({ ...(await start()).settings, tls: "implicit" });
    expect(check).toMatchObject({ ok: false, fix: expect.stringMatching(/143/) });
  });

  it("sends no password where STARTTLS is asked for and not offered", async () => {
    const server = await start();
    const check = await checkImap({ ...server.settings, tls: "starttls" });
    expect(check).toMatchObject({ ok: false, problem: expect.stringMatching(/STARTTLS/) });
    expect(server.logins).toBe(0);
  });

  it("gives up on a server that says nothing", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    cleanUp.push(() => new Promise((resolve) => silent.close(resolve)));
    const { port } = silent.address() as { port: number };
    const timings = { connectMs: 500, greetingMs: 50, socketMs: 500 };
    const check = await checkImap({ ...(await start()).settings, port }, timings);
    expect(check).toMatchObject({ ok: false, problem: expect.stringMatching(/says nothing/) });
  });
});

describe("createMailboxReader", () => {
  it("fetches a mail by its UID; null for one that has gone", async () => {
    const server = await start();
    for (const subject of ["one", "two"]) server.append(mail(subject), new Date("2026-11-02T10:00:00Z"));
    const reader = await createMailboxReader(server.settings);
    cleanUp.push(() => reader.close());
    server.expunge(1);
    expect(reader.uidValidity).toBe(server.uidValidity);
    const fetched = await reader.fetchMail(2);
    expect(Buffer.from(fetched?.raw ?? []).toString()).toBe(mail("two"));
    expect(fetched?.receivedAt).toEqual(new Date("2026-11-02T10:00:00Z"));
    expect(await reader.fetchMail(1)).toBeNull();
    expect(server.flags).toEqual([]);
  });
});

describe("createMailboxSource", () => {
  it("lists what is ours to explain, by the ledger's ids, and parses what is missing", async () => {
    const server = await start();
    for (const subject of ["old", "ours", "ours too"]) server.append(mail(subject));
    const cursor = { uidValidity: 11, firstUid: 2, lastUid: 2, since: new Date(0) };
    const source = await createMailboxSource({
      settings: server.settings,
      cursor,
      since: "now",
      parse: parseMail,
    });
    cleanUp.push(() => source.close());
    const ids: string[] = [];
    for await (const batch of source.listExternalIds()) ids.push(...batch);
    expect(ids).toEqual(["11:2", "11:3"]);
    expect(await source.fetch("11:3")).toMatchObject({
      channel: "email",
      account: "support@desk.example/INBOX",
      externalId: "11:3",
      subject: "ours too",
    });
    server.expunge(3);
    expect(await source.fetch("11:3")).toBeNull();
    expect(await source.fetch("10:3")).toBeNull();
  });

  it("leaves what is above the cursor to the watcher, where one runs", async () => {
    const server = await start();
    for (const subject of ["old", "recorded", "on its way"]) server.append(mail(subject));
    const source = await createMailboxSource({
      settings: server.settings,
      cursor: { uidValidity: 11, firstUid: 2, lastUid: 2, since: new Date(0) },
      since: "now",
      parse: parseMail,
      onlyBelowCursor: true,
    });
    cleanUp.push(() => source.close());
    const ids: string[] = [];
    for await (const batch of source.listExternalIds()) ids.push(...batch);
    expect(ids).toEqual(["11:2"]);
  });

  it("fetches many at once, in few commands, and leaves out what has gone", async () => {
    const server = await start();
    for (let i = 1; i <= 250; i++) server.append(mail(`mail ${i}`));
    const source = await createMailboxSource({
      settings: server.settings,
      cursor: null,
      since: "all",
      parse: parseMail,
    });
    cleanUp.push(() => source.close());
    server.expunge(5);
    const wanted = Array.from({ length: 250 }, (_none, index) => `11:${index + 1}`);
    const subjects: string[] = [];
    for await (const { message } of source.fetchMany(wanted))
      if (message.channel === "email") subjects.push(message.subject);
    expect(subjects).toHaveLength(249);
    expect(subjects).not.toContain("mail 5");
    expect(server.commands.filter((command) => command.startsWith("UID FETCH")).length).toBeLessThan(20);
  });
});
