/**
 * Gmail, Outlook and Apple Mail, as far as threads go: the shape of the mails that they write, what they keep and lose of
 * a thread when they answer, and by which rule they show mails as one conversation.
 */
import { continueThreadIndex, threadIndexConversation } from "../../src/core/thread-index.ts";

/** The headers of a mail that matter to a thread, by lower-case name, unfolded; and its source. */
export interface ClientMail {
  raw: string;
  header(name: string): string;
}

export function readClientMail(raw: string): ClientMail {
  const head = raw.slice(0, raw.search(/\r?\n\r?\n/)).replace(/\r?\n[ \t]+/g, " ");
  return {
    raw,
    header: (name) => new RegExp(`^${name}: *(.*)$`, "im").exec(head)?.[1]?.trim() ?? "",
  };
}

export interface MailClient {
  name: string;
  /** A first mail of this person, in the way of the client. */
  write(from: string, subject: string): ClientMail;
  /** An answer to a mail in the person's mailbox. `loses` says what goes missing on the way. */
  answer(from: string, to: ClientMail, loses?: "references" | "all-ids"): ClientMail;
  /** Whether the client shows these as one conversation. */
  showsAsOne(mails: ClientMail[]): boolean;
}

let count = 0;
const DATE = "Sun, 22 Nov 2026 10:00:00 +0000";

function build(headers: [string, string][], body: string): ClientMail {
  const lines = headers.filter(([, value]) => value !== "").map(([name, value]) => `${name}: ${value}`);
  return readClientMail([...lines, "", ...body.split("\n"), ""].join("\r\n"));
}

const answerTo = (mail: ClientMail): string => mail.header("Reply-To") || mail.header("From");
const chain = (mail: ClientMail): string =>
  `${mail.header("References")} ${mail.header("Message-ID")}`.trim();
const ids = (value: string): string[] => value.match(/<[^<>]+>/g) ?? [];
const idsOf = (mail: ClientMail): string[] =>
  ids(`${mail.header("References")} ${mail.header("In-Reply-To")}`);

/** Encoded words of a subject, decoded as far as these tests write them. */
function subjectOf(mail: ClientMail): string {
  return mail
    .header("Subject")
    .replace(/\?= =\?/g, "?==?")
    .replace(/=\?utf-8\?q\?([^?]*)\?=/gi, (_all, text: string) =>
      decodeURIComponent(
        text
          .replaceAll("_", " ")
          .replace(/%/g, "%25")
          .replace(/=([0-9A-F]{2})/gi, "%$1"),
      ),
    );
}

/**
 * Gmail puts a mail into a conversation when it refers to one of its mails and the subject is the same but for prefixes
 * (Gmail API, "Managing threads"); it passes over what stands in square brackets at the beginning.
 */
const gmail: MailClient = {
  name: "Gmail",
  write: (from, subject) =>
    build(
      [
        ["MIME-Version", "1.0"],
        ["From", `Ada Moreau <${from}>`],
        ["Date", DATE],
        ["Message-ID", `<CAF+first${++count}=x@mail.gmail.com>`],
        ["Subject", subject],
        ["To", "support@desk.example"],
        ["Content-Type", "text/plain; charset=UTF-8"],
      ],
      `It is number ${count}.`,
    ),
  answer: (from, to, loses) =>
    build(
      [
        ["MIME-Version", "1.0"],
        ["References", loses ? "" : chain(to)],
        ["In-Reply-To", loses === "all-ids" ? "" : to.header("Message-ID")],
        ["From", `Ada Moreau <${from}>`],
        ["Date", DATE],
        ["Message-ID", `<CAF+reply${++count}=y@mail.gmail.com>`],
        ["Subject", `Re: ${to.header("Subject").replace(/^re: /i, "")}`],
        ["To", answerTo(to)],
        ["Cc", to.header("Cc")],
        ["Content-Type", "text/plain; charset=UTF-8"],
      ],
      `Answer ${count}.\n\nOn Sun, Nov 22, 2026 at 10:00 AM Support <support@desk.example> wrote:\n\n> Hello`,
    ),
  showsAsOne: (mails) =>
    mails.slice(1).every((mail, i) => {
      const earlier = mails.slice(0, i + 1);
      const known = new Set(earlier.map((one) => one.header("Message-ID")));
      const refers = idsOf(mail).some(
        (id) => known.has(id) || earlier.some((one) => idsOf(one).includes(id)),
      );
      return refers && gmailSubject(mail) === gmailSubject(mails[0] ?? mail);
    }),
};

function gmailSubject(mail: ClientMail): string {
  let subject = subjectOf(mail);
  for (let before = ""; before !== subject; ) {
    before = subject;
    subject = subject.replace(/^\s*(?:re|fwd?|aw)\s*:\s*/i, "").replace(/^\s*\[[^\]]*\]\s*/, "");
  }
  return subject.trim().toLowerCase();
}

