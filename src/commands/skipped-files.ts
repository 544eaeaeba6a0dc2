/** What a folder of mails holds that is not read: each is told of as it is left out, and counted at the end. */
import type { CommandContext } from "./command-context.ts";

export interface SkippedFiles {
  /** @param why to stand behind "since" */
  add(file: string, why: string): void;
  /** Says how many there were, if any. */
  end(): void;
}

export function createSkippedFiles(context: Pick<CommandContext, "say">): SkippedFiles {
  let count = 0;
  return {
    add(file, why) {
      count++;
      context.say(`${file}: left out, since ${why}.`);
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
