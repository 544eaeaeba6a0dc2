/** A message's HTML with its own images at the address of their downloads. */
import type { AttachmentView } from "../../db/ticket-queries.ts";
import { type SanitisedHtml, sanitiseHtml } from "./sanitise-html.ts";

export function attachmentUrl(ticketId: string, attachmentId: string): string {
  return `/api/tickets/${ticketId}/attachments/${attachmentId}`;
}

/** `attachments` are those of this message. A content id that none of them has leads nowhere: its image goes. */
export function sanitiseMessage(
  ticketId: string,
  html: string,
  attachments: readonly AttachmentView[],
): SanitisedHtml {
  return sanitiseHtml(html, (contentId) => {
    const wanted = contentId.toLowerCase();
    const file = attachments.find((one) => one.contentId?.toLowerCase() === wanted);
    return file === undefined ? null : attachmentUrl(ticketId, file.id);
  });
}
