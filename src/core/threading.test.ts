import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../test/helpers/cpu-time.ts";
import type { EmailAddress } from "./inbound.ts";
import {
  buildReferences,
  decideThread,
  extractThreadHints,
  formatSubjectToken,
  readSubjectNumber,
  type ThreadCandidate,
  type ThreadVia,
  topicOfAnswer,
  withSubjectToken,
} from "./threading.ts";

const OWN = ["support@example.com", "help@example.com"];
const to = (...addresses: string[]): EmailAddress[] => addresses.map((address) => ({ address, name: "" }));
const mail = (sketch: Partial<Parameters<typeof extractThreadHints>[0]>) =>
  extractThreadHints({ inReplyTo: null, references: [], subject: "", to: [], cc: [], ...sketch }, OWN);

describe("extractThreadHints", () => {
  test("In-Reply-To first, then References from the newest, each once", () => {
    expect(mail({ inReplyTo: "<c@x>", references: ["<a@x>", "<b@x>", "<c@x>"] }).messageIds).toEqual([
      "<c@x>",
      "<b@x>",
      "<a@x>",
    ]);
  });

  test("ids are read from unsplit, folded and decorated headers", () => {
    expect(mail({ references: ["<a@x> <b@x>\r\n\t<c@x>"] }).messageIds).toEqual(["<c@x>", "<b@x>", "<a@x>"]);
    expect(mail({ inReplyTo: 'Message from Ada of "Thu, 8 Aug 2019" <m1@x>' }).messageIds).toEqual([
      "<m1@x>",
    ]);
    expect(mail({ inReplyTo: "<very-long\r\n -id@x>" }).messageIds).toEqual(["<very-long-id@x>"]);
  });

  test("an id that lost its brackets is still one", () => {
    expect(mail({ inReplyTo: "m1@desk.example.com" }).messageIds).toEqual(["<m1@desk.example.com>"]);
  });

  test("what is no id is none, empty ones least of all", () => {
    expect(mail({ inReplyTo: "<>", references: ["", "<>", "none", "@", "< >"] }).messageIds).toEqual([]);
    expect(mail({ inReplyTo: `<${"a".repeat(2000)}@x>` }).messageIds).toEqual([]);
  });

  test("at most 50 ids, the newest", () => {
    const references = Array.from({ length: 1000 }, (_, index) => `<${index}@x>`);
    const { messageIds } = mail({ references });
    expect(messageIds).toHaveLength(50);
    expect(messageIds[0]).toBe("<999@x>");
  });

  test("plus tokens of our own addresses only, from To and CC", () => {
    const hints = mail({
      to: to("support+t1042abc@example.com", "ada+x@example.com"),
      cc: to("HELP+Zq9@Example.com"),
    });
    expect(hints.plusTokens).toEqual(["t1042abc", "zq9"]);
    expect(
      mail({
        to: to(
          "support@example.com",
          "support+@example.com",
          "support+x@other.com",
          "xsupport+y@example.com",
        ),
      }).plusTokens,
    ).toEqual([]);
  });

  test("a number stands in the subject exactly as we write it", () => {
    expect(mail({ subject: "Re: [#1042] Printer" }).subjectNumber).toBe(1042);
    for (const subject of [
      "#1042",
      "[1042]",
      "[# 1042]",
      "[#1042",
      "[#0]",
      "[#-1]",
      "[#1e3]",
      "[#01042]",
      "[#9999999999999999]",
      "[TICKET#1042]",
      "",
    ])
      expect(readSubjectNumber(subject)).toBeNull();
  });

  test("hostile headers take time in proportion to their length", () => {
    const elapsedMs = measureCpuMs(() => {
      for (const text of [
        "<".repeat(1_000_000),
        "<a@".repeat(300_000),
        "[#".repeat(500_000),
        "[#1".repeat(300_000),
        " ".repeat(1_000_000),
        "a@ ".repeat(300_000),
      ])
        mail({ inReplyTo: text, references: [text], subject: text });
    });
    expect(elapsedMs).toBeLessThan(2_000);
  });
});

