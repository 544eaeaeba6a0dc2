import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:net";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import {
  createMailSender,
  type MailSenderOptions,
  type SmtpMailSender,
} from "../../src/channels/email/send/send-mail.ts";
import type { OutgoingMail } from "../../src/core/delivery.ts";
import type { InboundEmail } from "../../src/core/inbound.ts";
import { type SmtpSink, smtpError, startSmtpSink } from "../helpers/smtp-sink.ts";

const MAIL: OutgoingMail = {
  messageId: "<one.1042@desk.example>",
  from: { address: "support@desk.example", name: "Support" },
  to: [{ address: "ada@customer.example", name: "Ada" }],
  cc: [{ address: "boss@customer.example", name: "" }],
  replyTo: null,
  subject: "Re: [#1042] Printer",
  text: "We are on it.",
  inReplyTo: null,
  references: [],
  automatic: false,
};

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(options: SMTPServerOptions = {}, sender: Partial<MailSenderOptions> = {}) {
  const sink = await startSmtpSink(options);
  cleanUp.push(() => sink.stop());
  return { sink, sender: open({ smtpUrl: sink.url, ...sender }) };
}

function open(options: MailSenderOptions): SmtpMailSender {
  const sender = createMailSender(options);
  cleanUp.push(() => sender.close());
  return sender;
}

const refuseRecipient = (refusals: Record<string, Error>): SMTPServerOptions => ({
  onRcptTo: ({ address }, _session, callback) => callback(refusals[address] ?? null),
});

describe("sending", () => {
  it("reaches To and CC from our address, under the Message-ID that it was given", async () => {
    const { sink, sender } = await start();
    expect(await sender.send(MAIL)).toEqual({
      state: "sent",
      response: expect.stringMatching(/^250/),
      providerMessageId: null,
    });
    expect(sink.mails).toHaveLength(1);
    expect(sink.mails[0]).toMatchObject({
      from: "support@desk.example",
      to: ["ada@customer.example", "boss@customer.example"],
    });
    expect(sink.mails[0]?.raw).toContain("Message-ID: <one.1042@desk.example>");
  });

  it("uses its connections again", async () => {
    const { sink, sender } = await start({}, { connectionsMax: 2 });
    await Promise.all(Array.from({ length: 20 }, () => sender.send(MAIL)));
    expect(sink.mails).toHaveLength(20);
    expect(sink.connectionCount()).toBeLessThanOrEqual(2);
  });

  it("lets what is being sent finish before it closes, and takes nothing after", async () => {
    const { sink, sender } = await start();
    const sending = sender.send(MAIL);
    await sender.close();
    expect(await sending).toMatchObject({ state: "sent" });
    expect(sink.mails).toHaveLength(1);
    await expect(sender.send(MAIL)).rejects.toMatchObject({ code: "unavailable" });
  });

  it("names the recipients that the server refused where it took others, and whether for good", async () => {
    const { sink, sender } = await start(
      refuseRecipient({
        "boss@customer.example": smtpError(550, "5.1.1 No such user"),
        "Busy@customer.example": smtpError(451, "4.7.1 Greylisted"),
      }),
    );
    const busy = { address: "Busy@customer.example", name: "" };
    expect(await sender.send({ ...MAIL, cc: [...MAIL.cc, busy] })).toMatchObject({
      state: "sent",
      refused: [
        { address: "boss@customer.example", permanent: true, errorClass: "address", status: "5.1.1" },
        { address: "busy@customer.example", permanent: false, errorClass: "policy", status: "4.7.1" },
      ],
    });
    expect(sink.mails.map(({ to }) => to)).toEqual([["ada@customer.example"]]);
  });

  it("asks for those alone who are still to be reached, in the same mail", async () => {
    const { sink, sender } = await start();
    await sender.send({ ...MAIL, envelopeTo: ["boss@customer.example"] });
    expect(sink.mails[0]?.to).toEqual(["boss@customer.example"]);
    expect(sink.mails[0]?.raw).toMatch(/^To: Ada <ada@customer\.example>\r?$/m);
    expect(sink.mails[0]?.raw).toMatch(/^Cc: boss@customer\.example\r?$/m);
  });

  it("has bounces sent to the envelope's own address, which no header names", async () => {
    const { sink, sender } = await start();
    await sender.send({ ...MAIL, envelopeFrom: "bounces+dabc.def@desk.example" });
    expect(sink.mails[0]?.from).toBe("bounces+dabc.def@desk.example");
    expect(sink.mails[0]?.raw).not.toContain("bounces+");
  });

  it("tells the Message-ID that the provider put in place of ours", async () => {
    const id = "<AM0PR01MB1234ABCD@AM0PR01MB1234.eurprd01.prod.outlook.com>";
    const { sender } = await start({
      onData(stream, _session, callback) {
        stream.resume();
        stream.on("end", () =>
          (callback as (error: null, text: string) => void)(null, `2.0.0 OK ${id} [Hostname=x]`),
        );
      },
    });
    expect(await sender.send(MAIL)).toMatchObject({ state: "sent", providerMessageId: id });
    const plain = await start();
    expect(await plain.sender.send(MAIL)).toMatchObject({ providerMessageId: null });
  });

  it("keeps to so many mails a minute", async () => {
    const { sink, sender } = await start({}, { mailsPerMinute: 2, connectionsMax: 1 });
    const sending = [1, 2, 3].map(() => sender.send(MAIL).catch(() => null));
    await Promise.all(sending.slice(0, 2));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(sink.mails).toHaveLength(2);
    await sink.stop();
  });

  it("signs in by XOAUTH2, and asks for a new token where the server refuses the old one", async () => {
    const tokens: string[] = [];
    const { sink } = await start({
      authOptional: false,
      allowInsecureAuth: true,
      authMethods: ["XOAUTH2"],
      onAuth({ accessToken, username }, _session, callback) {
        tokens.push(accessToken ?? "");
        if (accessToken === "fresh") callback(null, { user: username ?? "" });
        else callback(null, { data: { status: "401", schemes: "bearer" } } as never);
      },
    });
    const sender = open({
      smtpUrl: sink.url.replace("//", "//support%40desk.example@"),
      accessToken: async (renew) => (renew ? "fresh" : "stale"),
    });
    expect(await sender.send(MAIL)).toMatchObject({ state: "sent" });
    expect(tokens).toEqual(["stale", "fresh"]);
  });
});

