import { generateKeyPairSync } from "node:crypto";
import { dkimSign } from "mailauth/lib/dkim/sign.js";
import { describe, expect, test } from "vitest";
import { createMailAuthenticator } from "../../src/channels/email/authenticate/authenticate-mail.ts";
import { checkByDns, type DnsResolve } from "../../src/channels/email/authenticate/check-by-dns.ts";
import { parseMail } from "../../src/channels/email/parse/parse-mail.ts";
import { judgeSender } from "../../src/core/authentication.ts";
import type { InboundEmail } from "../../src/core/inbound.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const KEY = publicKey.export({ type: "spki", format: "der" }).toString("base64");
const NOT_THERE = Object.assign(new Error("no such record"), { code: "ENOTFOUND" });

/** A nameserver with these TXT records and nothing else. */
function zone(records: Record<string, string>): DnsResolve & { asked: string[] } {
  const asked: string[] = [];
  const resolve = async (name: string, type: string) => {
    asked.push(`${type} ${name}`);
    const record = type === "TXT" ? records[name] : undefined;
    if (record === undefined) throw NOT_THERE;
    return [[record]];
  };
  return Object.assign(resolve, { asked });
}

const CUSTOMER = {
  "s1._domainkey.customer.example": `v=DKIM1; k=rsa; p=${KEY}`,
  "_dmarc.customer.example": "v=DMARC1; p=reject",
  "customer.example": "v=spf1 ip4:203.0.113.7 -all",
};

const MAIL = [
  "From: Ada <ada@customer.example>",
  "To: support@desk.example",
  "Subject: =?utf-8?q?Dr=C3=BCcker?=",
  "Date: Thu, 08 Aug 2019 10:12:00 +0200",
  "Message-ID: <m1@customer.example>",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: 8bit",
  "",
  "Der Drücker ist kaputt.",
  "",
].join("\r\n");

async function signed(mail = MAIL, domain = "customer.example"): Promise<string> {
  const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { signatures } = await dkimSign(mail, {
    algorithm: "rsa-sha256",
    canonicalization: "relaxed/relaxed",
    signTime: new Date("2019-08-08T08:12:00Z"),
    signingDomain: domain,
    selector: "s1",
    privateKey: key,
    signatureData: [{ signingDomain: domain, selector: "s1", privateKey: key }],
  });
  return `${signatures}${mail}`;
}

async function parsed(source: string): Promise<InboundEmail> {
  const origin = { account: "test", externalId: "1", receivedAt: new Date(0) };
  const mail = await parseMail(new TextEncoder().encode(source), origin);
  if (mail.channel !== "email") throw new Error(mail.reason);
  return mail;
}

const RECEIVED = (ip: string) =>
  `Received: from out.example (out.example [${ip}])\r\n\tby mx.desk.example with ESMTPS; ${new Date().toUTCString()}\r\n`;

