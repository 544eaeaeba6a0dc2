import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ImapFlow } from "imapflow";
import nodemailer from "nodemailer";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDemoMailServer, type DemoMailServer } from "../../src/demo/mail-server.ts";

const SUPPORT = "support@deskhand.example";
const CUSTOMER = "ada@customer.example";

let dir: string;
const servers: DemoMailServer[] = [];
const clients: ImapFlow[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "deskhand-mail-"));
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) await server.stop();
  await rm(dir, { recursive: true });
});

async function startServer(): Promise<DemoMailServer> {
  const server = await createDemoMailServer({ dir, imapAddresses: [SUPPORT] });
  servers.push(server);
  return server;
}

function uidsOf(client: ImapFlow): { uidValidity: bigint; uidNext: number } {
  if (client.mailbox === false) throw new Error("No mailbox is open.");
  return { uidValidity: client.mailbox.uidValidity, uidNext: client.mailbox.uidNext };
}

async function openInbox(server: DemoMailServer): Promise<ImapFlow> {
  const url = new URL(server.imapUrl(SUPPORT));
  const client = new ImapFlow({
    host: url.hostname,
    port: Number(url.port),
    secure: false,
    auth: { user: decodeURIComponent(url.username), pass: url.password },
    logger: false,
  });
  client.on("error", () => {});
  clients.push(client);
  await client.connect();
  await client.mailboxOpen("INBOX");
  return client;
}

async function sendMail(server: DemoMailServer, raw: string | Buffer, to: string | string[] = SUPPORT) {
  const transport = nodemailer.createTransport(server.smtpUrl);
  try {
    return await transport.sendMail({ envelope: { from: CUSTOMER, to }, raw });
  } finally {
    transport.close();
  }
}

function mailOf(subject: string, body = "Hello\r\n"): string {
  return `Message-ID: <${subject}@customer.example>\r\nFrom: ${CUSTOMER}\r\nTo: ${SUPPORT}\r\nSubject: ${subject}\r\n\r\n${body}`;
}

async function fetchAll(client: ImapFlow): Promise<{ uid: number; source: string; size: number }[]> {
  const mails: { uid: number; source: string; size: number }[] = [];
  for await (const mail of client.fetch("1:*", { uid: true, source: true, size: true }, { uid: true })) {
    mails.push({ uid: mail.uid, source: mail.source?.toString("latin1") ?? "", size: mail.size ?? -1 });
  }
  return mails;
}

test("a mail accepted by SMTP stands in the recipient's INBOX byte for byte, 8-bit and leading dots included", async () => {
  const server = await startServer();
  const raw = Buffer.from(
    mailOf("bytes", ".a line that starts with a dot\r\n..two\r\nna\u00efve \u00e9\r\n"),
    "latin1",
  );
  await sendMail(server, raw);

  const [mail] = await fetchAll(await openInbox(server));
  expect(mail?.source.endsWith(raw.toString("latin1"))).toBe(true);
  expect(mail?.source).toMatch(
    /^Return-Path: <ada@customer\.example>\r\nReceived: by mail\.deskhand\.example /,
  );
  expect(mail?.size).toBe(mail?.source.length);
});

test("a client that idles is told of a new mail at once", async () => {
  const server = await startServer();
  const client = await openInbox(server);
  const told = new Promise<{ count: number; prevCount: number }>((resolve) => {
    client.on("exists", ({ count, prevCount }) => resolve({ count, prevCount }));
  });
  const idling = client.idle();
  await sendMail(server, mailOf("push"));
  expect(await told).toEqual({ count: 1, prevCount: 0 });

  const mails = await fetchAll(client);
  await idling;
  expect(mails.map(({ uid }) => uid)).toEqual([1]);
});

test("accepted mails, their UIDs and UIDVALIDITY outlive the server, which is never asked to save", async () => {
  const first = await startServer();
  for (const subject of ["one", "two", "three"]) await sendMail(first, mailOf(subject));
  const before = await openInbox(first);
  const mailsBefore = await fetchAll(before);
  const { uidValidity } = uidsOf(before);

  // No stop(): a second server on the same folder sees what a killed one has left.
  const second = await startServer();
  const after = await openInbox(second);
  expect(uidsOf(after)).toEqual({ uidValidity, uidNext: 4 });
  expect(await fetchAll(after)).toEqual(mailsBefore);

  await sendMail(second, mailOf("four"));
  await after.noop();
  expect((await fetchAll(after)).map(({ uid }) => uid)).toEqual([1, 2, 3, 4]);
  expect(second.mailbox(SUPPORT).map(({ uid }) => uid)).toEqual([1, 2, 3, 4]);
});

test("a half-written mail of a killed server is not a mail, and its UID is given to the next one", async () => {
  const first = await startServer();
  await sendMail(first, mailOf("whole"));
  await first.stop();
  servers.splice(0);
  await writeFile(join(dir, SUPPORT, ".2.eml.part"), "Message-ID: <ha");

  const second = await startServer();
  await sendMail(second, mailOf("next"));
  expect(second.mailbox(SUPPORT).map(({ uid }) => uid)).toEqual([1, 2]);
  expect((await readdir(join(dir, SUPPORT))).sort()).toEqual(["1.eml", "2.eml", "uidvalidity"]);
});

test("each recipient gets one copy, a plus-address leads to the mailbox before the plus", async () => {
  const server = await startServer();
  await sendMail(server, mailOf("many"), [
    "support+t1042@deskhand.example",
    "Support@Deskhand.example",
    CUSTOMER,
    "new@customer.example",
  ]);
  expect(server.mailbox(SUPPORT)).toHaveLength(1);
  expect(server.mailbox(CUSTOMER)).toHaveLength(1);
  expect(server.mailbox("new@customer.example")).toHaveLength(1);
  expect(server.mailbox("nobody@customer.example")).toEqual([]);
});

test("mails that arrive together each get a UID of their own", async () => {
  const server = await startServer();
  await Promise.all(Array.from({ length: 20 }, (_, i) => sendMail(server, mailOf(`together-${i}`))));
  const mails = await fetchAll(await openInbox(server));
  expect(mails.map(({ uid }) => uid)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(new Set(mails.map(({ source }) => /^Subject: (.*)$/m.exec(source)?.[1])).size).toBe(20);
});

test("an address that cannot be a folder is refused for good, not written elsewhere", async () => {
  const server = await startServer();
  await expect(sendMail(server, mailOf("escape"), "etc/passwd@customer.example")).rejects.toMatchObject({
    responseCode: 550,
  });
  expect(await readdir(dir)).toEqual([SUPPORT]);
});

test("a wrong IMAP password is refused", async () => {
  const server = await startServer();
  const url = new URL(server.imapUrl(SUPPORT));
  const client = new ImapFlow({
    host: url.hostname,
    port: Number(url.port),
    secure: false,
    auth: { user: SUPPORT, pass: "wrong" },
    logger: false,
  });
  client.on("error", () => {});
  await expect(client.connect()).rejects.toMatchObject({ authenticationFailed: true });
});