describe("withSubjectToken", () => {
  test.each([
    ["Printer", "Re: [#1042] Printer"],
    ["Re: Printer", "Re: [#1042] Printer"],
    ["RE: re : Re: Printer", "Re: [#1042] Printer"],
    ["Re: [#1042] Printer", "Re: [#1042] Printer"],
    ["[#1042] Re: Printer [#1042]", "Re: [#1042] Printer"],
    ["Hardware: broken", "Re: [#1042] Hardware: broken"],
    ["Regards", "Re: [#1042] Regards"],
    ["", "Re: [#1042] (no subject)"],
    ["Re: ", "Re: [#1042] (no subject)"],
    ["a\r\nBcc: evil@example.com\u0000", "Re: [#1042] a Bcc: evil@example.com"],
    ["[#77] another desk's", "Re: [#1042] [#77] another desk's"],
    ["AW: [#1042] AW: Drucker", "Re: [#1042] Drucker"],
    ["Re[2]: Re: SV: Printer", "Re: [#1042] Printer"],
    ["回复：打印机", "Re: [#1042] 打印机"],
    ["RE: Fwd: Invoice", "Re: [#1042] Fwd: Invoice"],
    ["Reset: password", "Re: [#1042] Reset: password"],
  ])("«%s» becomes «%s»", (subject, expected) => {
    expect(withSubjectToken(subject, 1042)).toBe(expected);
    expect(withSubjectToken(expected, 1042)).toBe(expected);
    expect(readSubjectNumber(expected)).toBe(1042);
  });

  test("a million prefixes are no trouble", () => {
    const elapsedMs = measureCpuMs(() => {
      expect(withSubjectToken("Re: ".repeat(250_000), 1)).toBe(`Re: ${formatSubjectToken(1)} (no subject)`);
    });
    expect(elapsedMs).toBeLessThan(2_000);
  });
});

describe("buildReferences", () => {
  const parent = (messageId: string | null, references: string[] = []) => ({ messageId, references });

  test("the parent's References and the parent, as RFC 5322 has it", () => {
    expect(buildReferences(["<a@x>", "<b@y>", "<c@x>"], parent("<c@x>", ["<a@x>", "<b@y>"]))).toEqual({
      inReplyTo: "<c@x>",
      references: ["<a@x>", "<b@y>", "<c@x>"],
    });
  });

  test("what the other side's program has lost is put before it", () => {
    const known = ["<a@x>", "<ack@y>", "<b@y>", "<c@x>"];
    expect(buildReferences(known, parent("<c@x>", ["<b@y>"])).references).toEqual(known);
    expect(buildReferences(known, parent("<c@x>")).references).toEqual(known);
  });

  test("what came after the answered mail is not claimed to be before it", () => {
    expect(buildReferences(["<a@x>", "<ack@y>"], parent("<a@x>"))).toEqual({
      inReplyTo: "<a@x>",
      references: ["<a@x>"],
    });
  });

  test("a first mail without an id: our own mails hold the thread", () => {
    expect(buildReferences([], parent(null))).toEqual({ inReplyTo: null, references: [] });
    expect(buildReferences(["<ack@y>"], parent(null))).toEqual({
      inReplyTo: "<ack@y>",
      references: ["<ack@y>"],
    });
    expect(buildReferences([], null)).toEqual({ inReplyTo: null, references: [] });
  });

  test("stays short after a thousand mails: the first, the newest, and the parent last", () => {
    const known = Array.from({ length: 1000 }, (_none, i) => `<${i}@customer.example>`);
    const { references } = buildReferences(known, parent("<new@x>", known));
    expect(references).toHaveLength(20);
    expect([references[0], references.at(-2), references.at(-1)]).toEqual([known[0], known[999], "<new@x>"]);
  });

  test("lets no line break and no empty id through", () => {
    expect(buildReferences([], parent("<a@b>\r\nBcc: x@y", ["<>", "<c@d\r\nX: 1>", "<e@f>"]))).toEqual({
      inReplyTo: null,
      references: [],
    });
    expect(buildReferences([], parent("<a@b>", ["<>", "<c@d\r\nX: 1>", "<e@f>"])).references).toEqual([
      "<e@f>",
      "<a@b>",
    ]);
  });
});

describe("topicOfAnswer", () => {
  test.each([
    ["Re: [#1042] Printer", "Printer"],
    ["[#1042] Printer", "Printer"],
    ["AW: Re: [#1042] Printer", "Printer"],
    ["Printer [#1042] again", "Printer [#1042] again"],
  ])("%s → %s", (subject, topic) => expect(topicOfAnswer(subject)).toBe(topic));
});

