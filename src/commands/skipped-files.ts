/** What a folder of mails holds that is not read: each is told of as it is left out, and counted at the end. */
import type { MailSource } from "../channels/email/files/sources.ts";
import type { CommandContext } from "./command-context.ts";

export interface SkippedFiles {
  /** True, once it is told of, where there is no mail in it to read. */
  passOver(source: Pick<MailSource, "file" | "leftOut" | "holdsNone">): boolean;
  /** Says how many there were, if any. */
  end(): void;
}

export function createSkippedFiles(context: Pick<CommandContext, "say">): SkippedFiles {
  let count = 0;
  return {
    passOver({ file, leftOut, holdsNone = false }) {
      if (leftOut !== undefined) {
        count++;
        context.say(`${file}: left out, since ${leftOut}.`);
      } else if (holdsNone) {
        context.say(`${file} holds no mails.`);
      }
      return leftOut !== undefined || holdsNone;
    },
    end() {
      if (count === 0) return;
      const files = count === 1 ? "1 file was" : `${count} files were`;
      context.say(
        `${files} left out. To have one read all the same, name it itself, or end its name in .eml.`,
      );
    },
  };
}
