/** The sample mails, in the order in which they are sent. The mails themselves are the `.eml` files in `mail/`. */
import { readFile } from "node:fs/promises";

export interface SampleMail {
  /** Name of the file in `mail/`. */
  file: string;
  /** Sent only once the acknowledgement of this sample is in the mailbox of who wrote it. */
  answersAcknowledgementOf?: string;
  /** A bounce travels with an empty return path (RFC 5321, section 4.5.5). */
  emptyReturnPath?: true;
  /** 2: the very same bytes arrive for the second time. */
  copy?: 2;
}

export const FIRST_CONTACTS: readonly SampleMail[] = [
  { file: "01-vpn-first-contact.eml" },
  { file: "03-hardware-broken.eml" },
  { file: "04-angry-urgent.eml" },
  { file: "05-billing-double-charge.eml" },
  { file: "06-calendar-html-only.eml" },
  { file: "07-japanese.eml" },
  { file: "08-webhook-with-screenshot.eml" },
  { file: "09-phishing-report.eml" },
  { file: "10-feature-question.eml" },
  { file: "11-refund-with-orders-to-machines.eml" },
  { file: "12-newsletter.eml" },
];

/** What comes once the first answers are out. */
export const LATER_MAILS: readonly SampleMail[] = [
  { file: "03-hardware-broken.eml", copy: 2 },
  { file: "02-vpn-reply.eml", answersAcknowledgementOf: "01-vpn-first-contact.eml" },
  { file: "13-vpn-reply-from-outlook.eml", answersAcknowledgementOf: "01-vpn-first-contact.eml" },
  { file: "14-out-of-office.eml", answersAcknowledgementOf: "05-billing-double-charge.eml" },
  { file: "15-bounce.eml", answersAcknowledgementOf: "06-calendar-html-only.eml", emptyReturnPath: true },
];

/** The mail on whose ticket a moderator's claim, reply and resolution are shown. */
export const MODERATED_MAIL = "01-vpn-first-contact.eml";

/** The file as it stands: a mail, in which `{{acknowledgement.…}}` may wait for a value. */
export function readSampleMail(file: string): Promise<Uint8Array> {
  return readFile(new URL(`mail/${file}`, import.meta.url));
}
