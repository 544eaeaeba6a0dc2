/** Tells staff that an answer did not arrive. Internal: never sent to a requester. */
import type { RecipientState } from "./delivery.ts";
import { withSubjectToken } from "./threading.ts";

export interface DeliveryNoticeInput {
  number: number;
  title: string;
  /** Of whoever is told. */
  name: string;
  kind: "reply" | "automatic message";
  recipients: { address: string; state: RecipientState; error: string | null }[];
  /** What went wrong where there are no recipients by mail. */
  error: string | null;
  /** Public address of the ticket, or null. */
  url: string | null;
}

export function writeDeliveryNotice(notice: DeliveryNoticeInput): { subject: string; text: string } {
  const missed = notice.recipients.filter(({ state }) => state === "failed" || state === "bounced");
  const reached = notice.recipients.filter(({ state }) => state === "sent");
  const lines = [
    notice.name === "" ? "Hello," : `Hello ${oneLine(notice.name)},`,
    "",
    notice.kind === "reply"
      ? `The reply on ticket #${notice.number} (${oneLine(notice.title)}) did not reach everybody it was for.`
      : `An automatic message on ticket #${notice.number} (${oneLine(notice.title)}) did not arrive.`,
    "",
    ...missed.map(({ address, state, error }) =>
      `${address}: ${VERBS[state]}. ${oneLine(error ?? "")}`.trim(),
    ),
    ...(missed.length === 0 && notice.error !== null ? [oneLine(notice.error)] : []),
    ...(reached.length > 0 ? [`Delivered to ${reached.map(({ address }) => address).join(", ")}.`] : []),
    "",
    "Please find another way to reach them, or correct the address and answer again.",
    ...(notice.url === null ? [] : ["", notice.url]),
  ];
  return {
    subject: withSubjectToken(`Not delivered: ${oneLine(notice.title)}`, notice.number),
    text: lines.join("\n"),
  };
}

const VERBS: Record<RecipientState, string> = {
  waiting: "not sent yet",
  sent: "sent",
  failed: "refused",
  bounced: "returned",
};

/** A title or a server's words come from outside: one line, and short. */
function oneLine(text: string): string {
  const plain = text.replace(/[\s\p{Cc}\p{Cf}]+/gu, " ").trim();
  return plain.length > 300 ? `${Array.from(plain).slice(0, 299).join("")}…` : plain;
}
