import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertMessage } from "../../src/db/messages.ts";
import { recordInbound } from "../../src/desk/record-inbound.ts";
import { verifyEmail } from "../../src/desk/verify-email.ts";
import { type Api, createApi, DESK } from "./api-fixture.ts";
import { inboundMail } from "./mail-fixture.ts";

let api: Api;
let ada: Awaited<ReturnType<Api["signUp"]>>;
let eve: Awaited<ReturnType<Api["signUp"]>>;
let moderator: Awaited<ReturnType<Api["signUp"]>>;
let ticketId: string;
const RAW = new TextEncoder().encode("From: ada@x.example\r\nSubject: x\r\n\r\nJust \u00e9.\r\n");
const HTML =
  '<p onclick="run()">It is <b>on fire</b></p><img src="cid:shot@mail"><img src="https://track.example/1.gif"><script>run()</script>';

beforeAll(async () => {
  api = await createApi();
  [ada, eve] = [await api.signUp(), await api.signUp()];
  moderator = await api.signUpAs("moderator");
  const shot = {
    filename: "",
    contentType: "image/png",
    content: new Uint8Array([1, 2]),
    contentId: "shot@mail",
  };
  const mail = inboundMail(ada.email, { html: HTML, raw: RAW, attachments: [{ ...shot, inline: true }] });
  const { ticket } = await recordInbound(api.sql, DESK, mail);
  ticketId = ticket?.id ?? "";
  await verifyEmail(api.sql, api.deps.passwords, {
    userId: ada.id,
    email: ada.email,
    password: ada.password,
  });
});
afterAll(() => api.drop());

const firstMessage = async (token: string) =>
  (await api.call("GET", `/api/tickets/${ticketId}`, { token })).json.ticket.messages[0];
const fetchPath = (token: string, path: string) =>
  api.app.request(path, { headers: { authorization: `Bearer ${token}` } });

describe("the HTML of a message", () => {
  it("stands in the ticket, made safe, its own images at the address of their downloads", async () => {
    for (const { token } of [ada, moderator]) {
      const message = await firstMessage(token);
      expect(message.html).toBe(
        `<p>It is <b>on fire</b></p><img loading="lazy" referrerpolicy="no-referrer" src="${message.attachments[0].url}">` +
          '<img data-original-src="https://track.example/1.gif" loading="lazy" referrerpolicy="no-referrer">',
      );
      expect(message).toMatchObject({ remoteImages: 1, attachments: [{ contentId: "shot@mail" }] });
      const alone = await api.call("GET", message.htmlUrl, { token });
      expect([alone.status, alone.json]).toEqual([200, { html: message.html, remoteImages: 1 }]);
    }
  });

  it("gives way in an answer that would be too long, and is read by itself", async () => {
    const html = `<p>${"long ".repeat(50_000)}</p>`;
    const { ticket } = await recordInbound(api.sql, DESK, inboundMail("long@x.example", { html }));
    const note = { kind: "message", visibility: "public", direction: "inbound", channel: "email" } as const;
    const more = { authorUserId: null, authorRequesterId: null, authorName: "", subject: "", text: "x" };
    await insertMessage(api.sql, {
      ...note,
      ...more,
      ticketId: ticket?.id ?? "",
      textTrimmed: "x",
      html,
      email: null,
      slack: null,
      rawId: null,
    });
    const { json } = await api.call("GET", `/api/tickets/${ticket?.id}`, { token: moderator.token });
    const [older, newer] = json.ticket.messages;
    expect([older.html, newer.html]).toEqual([null, html]);
    expect((await api.call("GET", older.htmlUrl, { token: moderator.token })).json.html).toBe(html);
  });

  it("is null without HTML, and one 404 for strangers, other tickets and nonsense", async () => {
    const { htmlUrl } = await firstMessage(ada.token);
    const { ticket } = await recordInbound(api.sql, DESK, inboundMail(eve.email));
    const plain = await api.call("GET", `/api/tickets/${ticket?.id}`, { token: moderator.token });
    expect(plain.json.ticket.messages[0]).toMatchObject({ html: null, htmlUrl: null, remoteImages: 0 });
    expect((await api.call("GET", htmlUrl, { token: eve.token })).status).toBe(404);
    const elsewhere = htmlUrl.replace(ticketId, ticket?.id ?? "");
    expect((await api.call("GET", elsewhere, { token: moderator.token })).status).toBe(404);
    const nonsense = `/api/tickets/${ticketId}/messages/%27/html`;
    expect((await api.call("GET", nonsense, { token: moderator.token })).status).toBe(404);
    expect((await api.call("GET", htmlUrl)).status).toBe(401);
  });
});

describe("the original of a mail", () => {
  it("is a download for staff, byte for byte", async () => {
    const { sourceUrl } = await firstMessage(moderator.token);
    const response = await fetchPath(moderator.token, sourceUrl);
    expect(response.status).toBe(200);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(RAW);
    expect(response.headers.get("content-type")).toBe("message/rfc822");
    expect(response.headers.get("content-disposition")).toMatch(
      /^attachment; filename="ticket-\d+-[\w-]+\.eml"/,
    );
    expect(response.headers.get("content-security-policy")).toBe("sandbox; default-src 'none'");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("is nothing for its requester, who does not hear of it, nor for strangers", async () => {
    const { sourceUrl } = await firstMessage(moderator.token);
    expect(await firstMessage(ada.token)).not.toHaveProperty("sourceUrl");
    for (const { token } of [ada, eve]) expect((await fetchPath(token, sourceUrl)).status).toBe(404);
    expect((await api.app.request(sourceUrl)).status).toBe(401);
  });

  it("is a plain 404 once it is no longer kept", async () => {
    const { sourceUrl } = await firstMessage(moderator.token);
    await api.sql`delete from raw_messages r using messages m where m.raw_id = r.id and m.ticket_id = ${ticketId}`;
    expect((await firstMessage(moderator.token)).sourceUrl).toBeNull();
    expect((await fetchPath(moderator.token, sourceUrl)).status).toBe(404);
  });
});

describe("files without a name", () => {
  it("get one by their type", async () => {
    const { attachments } = await firstMessage(ada.token);
    const response = await fetchPath(ada.token, attachments[0].url);
    expect(response.headers.get("content-disposition")).toBe(
      "attachment; filename=\"image.png\"; filename*=UTF-8''image.png",
    );
  });
});
