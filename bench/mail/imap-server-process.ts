/** The IMAP server in a process of its own, told by its parent which mailboxes to have. See `startMailServer`. */
import { appendMail, createImapServer, type ServedMailbox } from "./imap-server.ts";
import { renderLargeMail, renderMixedMail } from "./mail-mix.ts";

export type ServerRequest =
  | { kind: "fill"; user: string; from: number; count: number }
  /** Large mails are rendered as they are asked for: the server's memory is not what is measured. */
  | { kind: "fill-large"; user: string; count: number; sizeBytes: number }
  | { kind: "append"; user: string; index: number }
  | { kind: "end" };

export type ServerAnswer =
  | { kind: "listening"; port: number }
  | { kind: "filled"; sizeBytes: number }
  /** Milliseconds since the epoch, with fractions: taken just before the push. */
  | { kind: "appended"; at: number };

const mailboxes = new Map<string, ServedMailbox>();
const server = createImapServer(mailboxes);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  answer({ kind: "listening", port: typeof address === "object" ? (address?.port ?? 0) : 0 });
});

function answer(message: ServerAnswer): void {
  process.send?.(message);
}

function findMailbox(user: string): ServedMailbox {
  const found = mailboxes.get(user) ?? { mails: [], watchers: new Set() };
  mailboxes.set(user, found);
  return found;
}

function fill(user: string, mails: { sizeBytes: number; source(): Buffer }[]): void {
  const mailbox = findMailbox(user);
  const receivedAt = new Date();
  for (const mail of mails) mailbox.mails.push({ ...mail, receivedAt });
  answer({ kind: "filled", sizeBytes: mails.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) });
}

/** The last one is kept: a large mail is asked for piece by piece. */
function createLargeMails(count: number, sizeBytes: number): { sizeBytes: number; source(): Buffer }[] {
  let last: { index: number; source: Buffer } = { index: -1, source: Buffer.alloc(0) };
  const render = (index: number): Buffer => {
    if (last.index !== index) last = { index, source: renderLargeMail(index, sizeBytes) };
    return last.source;
  };
  const exact = render(0).length;
  return Array.from({ length: count }, (_none, index) => ({ sizeBytes: exact, source: () => render(index) }));
}

process.on("message", (request: ServerRequest) => {
  switch (request.kind) {
    case "fill": {
      const { user, from, count } = request;
      const sources = Array.from({ length: count }, (_none, at) => renderMixedMail(from + at));
      fill(
        user,
        sources.map((source) => ({ sizeBytes: source.length, source: () => source })),
      );
      return;
    }
    case "fill-large":
      fill(request.user, createLargeMails(request.count, request.sizeBytes));
      return;
    case "append": {
      const source = renderMixedMail(request.index);
      const at = performance.timeOrigin + performance.now();
      appendMail(findMailbox(request.user), source);
      answer({ kind: "appended", at });
      return;
    }
    case "end":
      process.exit(0);
      return;
    default:
      request satisfies never;
  }
});
process.on("disconnect", () => process.exit(0));
