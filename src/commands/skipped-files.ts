/** Files of a folder that are no mails: each is told of as it is left out, and counted at the end. */
import type { CommandContext } from "./command-context.ts";

export interface SkippedFiles {
  add(file: string): void;
  /** Says how many there were, if any. */
  end(): void;
}

export function createSkippedFiles(context: Pick<CommandContext, "say">): SkippedFiles {
  let count = 0;
  return {
    add(file) {
      count++;
      context.say(`${file}: left out, since it is no mail: it has not one line of a mail's header.`);
    },
    end() {
      if (count === 0) return;
      const files = count === 1 ? "1 file is no mail, and was" : `${count} files are no mails, and were`;
      context.say(
        `${files} left out. To have one read all the same, name it as a file, or end its name in .eml.`,
      );
    },
  };
}
