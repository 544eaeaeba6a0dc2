import { describe, expect, it } from "vitest";
import { planMailWaves } from "./mail-waves.ts";

type WaveMail = Parameters<typeof planMailWaves>[0][number];

let mails = 0;

function mail(fields: Partial<WaveMail> = {}): WaveMail {
  mails++;
  return {
    from: { address: `person${mails}@customer.example`, name: "" },
    messageId: `<${mails}@customer.example>`,
    inReplyTo: null,
    references: [],
    subject: "Printer",
    to: [{ address: "support@desk.example", name: "" }],
    cc: [],
    fingerprint: `f${mails}`,
    bounce: null,
    ...fields,
  };
}

const plan = (batch: WaveMail[], numbers: Record<string, number[]> = {}) =>
  planMailWaves(batch, (messageId) => numbers[messageId] ?? []);

const bounce = (recipient: string | null, originalMessageId: string | null = null) => ({
  status: "5.1.1",
  recipient,
  originalMessageId,
  kind: "hard" as const,
});

describe("planMailWaves", () => {
  it("puts mails that have nothing to do with each other into one wave, in their order", () => {
    expect(plan([mail(), mail(), mail()])).toEqual([[0, 1, 2]]);
    expect(plan([])).toEqual([]);
  });

  it("lets an answer wait for the mail that it answers, and an answer to that for both", () => {
    const batch = [
      mail({ messageId: "<a@x>" }),
      mail({ messageId: "<b@x>", inReplyTo: "<a@x>" }),
      mail(),
      mail({ inReplyTo: "<b@x>", references: ["<a@x>", "<b@x>"] }),
    ];
    expect(plan(batch)).toEqual([[0, 2], [1], [3]]);
  });

  it("keeps the order of an answer that came before the mail that it answers", () => {
    expect(plan([mail({ references: ["<a@x>"] }), mail({ messageId: "<a@x>" })])).toEqual([[0], [1]]);
  });

  it("keeps copies of one mail apart", () => {
    expect(plan([mail({ fingerprint: "same" }), mail({ fingerprint: "same" })])).toEqual([[0], [1]]);
  });

  it("keeps mails on one ticket apart, by whatever they name it", () => {
    const byNumber = mail({ subject: "Re: [#1042] Printer" });
    const byMessage = mail({ inReplyTo: "<stored@desk.example>" });
    const byOtherMessage = mail({ inReplyTo: "<other@desk.example>" });
    const numbers = { "<stored@desk.example>": [1042], "<other@desk.example>": [1042] };
    expect(plan([byNumber, byMessage, byOtherMessage], numbers)).toEqual([[0], [1], [2]]);
  });

  it("keeps mails to one plus-address apart", () => {
    const to = [{ address: "support+t1042.mac@desk.example", name: "" }];
    expect(plan([mail({ to }), mail({ to: [], cc: to })])).toEqual([[0], [1]]);
  });

  it("keeps a bounce and what its recipient writes in their order, on both sides", () => {
    const from = { address: "ada@customer.example", name: "Ada" };
    const bounced = mail({ bounce: bounce("Ada@customer.example") });
    expect(plan([mail({ from }), mail({ from }), bounced, mail({ from })])).toEqual([[0, 1], [2], [3]]);
  });

  it("keeps two bounces of one mail of ours apart", () => {
    const original = "<ours@desk.example>";
    const batch = [mail({ bounce: bounce(null, original) }), mail({ bounce: bounce(null, original) })];
    expect(plan(batch)).toEqual([[0], [1]]);
  });

  it("plans 200 mails with 200 references each within a second", () => {
    const references = Array.from({ length: 200 }, (_none, at) => `<r${at}@x>`);
    const startedAt = performance.now();
    expect(plan(Array.from({ length: 200 }, () => mail({ references })))).toHaveLength(200);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});
