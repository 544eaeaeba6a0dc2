import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

const trimmed = (text: string) => trimReply(text).textTrimmed;

describe("contact details under a closing and a name are cut", () => {
  test.each([
    [
      "en",
      "Kind regards,\nGrace Hopper",
      "Head of IT | Example Ltd\n1 Main Street, London\nTel: +44 20 7946 0000\nwww.example.com",
    ],
    [
      "en, spaced",
      "Best regards,\n\nGrace Hopper",
      "Example Ltd\n\nPhone: 020 7946 0000\n\ngrace@example.com",
    ],
    [
      "de",
      "Mit freundlichen Grüßen\nGrace Hopper",
      "Example GmbH\nHauptstraße 1, 10115 Berlin\nTel.: 030 901820\nFax: 030 901821\nhttps://www.example.com",
    ],
    ["fr", "Cordialement,\nGrace Hopper", "Directrice\nTél. : 01 99 00 12 34\nwww.example.com"],
    ["es", "Saludos cordiales,\nGrace Hopper", "Ventas\nTel. 910 000 000\ngrace@example.com"],
    ["it", "Cordiali saluti\nGrace Hopper", "Ufficio vendite\nCell. 333 0000000\nwww.example.com"],
    ["nl", "Met vriendelijke groet,\nGrace Hopper", "T: 020 000 0000\nE: grace@example.com"],
    ["sv", "Med vänliga hälsningar\nGrace Hopper", "Tel: 08-000 00 00\nwww.example.com"],
    ["pl", "Pozdrawiam\nGrace Hopper", "tel. 22 000 00 00\nwww.example.com"],
    ["ru", "С уважением,\nGrace Hopper", "тел. +7 495 000-00-00\nwww.example.com"],
  ])("%s", (_, closing, details) => {
    const words = `It works now.\n\n${closing}`;
    expect(trimmed(`${words}\n${details}`)).toBe(words);
    expect(
      trimmed(`${words}\n\n${details}\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Ok?`),
    ).toBe(words);
  });

  test.each([
    ["an answer with a telephone number", "You can reach me here:\n\n+44 20 7946 0000\n\nThanks"],
    ["one number under a name", "Please call.\n\nRegards,\nGrace\n+44 20 7946 0000"],
    ["details without a closing", "The supplier is:\n\nExample Ltd\nTel: +44 20 7946 0000\nwww.example.com"],
    [
      "a question after the name",
      "Thanks\nGrace\nPS: is www.example.com yours, and does +44 20 7946 0000 work?",
    ],
    ["an order's numbers", "My orders:\n\n4711-0815-42\n4711-0815-43\n\nCan you find them?"],
  ])("%s stays", (_, mail) => {
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("delimiters", () => {
  test.each(["_____", "—————", "––––"])("%s over a few lines", (rule) => {
    expect(trimmed(`Yes.\n\n${rule}\nGrace Hopper\nExample Ltd`)).toBe("Yes.");
    expect(trimmed(`Yes.\n\n${rule}\nGrace Hopper\nHead of IT\nExample Ltd\n+44 20 7946 0000`)).toBe("Yes.");
  });

  test("a rule over more than a signature is a rule", () => {
    const mail = "First part.\n\n_____\nSecond part: this goes on.\nAnd on.\nAnd on.\nAnd ends.";
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("lines that somebody shows", () => {
  test("code between fences is no quote, header, forward or signature", () => {
    const code =
      "```\n> prompt\n--\nFrom: a@example.com\nSent: 8 Aug 2019 10:12\nSubject: x\n-----Original Message-----\nSent from my iPhone\n```";
    const mail = `This is what I see:\n\n${code}\n\nWhat now?`;
    expect(trimmed(mail)).toBe(mail);
    expect(trimmed(`${mail}\n\nOn 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> Ok?`)).toBe(mail);
  });

  test("code between fences is no second quote, beside which the first would stay", () => {
    const mail =
      "On 8 Aug 2019, at 10:12, Ada <ada@example.com> wrote:\n> What does it print?\n\nThis:\n\n```\n> x\n```";
    expect(trimmed(mail)).toBe("This:\n\n```\n> x\n```");
  });

  test("lines with > under a sentence that shows them stay, without a reply header", () => {
    const mail = "The console prints:\n\n> npm start\n> Error: no port";
    expect(trimmed(mail)).toBe(mail);
    expect(trimmed("Thanks\n\n> Shall I?\n> Ada")).toBe("Thanks");
    expect(trimmed("Ada <ada@example.com>:\n\n> Shall I?\n\nYes.\n\n> Ada")).toContain("Yes.");
  });

  test("a diff stays", () => {
    const mail = "I changed this\n\n3c3\n< port: 80\n---\n> port: 8080";
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("a mail signed with PGP in the clear", () => {
  const frame = (text: string) =>
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${text}\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n=4u+v\n-----END PGP SIGNATURE-----\n`;

  test("is its words, without the frame and the escaped signature", () => {
    expect(trimmed(frame("The printer is broken.\n\n- -- \nGrace Hopper"))).toBe("The printer is broken.");
  });

  test("a key that somebody sends stays", () => {
    const mail =
      "My key:\n\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQINBFx\n-----END PGP PUBLIC KEY BLOCK-----";
    expect(trimmed(mail)).toBe(mail);
  });
});

describe("quotes without >", () => {
  const HEADER = "Thursday, September 05, 2019, 11:33:18 PM, you wrote:";

  test("answers among what is quoted by initials stay, even a single line of it", () => {
    const mail = `Hello Ada,\n\n${HEADER}\n\n\nAL> Which printer?\n\nThe one on floor 3.\n\nAL> Since when?\n\nMonday.`;
    expect(trimmed(mail)).toBe(
      "Hello Ada,\n\nAL> Which printer?\n\nThe one on floor 3.\n\nAL> Since when?\n\nMonday.",
    );
  });

  test.each(["[...]", "[snip]", "<snip>", "(...)", "…"])("an answer under %s and a quote stays", (sign) => {
    const mail = `Hi,\n\nOn Sun, 01 Sep 2019 00:05:03 MDT Ada Lovelace wrote:\n\n${sign}\n> Shall I?\n\nYes, do.`;
    expect(trimmed(mail)).toContain("Yes, do.");
  });

  test.each([")", ":", "%", "}"])("an answer under lines that begin with %s stays", (sign) => {
    const mail = `On Sun, 01 Sep 2019 00:05:03 MDT Ada Lovelace wrote:\n\n${sign} Shall I?\n${sign} Ada\n\nYes, do.`;
    expect(trimmed(mail)).toBe("Yes, do.");
  });

  test.each([
    "In an earlier study of 12 May 2018 the climate was measured at 10:30, Christy said.",
    "In 2018, on 12 May at 10:30, a delivery came, the company said.",
    'Posted on Sunday August\n25, @09:19\nfrom the dept.\nAnt writes "From Page 6 of a\narticle: John Carmack said\nsomething at the end',
    "0.01; 'subject:JSP': 0.01; 'wrote': 12.05; 'x-mailer:mozilla 4.74':\n0.01; 'zope': 0.01; 'wrote':\n0.99",
  ])("no header: %s", (text) => {
    const mail = `Look at this:\n\n${text}\n\nWhat do you think of it?`;
    expect(trimmed(mail)).toBe(mail);
  });
});