describe("names, addresses and files from everywhere", () => {
  it("writes names of any script as RFC 2047 has it, and domains of any script in ASCII", async () => {
    const { sink, sender } = await start();
    const to = [{ address: "ada@bücher.example", name: 'Добри́на "D" Стоянова, 佐藤' }];
    expect(await sender.send({ ...MAIL, to, cc: [] })).toMatchObject({ state: "sent" });
    const raw = sink.mails[0]?.raw ?? "";
    expect(raw).toContain("<ada@xn--bcher-kva.example>");
    const head = raw.slice(0, raw.indexOf("\r\n\r\n"));
    expect(head).toMatch(/^[\x20-\x7e\r\n\t]*$/);
    expect((await read(raw)).to).toEqual([{ address: expect.stringContaining("ada@"), name: to[0]?.name }]);
  });

  it("asks for SMTPUTF8 where an address needs it, and only there", async () => {
    const asked: unknown[] = [];
    const { sink, sender } = await start({
      onMailFrom({ args }, _session, callback) {
        asked.push((args as { SMTPUTF8?: unknown } | false) && (args as { SMTPUTF8?: unknown }).SMTPUTF8);
        callback();
      },
    });
    const send = (address: string) => sender.send({ ...MAIL, to: [{ address, name: "" }], cc: [] });
    expect(await send("用户@例子.example")).toMatchObject({ state: "sent" });
    expect(await send("ada@customer.example")).toMatchObject({ state: "sent" });
    expect(asked.map(Boolean)).toEqual([true, false]);
    expect(sink.mails[0]?.to[0]).toMatch(/^用户@/);
  });

  it("carries files byte for byte, under names that cannot become headers or paths", async () => {
    const { sink, sender } = await start();
    const content = Uint8Array.from({ length: 5000 }, (_none, i) => (i * 7) % 256);
    const attachments = [
      { filename: "Rechnung März – 2026.pdf", contentType: "application/pdf", content },
      { filename: 'x"\r\nX-Injected: yes\r\n.txt', contentType: "text/plain\r\nX-Injected: yes", content },
      { filename: "../../etc/passwd", contentType: "message/rfc822", content },
    ];
    await sender.send({ ...MAIL, attachments });
    const mail = await read(sink.mails[0]?.raw ?? "");
    expect(mail.headers["x-injected"]).toBeUndefined();
    expect(mail.attachments.map(({ filename }) => filename)).toEqual([
      "Rechnung März – 2026.pdf",
      expect.stringMatching(/^x"? X-Injected: yes \.txt$/),
      ".._.._etc_passwd",
    ]);
    for (const file of mail.attachments) expect([...file.content]).toEqual([...content]);
    expect(mail.text.trim()).toBe(MAIL.text);
  });

  it("keeps a long id on the line of its header's name", async () => {
    const { sink, sender } = await start();
    const messageId = `<t1042.${"a".repeat(90)}@desk.example>`;
    await sender.send({ ...MAIL, messageId, inReplyTo: messageId.replace("t1042", "other") });
    const raw = sink.mails[0]?.raw ?? "";
    expect(raw).toContain(`\r\nMessage-ID: ${messageId}\r\n`);
    expect(raw).toMatch(/\r\nIn-Reply-To: <other\.a+@desk\.example>\r\n/);
  });

  it("folds a long chain of References within RFC 5322's 998 octets a line, whole", async () => {
    const { sink, sender } = await start();
    const references = Array.from({ length: 18 }, (_none, i) => `<${"r".repeat(60)}${i}@customer.example>`);
    await sender.send({ ...MAIL, references, inReplyTo: references.at(-1) ?? null });
    const raw = sink.mails[0]?.raw ?? "";
    expect(Math.max(...raw.split("\r\n").map((line) => line.length))).toBeLessThanOrEqual(998);
    expect((await read(raw)).references).toEqual(references);
  });
});

describe("DKIM", () => {
  it("signs with the configured key, so that a receiver's check passes, and a change of the words breaks it", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "der" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const { sink, sender } = await start(
      {},
      { dkim: { domain: "desk.example", selector: "s1", privateKey } },
    );
    const messageId = `<t1042.${"a".repeat(70)}@desk.example>`;
    await sender.send({ ...MAIL, messageId, automatic: true, inReplyTo: "<a@b.example>" });
    const raw = sink.mails[0]?.raw ?? "";
    const asked: string[] = [];
    const resolver = async (name: string) => {
      asked.push(name);
      return [[`v=DKIM1; k=rsa; p=${publicKey.toString("base64")}`]];
    };
    const results = async (source: string) => {
      const { results } = await dkimVerify(Buffer.from(source), { resolver } as never);
      return results.map(({ status, signingDomain }) => [status.result, signingDomain]);
    };
    expect(await results(raw)).toEqual([["pass", "desk.example"]]);
    expect(asked).toEqual(["s1._domainkey.desk.example"]);
    expect(raw).toMatch(/h=[^;]*From[^;]*Subject/is);
    expect((await results(raw.replaceAll("We are on it", "Send us money")))[0]?.[0]).not.toBe("pass");
    expect((await results(raw.replace("[#1042] Printer", "[#1043] Printer")))[0]?.[0]).not.toBe("pass");
  });

  it("leaves mail alone where no key is configured", async () => {
    const { sink, sender } = await start();
    await sender.send(MAIL);
    expect(sink.mails[0]?.raw).not.toMatch(/^DKIM-Signature/im);
  });
});

