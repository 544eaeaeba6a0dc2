/** Programs of a benchmark that run in a process of their own, so that nothing of the one is measured with the other. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Program<Request, Answer> {
  send(request: Request): void;
  /** Its next message; rejects where it ends without one. */
  next(): Promise<Answer>;
  /** Resolves once it has ended. */
  ended: Promise<void>;
}

export function startProgram<Request extends object, Answer>(entry: URL): Program<Request, Answer> {
  const child = fork(fileURLToPath(entry), { execArgv: ["--import", import.meta.resolve("tsx")] });
  const answers: Answer[] = [];
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  let isOver = false;
  child.on("message", (answer) => {
    const next = waiting.shift();
    if (next === undefined) answers.push(answer as Answer);
    else next.resolve(answer as Answer);
  });
  const ended = once(child, "exit").then(([status]) => {
    isOver = true;
    for (const { reject } of waiting.splice(0)) reject(endedEarly(status));
  });
  return {
    send: (request) => child.send(request),
    next: () =>
      new Promise((resolve, reject) => {
        const answer = answers.shift();
        if (answer !== undefined) resolve(answer);
        else if (isOver) reject(endedEarly(child.exitCode));
        else waiting.push({ resolve, reject });
      }),
    ended,
  };
}

function endedEarly(status: unknown): Error {
  return new Error(
    `A program of the benchmark ended with status ${String(status)}; its message stands above.`,
  );
}
