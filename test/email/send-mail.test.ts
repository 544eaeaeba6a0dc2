import { createServer, type Server } from "node:net";
import type { SMTPServerOptions } from "smtp-server";
import { afterEach, describe, expect, it } from "vitest";
import {
  createMailSender,
  type MailSenderOptions,
  type SmtpMailSender,
} from "../../src/channels/email/send/send-mail.ts";
import type { OutgoingMail } from "../../src/core/delivery.ts";
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
    expect(await sender.send(MAIL)).toEqual({ state: "sent", response: expect.stringMatching(/^250/) });
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

  it("names the recipients that the server refused where it took others", async () => {
    const { sender } = await start(
      refuseRecipient({ "boss@customer.example": smtpError(550, "5.1.1 No such user") }),
    );
    const result = await sender.send(MAIL);
    expect(result).toMatchObject({ state: "sent" });
    expect(result.state === "sent" && result.response).toMatch(
      /not for boss@customer\.example: 550 5\.1\.1 No such user/,
    );
  });
});

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
    expect(await sender.send(MAIL)).toEqual({ state: "rejected", error: expect.stringMatching(/^55\d/) });
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
