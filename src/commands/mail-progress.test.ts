import { Writable } from "node:stream";
import { expect, it } from "vitest";
import { createMailProgress } from "./mail-progress.ts";

/** What stands on the terminal after so many mails of standard input. */
async function showProgress(mails: number): Promise<string> {
  let shown = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      shown += String(chunk);
      done();
    },
  });
  const progress = await createMailProgress([], { isErrorTerminal: true, isOutputTerminal: false, stream });
  for (let mail = 0; mail < mails; mail++) progress.add(1, () => undefined);
  progress.stop();
  return shown;
}

it.each([
  [0, "0 mails,"],
  [1, "1 mail,"],
  [2, "2 mails,"],
])("the progress of %i reads %s", async (mails, words) => {
  expect(await showProgress(mails)).toContain(words);
});
