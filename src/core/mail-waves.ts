/** Which mails of a batch can be recorded side by side, and which must wait for another one of them. */
import type { InboundEmail } from "./inbound.ts";
import { readSubjectNumber } from "./threading.ts";

type WaveMail = Pick<
  InboundEmail,
  "from" | "messageId" | "inReplyTo" | "references" | "subject" | "to" | "cc" | "fingerprint" | "bounce"
>;

/**
 * Splits a batch into waves of indexes. Mails that may have to do with each other (copies, an answer and what it answers,
 * two words on one conversation) come into different waves, in the order of the batch; all others share one. `numbersOf`
 * names the tickets that a Message-ID is known to stand on.
 */
export function planMailWaves(
  mails: readonly WaveMail[],
  numbersOf: (messageId: string) => readonly number[],
): number[][] {
  const waves: number[][] = [];
  const lastOf = new Map<string, number>();
  const lastFrom = new Map<string, number>();
  for (const [index, mail] of mails.entries()) {
    const keys = [...listKeys(mail, numbersOf)];
    const sender = mail.from?.address ?? "";
    // Who writes can be reached: a bounce of theirs is told before or after, while their own mails may come together.
    const bounced = mail.bounce?.recipient?.toLowerCase() ?? null;
    const wave =
      1 +
      Math.max(
        -1,
        lastOf.get(`bounced ${sender}`) ?? -1,
        bounced === null ? -1 : (lastFrom.get(bounced) ?? -1),
        ...keys.map((key) => lastOf.get(key) ?? -1),
      );
    for (const key of keys) lastOf.set(key, wave);
    lastFrom.set(sender, Math.max(wave, lastFrom.get(sender) ?? -1));
    const members = waves[wave] ?? [];
    members.push(index);
    waves[wave] = members;
  }
  return waves;
}

/** The Message-IDs that a mail names, its own included. */
export function listMessageIds(
  mail: Pick<WaveMail, "messageId" | "inReplyTo" | "references" | "bounce">,
): string[] {
  const { messageId, inReplyTo, references, bounce } = mail;
  const named = [messageId, inReplyTo, ...references, bounce?.originalMessageId ?? null];
  return [...new Set(named.filter((id) => id !== null))];
}

function listKeys(mail: WaveMail, numbersOf: (messageId: string) => readonly number[]): Set<string> {
  const messageIds = listMessageIds(mail);
  const subjectNumber = readSubjectNumber(mail.subject);
  const numbers = [...messageIds.flatMap(numbersOf), ...(subjectNumber === null ? [] : [subjectNumber])];
  // What stands after the `+` of an address may name a ticket.
  const plusAddresses = [...mail.to, ...mail.cc]
    .map(({ address }) => address)
    .filter((one) => one.includes("+"));
  return new Set([
    `copy ${mail.fingerprint}`,
    ...messageIds,
    ...numbers.map((number) => `#${number}`),
    ...plusAddresses.map((address) => `to ${address}`),
    ...(mail.bounce?.recipient ? [`bounced ${mail.bounce.recipient.toLowerCase()}`] : []),
  ]);
}
