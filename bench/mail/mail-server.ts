/** The benchmark's mail server, seen from the process that measures. */
import { startProgram } from "../program.ts";
import type { ServerAnswer, ServerRequest } from "./imap-server-process.ts";

export interface MailServer {
  /** For IMAP_URL. */
  url(user: string): string;
  /** Puts mails `from` to `from + count - 1` of the mix into the user's INBOX; resolves to their bytes. */
  fill(user: string, from: number, count: number): Promise<number>;
  fillLarge(user: string, count: number, sizeBytes: number): Promise<number>;
  /** Resolves to the moment of the push, in milliseconds since the epoch. */
  append(user: string, index: number): Promise<number>;
  stop(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const program = startProgram<ServerRequest, ServerAnswer>(
    new URL("./imap-server-process.ts", import.meta.url),
  );
  const listening = await program.next();
  const port = listening.kind === "listening" ? listening.port : 0;
  const ask = async (request: ServerRequest): Promise<ServerAnswer> => {
    program.send(request);
    return program.next();
  };
  const askToFill = async (request: ServerRequest): Promise<number> => {
    const answer = await ask(request);
    return answer.kind === "filled" ? answer.sizeBytes : 0;
  };
  return {
    url: (user) => `imap://${encodeURIComponent(user)}:x@127.0.0.1:${port}/INBOX?tls=none`,
    fill: (user, from, count) => askToFill({ kind: "fill", user, from, count }),
    fillLarge: (user, count, sizeBytes) => askToFill({ kind: "fill-large", user, count, sizeBytes }),
    async append(user, index) {
      const answer = await ask({ kind: "append", user, index });
      return answer.kind === "appended" ? answer.at : Number.NaN;
    },
    async stop() {
      program.send({ kind: "end" });
      await program.ended;
    },
  };
}
