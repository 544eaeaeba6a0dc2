/** The demo's customers: they write by SMTP, and read the answers in their own mailboxes. */
import { createTransport } from "nodemailer";
import type { DemoMailServer } from "./mail-server.ts";
import type { OutgoingMails } from "./outgoing-mails.ts";
import {
  findAcknowledgement,
  type ReceivedAcknowledgement,
  readMessageId,
  readSender,
  renderMail,
} from "./render-mail.ts";
import { SUPPORT_ADDRESS } from "./samples/people.ts";
import { readSampleMail, type SampleMail } from "./samples/sample-mails.ts";
import { type Patience, waitUntil } from "./wait-until.ts";

export interface SentMail {
  sample: SampleMail;
  /** With angle brackets. */
  messageId: string;
  raw: Uint8Array;
  /** True where an earlier run on the same folder has sent it. */
  sentBefore: boolean;
}

export interface Customers {
  /**
   * Sends the sample by SMTP, unless the support mailbox has it already. Where it answers an acknowledgement, waits
   * until that one has arrived, as a person would.
   */
  send(sample: SampleMail): Promise<SentMail>;
  stop(): void;
}

export function createCustomers(mail: DemoMailServer, written: OutgoingMails, patience: Patience): Customers {
  const transport = createTransport(`${mail.smtpUrl}?pool=true`);

  async function waitForAcknowledgement(of: string): Promise<ReceivedAcknowledgement> {
    const question = await written.getOrWrite(of, async () => {
      throw new Error(`${of} was never sent, so nothing can answer its acknowledgement.`);
    });
    const messageId = readMessageId(question) ?? "";
    const customer = readSender(question) ?? "";
    return waitUntil(async () => {
      const found = await findAcknowledgement(mail.mailbox(customer), messageId);
      return found === null
        ? { missing: `the acknowledgement of ${of} in the mailbox of ${customer}` }
        : { found };
    }, patience);
  }

  async function write(sample: SampleMail): Promise<Uint8Array> {
    const answered = sample.answersAcknowledgementOf;
    const acknowledgement = answered === undefined ? null : await waitForAcknowledgement(answered);
    return renderMail(await readSampleMail(sample.file), new Date(), acknowledgement);
  }

  return {
    async send(sample) {
      const raw = await written.getOrWrite(sample.file, () => write(sample));
      const messageId = readMessageId(raw);
      if (messageId === null) throw new Error(`${sample.file} has no Message-ID.`);
      const sentBefore = countCopies(mail, raw) >= (sample.copy ?? 1);
      if (!sentBefore) {
        const from = sample.emptyReturnPath ? "" : (readSender(raw) ?? "");
        await transport.sendMail({ envelope: { from, to: SUPPORT_ADDRESS }, raw: Buffer.from(raw) });
      }
      return { sample, messageId, raw, sentBefore };
    },
    stop: () => transport.close(),
  };
}

/** How often exactly these bytes have arrived, under the trace headers that the server put on top. */
function countCopies(mail: DemoMailServer, raw: Uint8Array): number {
  const bytes = Buffer.from(raw);
  return mail.mailbox(SUPPORT_ADDRESS).filter((stored) => {
    const end = Buffer.from(stored.raw).subarray(-bytes.byteLength);
    return end.equals(bytes);
  }).length;
}