describe("decideThread", () => {
  const ada = { address: "ada@customer.example", trusted: true };
  const forgedAda = { address: "ada@customer.example", trusted: false };
  const stranger = { address: "eve@stranger.example", trusted: true };

  const candidate = (via: ThreadVia, over: Partial<ThreadCandidate> = {}): ThreadCandidate => ({
    ticketId: `by-${via}`,
    number: 1042,
    status: "in_progress",
    closedDaysAgo: null,
    via,
    participants: ["ada@customer.example", "bob@customer.example"],
    ...over,
  });

  test("nothing found is a first contact", () => {
    expect(decideThread([], ada).kind).toBe("new");
  });

  test("own Message-ID goes before plus-address, References and subject, in any order given", () => {
    const all = (["subject-token", "references", "plus-address", "own-message-id"] as const).map((via) =>
      candidate(via),
    );
    for (const via of ["own-message-id", "plus-address", "references", "subject-token"] as const) {
      expect(decideThread(all, ada)).toEqual({
        kind: "join",
        ticketId: `by-${via}`,
        number: 1042,
        via,
        as: "participant",
      });
      all.splice(
        all.findIndex((one) => one.via === via),
        1,
      );
    }
  });

  test("the first of several by the same way counts", () => {
    const two = [
      candidate("references", { ticketId: "first" }),
      candidate("references", { ticketId: "second" }),
    ];
    expect(decideThread(two, ada)).toMatchObject({ ticketId: "first" });
  });

  test.each(["references", "subject-token"] as const)(
    "a stranger does not join by %s: a guessed number makes a new ticket",
    (via) => {
      const decision = decideThread([candidate(via)], stranger);
      expect(decision.kind).toBe("new");
      expect(decision).toMatchObject({ reason: expect.stringContaining("#1042") });
    },
  );

  test.each(["own-message-id", "plus-address", "references", "subject-token"] as const)(
    "who forges a participant's address and fails authentication does not join by %s",
    (via) => {
      const decision = decideThread([candidate(via)], forgedAda);
      expect(decision).toMatchObject({ kind: "new", reason: expect.stringContaining("may be forged") });
    },
  );

  test.each(["own-message-id", "plus-address"] as const)(
    "a stranger who holds what we signed joins by %s, as a newcomer",
    (via) => {
      expect(decideThread([candidate(via)], stranger)).toMatchObject({ kind: "join", as: "newcomer" });
      expect(decideThread([candidate(via)], { ...stranger, trusted: false }).kind).toBe("new");
    },
  );

  test.each(["own-message-id", "plus-address", "references", "subject-token"] as const)(
    "staff join by %s as staff, and by nothing where their address may be forged",
    (via) => {
      const mina = { address: "mina@desk.example", trusted: true, staff: true };
      expect(decideThread([candidate(via)], mina)).toMatchObject({ kind: "join", as: "staff" });
      expect(decideThread([candidate(via)], { ...mina, trusted: false }).kind).toBe("new");
    },
  );

  test("a moderator who is the requester writes as the requester", () => {
    const both = { ...ada, staff: true };
    expect(decideThread([candidate("subject-token")], both)).toMatchObject({ as: "participant" });
  });

  test("where one way is refused, a later one that holds is taken", () => {
    const mixed = [
      candidate("references", { ticketId: "others", participants: ["carol@customer.example"] }),
      candidate("subject-token", { ticketId: "hers" }),
    ];
    expect(decideThread(mixed, ada)).toMatchObject({ kind: "join", ticketId: "hers", via: "subject-token" });
  });

  test("addresses are compared without case, and no address is nobody", () => {
    expect(
      decideThread([candidate("subject-token")], { address: "Ada@Customer.Example", trusted: true }).kind,
    ).toBe("join");
    expect(
      decideThread([candidate("subject-token", { participants: [""] })], { address: "", trusted: true }).kind,
    ).toBe("new");
  });

  test("a resolved ticket is joined, a closed one followed up", () => {
    expect(decideThread([candidate("own-message-id", { status: "resolved" })], ada).kind).toBe("join");
    expect(
      decideThread([candidate("own-message-id", { status: "closed", closedDaysAgo: 0.1 })], ada),
    ).toEqual({
      kind: "follow-up",
      of: "by-own-message-id",
      number: 1042,
      via: "own-message-id",
      as: "participant",
    });
  });

  test("followUpAfterDays lets a freshly closed ticket be joined", () => {
    const closed = (closedDaysAgo: number | null) => [
      candidate("references", { status: "closed", closedDaysAgo }),
    ];
    expect(decideThread(closed(3), ada, { followUpAfterDays: 14 }).kind).toBe("join");
    expect(decideThread(closed(14), ada, { followUpAfterDays: 14 }).kind).toBe("follow-up");
    expect(decideThread(closed(null), ada, { followUpAfterDays: 14 }).kind).toBe("follow-up");
  });

  test("a stranger gets no follow-up of a closed ticket either", () => {
    expect(
      decideThread([candidate("subject-token", { status: "closed", closedDaysAgo: 9 })], stranger).kind,
    ).toBe("new");
  });
});
