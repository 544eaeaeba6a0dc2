import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import { isToBounceAddress, returnsToItsSender } from "./bounce-return.ts";
import { type BounceLike, looksLikeBounce } from "./bounce-text.ts";

const OURS =
  "From: Support <support@desk.example.com>\r\nTo: bob@shop.example\r\nSubject: Printer\r\n\r\nHello Bob";
const THEIRS =
  "From: mailer-daemon@shop.example\r\nTo: ada@shop.example\r\nSubject: failure notice\r\n\r\n...";

const mailOf = (sketch: Partial<BounceLike> & { returned?: string }): BounceLike => ({
  from: { address: "gate7@shop.example", name: "" },
  subject: "Mail could not be delivered",
  text: "Unable to deliver message to <bob@shop.example>: no such user",
  headers: { to: ["support@desk.example.com"] },
  attachments:
    sketch.returned === undefined
      ? []
      : [{ contentType: "message/rfc822", content: new TextEncoder().encode(sketch.returned) }],
  ...sketch,
});

describe("a gateway with a name of its own", () => {
  test("bounces where it sends back what we sent, as a part", () => {
    expect(looksLikeBounce(mailOf({ returned: OURS }))).toBe(true);
    expect(looksLikeBounce(mailOf({}))).toBe(false);
  });

  test("bounces where it sends back what we sent, below its words", () => {
    const text = `<bob@shop.example>: mailbox unavailable
-------- Returned Mail --------

Received: from desk.example.com by shop.example
From: support@desk.example.com
To: bob@shop.example`;
    expect(looksLikeBounce(mailOf({ text, subject: "Returned Mail - Error During Delivery" }))).toBe(true);
    expect(
      looksLikeBounce(
        mailOf({
          text: text.replace("support@", "sales@"),
          subject: "Returned Mail - Error During Delivery",
        }),
      ),
    ).toBe(false);
  });

  test("bounces under any subject where it names a code, but not as a person's mail program", () => {
    const mail = mailOf({ subject: "Printer", text: "550 5.1.1 user unknown", returned: OURS });
    expect(looksLikeBounce(mail)).toBe(true);
    const headers = { ...mail.headers, "user-agent": ["Mozilla Thunderbird"] };
    expect(looksLikeBounce({ ...mail, headers })).toBe(false);
  });
});

test("whoever attaches the bounce that they got themselves is a person", () => {
  expect(looksLikeBounce(mailOf({ returned: THEIRS }))).toBe(false);
});

test("whoever answers or forwards is a person, also with our mail attached", () => {
  expect(looksLikeBounce(mailOf({ subject: "Fwd: Mail could not be delivered", returned: OURS }))).toBe(
    false,
  );
});

describe("mail to an address for bounces", () => {
  const to = (address: string) => mailOf({ headers: { to: [address] }, subject: "RE: Printer : non remis" });

  test.each([
    "bounces+1042@desk.example.com",
    "bounce@desk.example.com",
    "bounce-17@desk.example.com",
    "users-bounces@lists.example.com",
    "users-bounces+ada=x.example@lists.example.com",
    "Users <owner-users@lists.example.com>",
  ])("%s is a bounce by its words, whatever its subject", (address) => {
    expect(isToBounceAddress({ to: [address] })).toBe(true);
    expect(looksLikeBounce({ ...to(address), text: "Your mail could not be delivered to bob@x" })).toBe(true);
    expect(looksLikeBounce({ ...to(address), text: "Hello, what is this address?" })).toBe(false);
  });

  test.each([
    "support@bounces.example.com",
    "bouncer@club.example",
    "owner@shop.example",
    "returns@shop.example",
  ])("%s is none", (address) => {
    expect(isToBounceAddress({ to: [address] })).toBe(false);
  });
});

describe("how mail systems name themselves and their mail", () => {
  test.each<[string, Partial<BounceLike>]>([
    [
      "a postmaster with a broken address",
      {
        from: { address: "postmaster\\@shop.example@shop.example", name: "" },
        subject: "Mail Delivery Warning",
        text: "Delivery to bob has been postponed. We will try again.",
      },
    ],
    [
      "a tag in front of the subject",
      {
        from: { address: "postmaster@shop.example", name: "" },
        subject: "[Mail gateway] Email Delivery Failure",
        text: "See below.",
      },
    ],
    [
      "a filter's own words",
      {
        from: { address: "postmaster@shop.example", name: "Spam Firewall" },
        subject: "Message from our filter",
        text: "The e-mail that you sent to bob@shop.example has not been delivered.",
      },
    ],
    [
      "a virus scanner",
      {
        from: { address: "mailscanner@shop.example", name: "" },
        subject: "Warning: e-mail viruses detected",
        text: "The message was not delivered.",
      },
    ],
  ])("%s is a bounce", (_, sketch) => {
    expect(looksLikeBounce(mailOf(sketch))).toBe(true);
  });

  test("a parcel that could not be delivered is no mail", () => {
    const from = { address: "noreply@parcels.example", name: "Parcels" };
    const text = "Your parcel could not be delivered. Choose a new day.";
    expect(looksLikeBounce(mailOf({ from, subject: "Delivery failed", text }))).toBe(false);
  });
});

test("what is returned is read in linear time", () => {
  const headers = { to: ["support@desk.example.com"] };
  const elapsedMs = measureCpuMs(() => {
    for (const text of ["from: ".repeat(200_000), "From: a\n ".repeat(100_000), "to:".repeat(300_000)])
      returnsToItsSender(mailOf({ headers, text: `x\n-- original --\n${text}`, returned: text }));
  });
  expect(elapsedMs).toBeLessThan(1_000);
});