/** What arrives, read by our own parser. */
async function read(raw: string): Promise<InboundEmail> {
  const origin = { account: "x", externalId: "1:1", receivedAt: new Date(0) };
  const parsed = await parseMail(Buffer.from(raw), origin);
  if (parsed.channel !== "email") throw new Error("It cannot be read.");
  return parsed;
}

describe("a refusal for good is a rejected mail", () => {
  it.each([
    [
      "all recipients",
      refuseRecipient({
        "ada@customer.example": smtpError(550, "no"),
        "boss@customer.example": smtpError(553, "no"),
      }),
    ],
    ["the sender", { onMailFrom: (_address, _session, callback) => callback(smtpError(550, "not you")) }],
    [
      "the content",
      {
        onData(stream, _session, callback) {
          stream.resume();
          stream.on("end", () => callback(smtpError(554, "spam")));
        },
      },
    ],
  ] as [string, SMTPServerOptions][])("%s", async (_what, options) => {
    const { sender } = await start(options);
    expect(await sender.send(MAIL)).toMatchObject({
      state: "rejected",
      error: expect.stringMatching(/^55\d/),
    });
  });

  it("of a mail that is larger than the server says it takes, which is not even tried", async () => {
    const { sink, sender } = await start({ size: 100_000 });
    const file = {
      filename: "a.bin",
      contentType: "application/octet-stream",
      content: new Uint8Array(200_000),
    };
    expect(await sender.send({ ...MAIL, attachments: [file] })).toMatchObject({
      state: "rejected",
      errorClass: "too-large",
    });
    expect(sink.mails).toEqual([]);
    expect(await sender.send(MAIL)).toMatchObject({ state: "sent" });
  });

  it("of a mail whose size the server minds only when it has read it", async () => {
    const { sender } = await start({
      onData(stream, _session, callback) {
        stream.resume();
        stream.on("end", () => callback(smtpError(552, "5.3.4 Message too big for system")));
      },
    });
    expect(await sender.send(MAIL)).toMatchObject({ state: "rejected", errorClass: "too-large" });
  });
});