describe("checkByDns", () => {
  test("a real signature of the sender's domain is verified, with any line ends", async () => {
    const source = await signed();
    for (const one of [source, source.replaceAll("\r\n", "\n")]) {
      const results = await checkByDns(await parsed(one), { resolve: zone(CUSTOMER) });
      expect(results).toEqual({ server: "deskhand", spf: "none", dkim: "pass", dmarc: "pass" });
      expect(judgeSender(results)).toBe("verified");
    }
  });

  test("a body that was changed under its signature is forged", async () => {
    const source = (await signed()).replace("kaputt", "bezahlt");
    const results = await checkByDns(await parsed(source), { resolve: zone(CUSTOMER) });
    expect(results).toMatchObject({ dmarc: "fail" });
    expect(results?.dkim).not.toBe("pass");
    expect(judgeSender(results)).toBe("forged");
  });

  test("another domain's signature does not vouch for the sender", async () => {
    const evil = { ...CUSTOMER, "s1._domainkey.evil.example": `v=DKIM1; k=rsa; p=${KEY}` };
    const results = await checkByDns(await parsed(await signed(MAIL, "evil.example")), {
      resolve: zone(evil),
    });
    expect(results).toMatchObject({ dkim: "pass", dmarc: "fail" });
    expect(judgeSender(results)).toBe("forged");
  });

  test("SPF vouches by the client of the border server, and only there", async () => {
    const mail = `Return-Path: <ada@customer.example>\r\nReceived: from localhost ([127.0.0.1]) by mx.desk.example; x\r\n`;
    const resolve = zone(CUSTOMER);
    const good = await checkByDns(await parsed(`${mail}${RECEIVED("203.0.113.7")}${MAIL}`), { resolve });
    expect(good).toMatchObject({ spf: "pass", dmarc: "pass" });
    const forged = `${mail}${RECEIVED("198.51.100.66")}${RECEIVED("203.0.113.7")}${MAIL}`;
    expect(await checkByDns(await parsed(forged), { resolve })).toMatchObject({ spf: "none", dmarc: "fail" });
    const nameless = `${mail}Received: from out.example by mx.desk.example; x\r\n${RECEIVED("203.0.113.7")}${MAIL}`;
    expect(await checkByDns(await parsed(nameless), { resolve })).toBeNull();
  });

  test("a domain without records says nothing", async () => {
    const results = await checkByDns(await parsed(`${RECEIVED("198.51.100.66")}${MAIL}`), {
      resolve: zone({}),
    });
    expect(results).toEqual({ server: "deskhand", spf: "none", dkim: "none", dmarc: "none" });
    expect(judgeSender(results)).toBe("unknown");
  });

  test("what came from within the house unsigned, or long ago, is not looked up", async () => {
    const resolve = zone(CUSTOMER);
    const inside = `Received: from app ([10.0.0.7]) by mx.desk.example; x\r\n${MAIL}`;
    const old = (await signed(MAIL)).replace(
      /^/,
      "Received: by mx.desk.example; Thu, 8 Aug 2019 10:12:01 +0200\r\n",
    );
    for (const source of [MAIL, inside, old])
      expect(await checkByDns(await parsed(source), { resolve })).toBeNull();
    expect(resolve.asked).toEqual([]);
  });

  test.each([
    ["refuses", async () => Promise.reject(Object.assign(new Error("refused"), { code: "EREFUSED" }))],
    ["times out", async () => Promise.reject(Object.assign(new Error("slow"), { code: "ETIMEOUT" }))],
    ["never answers", () => new Promise<never>(() => {})],
  ])("a nameserver that %s leaves the mail unknown, in time", async (_, resolve) => {
    const start = performance.now();
    expect(await checkByDns(await parsed(await signed()), { resolve, timeMsMax: 200 })).toBeNull();
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("createMailAuthenticator", () => {
  const AT_GOOGLE = (results: string) =>
    `Received: from out.example (out.example [198.51.100.66])\r\n by mx.google.com with ESMTPS; x\r\nAuthentication-Results: mx.google.com; ${results}\r\n`;
  const none = { servers: [], sealers: [] };

  test("the word of a provider that takes its name off incoming mail is enough: the DNS is not asked", async () => {
    const resolve = zone(CUSTOMER);
    const authenticate = createMailAuthenticator({ ...none, dns: { resolve } });
    const mail = await authenticate(await parsed(`${AT_GOOGLE("dkim=pass; dmarc=pass")}${MAIL}`));
    expect(mail.authentication).toMatchObject({ server: "mx.google.com", dmarc: "pass" });
    expect(resolve.asked).toEqual([]);
  });

  test("a pass that the sender could have written is looked up, and found out", async () => {
    const authenticate = createMailAuthenticator({ ...none, dns: { resolve: zone(CUSTOMER) } });
    const claim = "Authentication-Results: mx.desk.example; dmarc=pass\r\n";
    const forged = await authenticate(await parsed(`${RECEIVED("198.51.100.66")}${claim}${MAIL}`));
    expect(forged.authentication).toMatchObject({ server: "deskhand", dmarc: "fail" });
  });

  test("with MAIL_AUTHSERV_ID only that name counts, and only on top", async () => {
    const policy = { servers: ["mail.desk.example"], sealers: [], dns: null };
    const authenticate = createMailAuthenticator(policy);
    const own = "Authentication-Results: mail.desk.example; dmarc=fail\r\n";
    const other = "Authentication-Results: mx.google.com; dmarc=pass\r\n";
    const read = async (headers: string) =>
      (await authenticate(await parsed(`${headers}${MAIL}`))).authentication;
    expect(await read(`${own}${other}`)).toMatchObject({ server: "mail.desk.example", dmarc: "fail" });
    expect(await read(`${other}${own}`)).toBeNull();
    expect(await read(other)).toBeNull();
  });

  test("a forwarder's seal counts where the chain holds and the forwarder is ours", async () => {
    const seals = [
      "Authentication-Results: mx.google.com; spf=fail; dmarc=fail; arc=pass (i=1)",
      "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=forwarder.example; s=x; b=x",
      "ARC-Authentication-Results: i=1; mx.forwarder.example; dkim=pass; spf=pass; dmarc=pass",
      "",
    ].join("\r\n");
    const border = "Received: from out.example (out.example [198.51.100.66])\r\n by mx.google.com; x\r\n";
    const read = async (sealers: string[], text = seals) =>
      (
        await createMailAuthenticator({ servers: [], sealers, dns: null })(
          await parsed(`${border}${text}${MAIL}`),
        )
      ).authentication?.dmarc;
    expect(await read(["forwarder.example"])).toBe("pass");
    expect(await read(["other.example"])).toBe("fail");
    expect(await read([])).toBe("fail");
    expect(await read(["forwarder.example"], seals.replace("arc=pass", "arc=fail"))).toBe("fail");
    const later = seals.replace("ARC-Auth", "ARC-Seal: i=2; cv=pass; d=evil.example; b=x\r\nARC-Auth");
    expect(await read(["forwarder.example"], later)).toBe("fail");
  });

  test("a DNS that stays silent delays three mails, and then none for a while", async () => {
    let asked = 0;
    const resolve = () => {
      asked++;
      return new Promise<never>(() => {});
    };
    const authenticate = createMailAuthenticator({ ...none, dns: { resolve, timeMsMax: 50 } });
    const mail = await parsed(await signed());
    for (let count = 0; count < 3; count++) await authenticate(mail);
    const before = asked;
    expect(before).toBeGreaterThanOrEqual(3);
    for (let count = 0; count < 5; count++) expect((await authenticate(mail)).authentication).toBeNull();
    expect(asked).toBe(before);
  });

  test("without the DNS what the mail says is kept; while the DNS is away only what speaks against it", async () => {
    const away = { resolve: () => Promise.reject(Object.assign(new Error("x"), { code: "EREFUSED" })) };
    const read = async (results: string, dns: typeof away | null) => {
      const source = `${RECEIVED("198.51.100.66")}Authentication-Results: mx.desk.example; ${results}\r\n${MAIL}`;
      return (await createMailAuthenticator({ ...none, dns })(await parsed(source))).authentication;
    };
    expect(await read("dmarc=pass", null)).toMatchObject({ dmarc: "pass" });
    expect(await read("dmarc=pass", away)).toBeNull();
    expect(await read("dmarc=fail", away)).toMatchObject({ dmarc: "fail" });
  });
});

describe("judgeSender", () => {
  const results = (
    dmarc: "pass" | "fail" | "none" | "temperror",
    spf: "pass" | "fail" | "none",
    dkim: "pass" | "none",
  ) => ({ server: "x", dmarc, spf, dkim }) as const;
  test.each([
    [null, "unknown"],
    [results("pass", "fail", "none"), "verified"],
    [results("fail", "pass", "pass"), "forged"],
    [results("none", "fail", "none"), "forged"],
    [results("none", "fail", "pass"), "unknown"],
    [results("none", "none", "none"), "unknown"],
    [results("temperror", "none", "none"), "unknown"],
  ] as const)("%j is %s", (given, standing) => {
    expect(judgeSender(given)).toBe(standing);
  });
});
