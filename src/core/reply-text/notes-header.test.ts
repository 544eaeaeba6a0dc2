import { describe, expect, test } from "vitest";
import { trimReply } from "../reply-text.ts";

const HEADERS: [string, string][] = [
  ["in one line", "Ada Lovelace ---08/08/2019 10:12:01 AM---Hello Grace, have you tried"],
  ["in one line, German date", "Ada Lovelace ---08.08.2019 10:12:01---Hallo Grace"],
  [
    "as a table of signs",
    "|------------>\n| From:      |\n|------------>\n  >-------------------|\n  |Ada <ada@example.com> |\n  >-------------------|",
  ],
  [
    "stacked",
    'Ada Lovelace <ada@example.com>\n08/08/2019 10:12 AM\n\nTo\n"Support" <support@example.com>\ncc\n\nSubject\nPrinter',
  ],
  [
    "stacked, German",
    "Ada Lovelace/Berlin/Example\n08.08.2019 10:12\n\nAn\nSupport/Berlin\nKopie\n\nThema\nDrucker".replace(
      "Thema",
      "Betreff",
    ),
  ],
  [
    "with labels padded",
    "From:        Ada/Berlin/Example\nTo:        Support\nDate:        08.08.2019 10:12\nSubject:        Printer",
  ],
  ["between dashes", '-----"Ada Lovelace" <ada@example.com> wrote: -----'],
  ["in a sentence", "Ada Lovelace <ada@example.com> wrote on 08/08/2019 10:12:01 AM:"],
];

describe("what Lotus Notes puts over a quote ends the new words", () => {
  test.each(HEADERS)("%s", (_, header) => {
    expect(trimReply(`It works now.\nThanks, Grace\n\n${header}\n\nHave you tried this?`).textTrimmed).toBe(
      "It works now.\nThanks, Grace",
    );
  });
});

describe("somebody's own lines are no header of Notes", () => {
  test.each([
    "Meeting\n08/08/2019 10:12\n\nto be moved to\n\n09/08/2019 10:12",
    "Ordered ---08/08/2019--- and never delivered.",
    "|------|\n| a b  |\n|------|",
    "The call\n08.08.2019 10:12\n\nTo\nme it seemed fine.\n\nAnd now?",
  ])("%s", (text) => {
    const mail = `Hello,\n\n${text}\n\nCan you help?`;
    expect(trimReply(mail).textTrimmed).toBe(mail);
  });
});