describe("a temporary failure rejects, so that it is tried again", () => {
  const unavailable = { code: "unavailable", retryable: true };

  it.each([
    [
      "4xx for the sender",
      { onMailFrom: (_address, _session, callback) => callback(smtpError(451, "later")) },
    ],
    [
      "4xx for one recipient, 5xx for the other",
      refuseRecipient({
        "ada@customer.example": smtpError(450, "later"),
        "boss@customer.example": smtpError(550, "no"),
      }),
    ],
    [
      "5xx at the greeting: it refuses us, not the mail",
      { onConnect: (_session, callback) => callback(smtpError(554, "go away")) },
    ],
  ] as [string, SMTPServerOptions][])("%s", async (_what, options) => {
    const { sender } = await start(options);
    await expect(sender.send(MAIL)).rejects.toMatchObject(unavailable);
  });

  it("421: the server goes down, and says so", async () => {
    const { sender } = await start(
      refuseRecipient({
        "ada@customer.example": smtpError(421, "4.3.2 Shutting down"),
        "boss@customer.example": smtpError(421, "4.3.2 Shutting down"),
      }),
    );
    await expect(sender.send(MAIL)).rejects.toMatchObject({ ...unavailable, errorClass: "server" });
  });

  it("and tells which of the recipients are refused for good all the same", async () => {
    const { sender } = await start(
      refuseRecipient({
        "ada@customer.example": smtpError(450, "4.2.1 later"),
        "boss@customer.example": smtpError(550, "5.1.1 no such user"),
      }),
    );
    await expect(sender.send(MAIL)).rejects.toMatchObject({
      ...unavailable,
      refused: [
        { address: "ada@customer.example", permanent: false },
        { address: "boss@customer.example", permanent: true, errorClass: "address" },
      ],
    });
  });

  it("a connection that breaks after DATA, with a single try", async () => {
    let tries = 0;
    const { sink, sender } = await start({
      onData(stream) {
        tries++;
        stream.resume();
        stream.on("end", () => sink.dropConnections());
      },
    });
    await expect(sender.send(MAIL)).rejects.toMatchObject(unavailable);
    expect(tries).toBe(1);
  });

  it("a server that hangs up before it says anything, with a single try", async () => {
    let connections = 0;
    const curt: Server = createServer((socket) => {
      connections++;
      socket.on("error", () => {});
      socket.end();
    });
    await new Promise<void>((resolve) => curt.listen(0, "127.0.0.1", resolve));
    cleanUp.push(() => new Promise((resolve) => curt.close(resolve)));
    const { port } = curt.address() as { port: number };
    await expect(open({ smtpUrl: `smtp://127.0.0.1:${port}` }).send(MAIL)).rejects.toMatchObject(unavailable);
    expect(connections).toBe(1);
  });

  it("a server that is not there", async () => {
    const { sink, sender } = await start();
    await sink.stop();
    await expect(sender.send(MAIL)).rejects.toMatchObject({
      ...unavailable,
      message: expect.stringMatching(/^Nothing accepts connections at 127\.0\.0\.1:\d+\.$/),
    });
  });

  it("a wrong password, which is no fault of the mail", async () => {
    const sender = open({ smtpUrl: (await withAuth()).url.replace("//", "//support:wrong@") });
    await expect(sender.send(MAIL)).rejects.toMatchObject(unavailable);
  });
});

function withAuth(): Promise<SmtpSink> {
  return startSmtpSink({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, callback) {
      if (username === "support" && password === "p@ss") callback(null, { user: username });
      else callback(new Error("Invalid username or password"));
    },
  }).then((sink) => {
    cleanUp.push(() => sink.stop());
    return sink;
  });
}

describe("check", () => {
  it("is content with a server that takes our password", async () => {
    const { url } = await withAuth();
    expect(await open({ smtpUrl: url.replace("//", "//support:p%40ss@") }).check()).toEqual({ ok: true });
  });

  it("says that the password is wrong, and not which", async () => {
    const { url } = await withAuth();
    const check = await open({ smtpUrl: url.replace("//", "//support:wr0ng@") }).check();
    expect(check).toMatchObject({
      ok: false,
      kind: "refused",
      problem: expect.stringMatching(/password of support/),
    });
    expect(JSON.stringify(check)).not.toContain("wr0ng");
  });

  it("says that nothing listens there", async () => {
    const { sink, sender } = await start();
    await sink.stop();
    expect(await sender.check()).toMatchObject({
      ok: false,
      kind: "away",
      problem: expect.stringMatching(/^Nothing/),
    });
  });

  it("says that the server does not speak TLS", async () => {
    const { sink } = await start();
    const check = await open({ smtpUrl: sink.url.replace("smtp:", "smtps:") }).check();
    expect(check).toMatchObject({ ok: false, kind: "refused", fix: expect.stringMatching(/587/) });
  });

  it("gives up on a server that says nothing", async () => {
    const silent: Server = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    cleanUp.push(() => new Promise((resolve) => silent.close(resolve)));
    const { port } = silent.address() as { port: number };
    const sender = open({ smtpUrl: `smtp://127.0.0.1:${port}`, timings: { greetingMs: 50 } });
    expect(await sender.check()).toMatchObject({
      ok: false,
      kind: "away",
      problem: expect.stringMatching(/says nothing/),
    });
  });
});
