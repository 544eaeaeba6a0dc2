/** `POST /api/inbound/email` on the real application, parser and database. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createParsePool } from "../../src/channels/email/parse/parse-pool.ts";
import { connectDatabase } from "../../src/db/client.ts";
import { createMailReceiver } from "../../src/runtime/receive-mail.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";

const KEY = Buffer.alloc(32, 7);
const OLD_KEY = Buffer.alloc(32, 8);
const pool = createParsePool();
let api: Api;
beforeAll(async () => {
  api = await createApi({
    inboundEmail: { keys: [KEY, OLD_KEY], receive: createMailReceiver(pool.parse.bind(pool), DESK) },
  });
});
afterAll(async () => {
  await api.drop();
  await pool.close();
});

let count = 0;
function mail(subject: string, from = "ada@corp.example"): string {
  count++;
  return [
    `From: Ada <${from}>`,
    "To: support@desk.test",
    `Subject: ${subject}`,
    `Message-ID: <${count}@corp.example>`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    `The printer prints grüße as gr\u00fc\u00dfe. (${count})`,
    "",
  ].join("\r\n");
}

interface Signing {
  key?: Buffer;
  /** Seconds from now. */
  offset?: number;
  signed?: string;
  id?: string;
}

function sign(body: string, { key = KEY, offset = 0, signed = body, id = "msg_1" }: Signing = {}) {
  const timestamp = String(Math.floor(api.clock.now.getTime() / 1000) + offset);
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.${signed}`).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${mac}` };
}

function post(body: string, headers: Record<string, string>, query = "") {
  const all = { "content-type": "message/rfc822", ...headers };
  return api.call("POST", `/api/inbound/email${query}`, { raw: body, headers: all });
}

describe("a mail by signed request", () => {
  it("becomes a ticket, byte for byte as it came", async () => {
    const body = mail("Printer");
    const answer = await post(body, sign(body));
    expect(answer).toMatchObject({
      status: 200,
      json: {
        outcome: "ticket",
        ticket: expect.any(Number),
        messageId: `<${count}@corp.example>`,
        alreadyRecorded: false,
      },
    });
    const [raw] = await api.sql<{ source: Uint8Array }[]>`
      select source from raw_messages join intake_ledger on raw_id = raw_messages.id
      where email_message_id = ${`<${count}@corp.example>`}`;
    expect(Buffer.from(raw?.source ?? []).toString()).toBe(body);
  });

  it("is recorded once, however often it is sent", async () => {
    const body = mail("Twice");
    const answers = await Promise.all([1, 2, 3, 4].map((n) => post(body, sign(body, { id: `msg_${n}` }))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ json }) => json.ticket)).size).toBe(1);
    expect(answers.filter(({ json }) => !json.alreadyRecorded)).toHaveLength(1);
  });

  it("may be signed with a key of before, and with one of several signatures", async () => {
    const first = mail("Old key");
    expect((await post(first, sign(first, { key: OLD_KEY }))).status).toBe(200);
    const second = mail("Two signatures");
    const headers = sign(second);
    const wrong = sign(second, { key: Buffer.alloc(32, 9) })["webhook-signature"];
    headers["webhook-signature"] = `v1a,abc ${wrong} ${headers["webhook-signature"]}`;
    expect((await post(second, headers)).status).toBe(200);
  });

  it("is filed under the mailbox that received it", async () => {
    const body = mail("Billing");
    const answer = await post(body, sign(body), "?mailbox=Billing%40desk.test");
    expect(answer.status).toBe(200);
    const [row] = await api.sql<{ account: string }[]>`
      select account from intake_ledger where email_message_id = ${answer.json.messageId}`;
    expect(row?.account).toBe("billing@desk.test");
  });

  it("is parked, and so kept, where it names no sender and says nothing", async () => {
    const body = "To: support@desk.test\r\n\r\n";
    expect(await post(body, sign(body))).toMatchObject({
      status: 200,
      json: { outcome: "parked", ticket: null },
    });
  });
});

describe("a request that is not in order", () => {
  it("is refused without a signature, with another key, for another body, id or time, and records nothing", async () => {
    const body = mail("Forged");
    const good = sign(body);
    const refused: [string, Record<string, string>][] = [
      ["no headers", {}],
      ["no signature", { ...good, "webhook-signature": "" }],
      ["another scheme", { ...good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,") }],
      ["another key", sign(body, { key: Buffer.alloc(32, 9) })],
      ["another body", sign(body, { signed: `${body} ` })],
      ["another id", { ...good, "webhook-id": "msg_2" }],
      [
        "an id that moves the border",
        { ...good, "webhook-id": `${good["webhook-id"]}.${good["webhook-timestamp"]}` },
      ],
      ["another time", { ...good, "webhook-timestamp": String(Number(good["webhook-timestamp"]) + 1) }],
      ["too old", sign(body, { offset: -301 })],
      ["from the future", sign(body, { offset: 301 })],
      ["a time that is no number", { ...good, "webhook-timestamp": "now" }],
    ];
    for (const [what, headers] of refused) {
      const answer = await post(body, headers);
      expect([what, answer.status, answer.json.error.code]).toEqual([what, 401, "unauthenticated"]);
    }
    const rows =
      await api.sql`select 1 from intake_ledger where email_message_id = ${`<${count}@corp.example>`}`;
    expect(rows).toHaveLength(0);
  });

  it("is told what is wrong with an empty body, a mailbox that is none, and an unknown parameter", async () => {
    expect(await post("", sign(""))).toMatchObject({ status: 400, json: { error: { field: "body" } } });
    const body = mail("Query");
    expect(await post(body, sign(body), "?mailbox=nobody")).toMatchObject({
      status: 400,
      json: { error: { field: "mailbox" } },
    });
    expect(await post(body, sign(body), "?box=a")).toMatchObject({
      status: 400,
      json: { error: { field: "box" } },
    });
  });

  it("may carry a large mail, and gets 413 beyond 50 MiB", async () => {
    const head = "From: big@corp.example\r\nSubject: big\r\n\r\n";
    const fits = head + "a".repeat(8 * 1024 * 1024);
    expect(await post(fits, sign(fits))).toMatchObject({ status: 200, json: { outcome: "ticket" } });
    const tooLarge = head + "a".repeat(50 * 1024 * 1024);
    expect((await post(tooLarge, sign(tooLarge))).status).toBe(413);
  }, 60_000);
});

describe("while the database is away", () => {
  it("the answer is 503 with a time to try again, and the same request is recorded when it is back", async () => {
    const body = mail("Later");
    const away = connectDatabase("postgres://nobody:nothing@127.0.0.1:1/none", { max: 1 });
    const broken = await createApi({
      sql: away,
      inboundEmail: { keys: [KEY], receive: createMailReceiver(pool.parse.bind(pool), DESK) },
    });
    try {
      const headers = { "content-type": "message/rfc822", ...sign(body) };
      const answer = await broken.call("POST", "/api/inbound/email", { raw: body, headers });
      expect(answer).toMatchObject({ status: 503, json: { error: { code: "unavailable" } } });
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await post(body, headers)).toMatchObject({ status: 200, json: { outcome: "ticket" } });
    } finally {
      await away.end();
      await broken.drop();
    }
  });

  it("the door does not exist where no secret is set", async () => {
    const closed = await createApi();
    try {
      expect((await closed.call("POST", "/api/inbound/email", { raw: "x", headers: sign("x") })).status).toBe(
        404,
      );
    } finally {
      await closed.drop();
    }
  });
});
