import { describe, expect, test } from "vitest";
import { measureCpuMs } from "../../../test/helpers/cpu-time.ts";
import { trimReply } from "../reply-text.ts";
import { findForwardedSender } from "./forward.ts";

/** Texts made to keep the rules busy, as many times as asked for. */
const HOSTILE: [string, (times: number) => string][] = [
  ["long header-like lines", (times) => `On 8 Aug 2019 at 10:12 ${"a".repeat(350)} wrote:\n\n`.repeat(times)],
  ["lines of dashes and blanks", (times) => `${"- ".repeat(190)}\n\n`.repeat(times)],
  ["lines of addresses", (times) => `${"a@b".repeat(120)} wrote:\n\n`.repeat(times)],
  ["lines of brackets", (times) => `${"<".repeat(380)}:\n\n`.repeat(times)],
  ["lines of labels", (times) => `${"Von: ".repeat(76)}\n\n`.repeat(times)],
  ["open brackets after a verb", (times) => `${"( ".repeat(180)} wrote: (\n\n`.repeat(times)],
  [
    "notices that never end",
    (times) => "This message is confidential, the intended recipient\n".repeat(times * 8),
  ],
  [
    "paragraphs of notices",
    (times) => "This message is confidential, delete it, recipient\n\n".repeat(times * 8),
  ],
  ["footers, each alone", (times) => "Sent from my iPhone\n\n".repeat(times * 18)],
  ["beginnings of footers", (times) => `${"Gesendet von meinem ".repeat(10)}\n\n`.repeat(times * 2)],
  ["ends of footers", (times) => `${"iphone ".repeat(28)}gesendet\n\n`.repeat(times * 2)],
  ["closings", (times) => "Regards\nx\n".repeat(times * 40)],
  ["fences", (times) => "```\n> x\n".repeat(times * 48)],
  ["edges of tables", (times) => "|------------>\n| From: |\n".repeat(times * 15)],
  ["stacked dates", (times) => "Ada\n08/08/2019 10:12\n\n\n\n\n\n\n".repeat(times * 12)],
  ["rules over labels", (times) => `${"_".repeat(40)}\nA: b@c.d\nB: 1\n`.repeat(times * 7)],
  ["armour", (times) => "-----END PGP SIGNATURE-----\n".repeat(times * 14)],
  ["markers with blocks", (times) => `${"-----Original Message----- From: a ".repeat(11)}\n`.repeat(times)],
  ["warnings", (times) => "Caution external outside of the click\n".repeat(times * 10)],
  ["directions", (times) => `${"\u200f".repeat(300)}\u202bכתב:\n`.repeat(times)],
];

/** The least of three: whatever else the machine does only adds. */
const measure = (work: () => void) => Math.min(...[1, 2, 3].map(() => measureCpuMs(work)));

describe("time grows no faster than the text", () => {
  test.each(HOSTILE)("%s", (_, build) => {
    const text = build(300);
    const fourfold = build(1_200);
    trimReply(text);
    const once = measure(() => trimReply(text));
    const fourTimes = measure(() => trimReply(fourfold));
    expect(fourTimes).toBeLessThan(Math.max(60, once * 9));
  });

  test.each(HOSTILE)("%s, looked through for a forward", (_, build) => {
    const text = build(500);
    expect(measure(() => findForwardedSender(text, "Fwd: x"))).toBeLessThan(1_500);
  });
});
