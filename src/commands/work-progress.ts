/** A bar for work that says what share of it is done, on standard error, where a person watches. */
import { SingleBar } from "cli-progress";

export interface WorkProgress {
  /** `done` from 0 to 1; a new `what` begins at 0 again. */
  update(what: string, done: number): void;
  stop(): void;
}

export interface Terminal {
  isErrorTerminal: boolean;
  stream: NodeJS.WritableStream;
}

/** Steps of a bar: finer than a terminal is wide. */
const STEPS = 1000;

export function createWorkProgress(terminal: Terminal): WorkProgress {
  if (!terminal.isErrorTerminal) return { update: () => undefined, stop: () => undefined };
  const format = "{what} [{bar}] {percentage}%, {duration_formatted}, {eta_formatted} left";
  let bar: SingleBar | null = null;
  let current = "";
  const stop = (): void => {
    bar?.stop();
    bar = null;
  };
  return {
    update: (what, done) => {
      if (what !== current) stop();
      current = what;
      if (bar === null) {
        bar = new SingleBar({ format, stream: terminal.stream, clearOnComplete: true, noTTYOutput: true });
        bar.start(STEPS, 0, { what });
      }
      bar.update(Math.floor(done * STEPS));
    },
    stop,
  };
}