/**
 * Outlook goes by Thread-Index (the first 22 bytes); where a mail has none, by the conversation's name, Thread-Topic, or
 * the subject without its prefix (MS-OXOMSG, PidTagConversationIndex and PidTagConversationTopic).
 */
const outlook: MailClient = {
  name: "Outlook",
  write: (from, subject) =>
    build(
      [
        ["From", `"Moreau, Ada" <${from}>`],
        ["To", '"Support" <support@desk.example>'],
        ["Subject", subject],
        ["Thread-Topic", subject],
        ["Thread-Index", newThreadIndex()],
        ["Date", DATE],
        ["Message-ID", `<DB7PR01MB${++count}A0F@DB7PR01MB4321.eurprd01.prod.outlook.com>`],
        ["Accept-Language", "de-DE, en-US"],
        ["X-MS-Has-Attach", " "],
        ["Content-Type", 'text/plain; charset="iso-8859-1"'],
        ["MIME-Version", "1.0"],
      ],
      `It is number ${count}.`,
    ),
  answer: (from, to, loses) =>
    build(
      [
        ["From", `"Moreau, Ada" <${from}>`],
        ["To", answerTo(to)],
        ["CC", to.header("Cc")],
        ["Subject", `AW: ${to.header("Subject").replace(/^(?:re|aw): /i, "")}`],
        ["Thread-Topic", to.header("Thread-Topic")],
        ["Thread-Index", continueThreadIndex(to.header("Thread-Index"), new Date(0)) ?? newThreadIndex()],
        ["Date", DATE],
        ["Message-ID", `<DB7PR01MB${++count}B1E@DB7PR01MB4321.eurprd01.prod.outlook.com>`],
        ["References", loses ? "" : chain(to)],
        ["In-Reply-To", loses === "all-ids" ? "" : to.header("Message-ID")],
        ["Content-Type", 'text/plain; charset="iso-8859-1"'],
        ["MIME-Version", "1.0"],
      ],
      `Answer ${count}.\n\n________________________________\nVon: Support <support@desk.example>\nGesendet: Sonntag, 22. November 2026 10:00\nAn: Moreau, Ada\nBetreff: x\n\nHello`,
    ),
  showsAsOne: (mails) => new Set(mails.map(outlookConversation)).size === 1,
};

function outlookConversation(mail: ClientMail): string {
  const index = threadIndexConversation(mail.header("Thread-Index"));
  return index ?? (mail.header("Thread-Topic") || subjectOf(mail).replace(/^[a-z]{1,3}: /i, ""));
}

function newThreadIndex(): string {
  return btoa(String.fromCharCode(1, ...Array.from({ length: 21 }, () => Math.floor(Math.random() * 256))));
}

/** Apple Mail goes by References and In-Reply-To, as Jamie Zawinski's algorithm does. */
const apple: MailClient = {
  name: "Apple Mail",
  write: (from, subject) =>
    build(
      [
        ["From", `Ada Moreau <${from}>`],
        ["Content-Type", "text/plain; charset=us-ascii"],
        ["Mime-Version", "1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))"],
        ["Subject", subject],
        ["Message-Id", `<8F6A1C2D-0000-4B3E-9C1D-${String(++count).padStart(12, "0")}@customer.example>`],
        ["Date", DATE],
        ["To", "support@desk.example"],
        ["X-Mailer", "Apple Mail (2.3826.200.121)"],
      ],
      `It is number ${count}.`,
    ),
  answer: (from, to, loses) =>
    build(
      [
        ["From", `Ada Moreau <${from}>`],
        ["Content-Type", "text/plain; charset=us-ascii"],
        ["Mime-Version", "1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))"],
        ["Subject", `Re: ${to.header("Subject").replace(/^re: /i, "")}`],
        ["Date", DATE],
        ["References", loses ? "" : chain(to)],
        ["To", answerTo(to)],
        ["Cc", to.header("Cc")],
        ["In-Reply-To", loses === "all-ids" ? "" : to.header("Message-ID")],
        ["Message-Id", `<8F6A1C2D-0000-4B3E-9C1E-${String(++count).padStart(12, "0")}@customer.example>`],
        ["X-Mailer", "Apple Mail (2.3826.200.121)"],
      ],
      `Answer ${count}.\n\n> On 22. Nov 2026, at 10:00, Support <support@desk.example> wrote:\n> \n> Hello`,
    ),
  showsAsOne(mails) {
    const root = new Map<string, string>();
    const find = (id: string): string => {
      const up = root.get(id) ?? id;
      return up === id ? id : find(up);
    };
    for (const mail of mails)
      for (const id of idsOf(mail)) root.set(find(id), find(mail.header("Message-ID")));
    return new Set(mails.map((mail) => find(mail.header("Message-ID")))).size === 1;
  },
};

export const MAIL_CLIENTS: readonly MailClient[] = [gmail, outlook, apple];
