/** How a ticket looks from outside: for its requester, and for staff. */
import { z } from "@hono/zod-openapi";
import { DEADLINE_KINDS } from "../core/sla.ts";
import { CHANNELS, PRIORITIES, TICKET_STATUSES } from "../core/ticket.ts";
import type { CorrectionView } from "../db/corrections.ts";
import type { DeadlineRow } from "../db/deadlines.ts";
import type {
  AttachmentView,
  LastTriage,
  MessageView,
  TicketInternals,
  TicketView,
  TicketViewer,
} from "../db/ticket-queries.ts";
import {
  AssignmentSchema,
  CorrectionSchema,
  presentAssignment,
  presentCorrection,
  presentTriage,
  TriageSchema,
} from "./decision-schema.ts";
import { DELIVERY_STATES, DeliverySchema, presentDeliveries } from "./delivery-schema.ts";
import { attachmentUrl, sanitiseMessage } from "./html/sanitise-message.ts";
import { DateTimeSchema } from "./schemas.ts";

export const TicketSchema = z
  .object({
    id: z.uuid(),
    number: z.int().openapi({ example: 1042, description: "What people call the ticket: #1042." }),
    title: z.string(),
    description: z.string().openapi({ description: "In lists: the first 10,000 characters." }),
    status: z.enum(TICKET_STATUSES),
    priority: z.enum(PRIORITIES),
    category: z.string().nullable().openapi({ description: "null until the ticket has been triaged." }),
    summary: z.string(),
    helpfulNotes: z
      .string()
      .openapi({ description: "Notes for whoever takes it. Empty for everybody but staff." }),
    relatedSkills: z.array(z.string()),
    assignedTo: z.object({ id: z.uuid(), email: z.string(), name: z.string() }).nullable(),
    createdBy: z.string().openapi({
      description: "The id of the user who asked; of the requester, where no account belongs to them.",
    }),
    requester: z.object({
      id: z.uuid(),
      name: z.string(),
      email: z.string().nullable(),
      channel: z.enum(CHANNELS),
    }),
    createdAt: DateTimeSchema,
    updatedAt: DateTimeSchema,
  })
  .openapi("Ticket");

const MessageSchema = z
  .object({
    id: z.uuid(),
    kind: z.enum(["message", "reply", "note", "acknowledgement", "notice"]),
    direction: z.enum(["inbound", "outbound"]),
    channel: z.enum(CHANNELS),
    author: z.object({
      name: z.string(),
      newcomer: z.boolean().optional().openapi({
        description:
          "Staff only: the writer took no part before, and answered a mail of ours that somebody passed on.",
      }),
    }),
    text: z.string().openapi({ description: "The new words, without quotes and signature." }),
    fullText: z.string().openapi({ description: "All of it, up to 100,000 characters." }),
    editedAt: DateTimeSchema.nullable().openapi({ description: "When its author last edited it, in Slack." }),
    deletedAt: DateTimeSchema.nullable().openapi({
      description: "When it was deleted in Slack. Requesters then read no words of it; staff do.",
    }),
    versions: z
      .array(z.object({ text: z.string(), replacedAt: DateTimeSchema }))
      .optional()
      .openapi({ description: "Staff only: what stood in it before it was edited, the oldest first." }),
    html: z
      .string()
      .nullable()
      .openapi({
        description:
          "The HTML of a mail, made safe to show: no scripts, no forms, no loads from elsewhere. Null where the mail has " +
          "none, or where newer messages fill the answer: then `htmlUrl` has it.",
      }),
    remoteImages: z.int().openapi({
      description:
        "Images in `html` that lie elsewhere, not loaded: their address is in `data-original-src`.",
    }),
    htmlUrl: z.string().nullable().openapi({ description: "Path of the same HTML; needs the same token." }),
    sourceUrl: z
      .string()
      .nullable()
      .optional()
      .openapi({ description: "Staff only: path of the mail's original, byte for byte." }),
    createdAt: DateTimeSchema,
    attachments: z.array(
      z.object({
        id: z.uuid(),
        filename: z.string(),
        contentType: z.string(),
        sizeBytes: z.int(),
        contentId: z.string().nullable().openapi({ description: "By which the HTML shows it." }),
        url: z.string().openapi({ description: "Path of the download; needs the same token." }),
      }),
    ),
    delivery: z
      .object({
        state: z.enum(DELIVERY_STATES),
        hold: z.string().nullable().optional().openapi({
          description: "Staff only: why a queued answer cannot leave now, and what to do; null where it can.",
        }),
      })
      .nullable()
      .openapi({
        description: "Of an answer by mail or Slack. By mail, `sent` means that each recipient was taken.",
      }),
    deliveries: z
      .array(DeliverySchema)
      .optional()
      .openapi({ description: "Staff only: what became of an answer by mail, for each recipient." }),
  })
  .openapi("Message");

export const TicketDetailSchema = TicketSchema.extend({
  messages: z.array(MessageSchema).openapi({ description: "The newest 500, in order." }),
  messagesOmitted: z.int().openapi({ description: "Older messages that are left out." }),
  triage: TriageSchema.nullable()
    .optional()
    .openapi({ description: "Staff only; null before the first triage." }),
  assignment: AssignmentSchema.nullable()
    .optional()
    .openapi({ description: "Staff only: why this assignee or nobody, and who else was considered." }),
  corrections: z
    .array(CorrectionSchema)
    .optional()
    .openapi({ description: "Staff only: what people corrected, the oldest first; the newest 100." }),
  suggestedReply: z.string().optional().openapi({ description: "Staff only: a draft, sent by nobody." }),
  deadlines: z
    .array(
      z.object({
        kind: z.enum(DEADLINE_KINDS),
        state: z.enum(["running", "paused", "ended"]),
        dueAt: DateTimeSchema.nullable().openapi({ description: "Null unless it is running." }),
        missedAt: DateTimeSchema.nullable(),
      }),
    )
    .optional()
    .openapi({
      description: "Staff only: by when it is to be answered and resolved, where service levels are set.",
    }),
}).openapi("TicketDetail");

export function presentTicket(ticket: TicketView, viewer: TicketViewer): z.infer<typeof TicketSchema> {
  const { id, number, title, description, status, priority, category, summary, relatedSkills } = ticket;
  return {
    id,
    number,
    title,
    description,
    status,
    priority,
    category,
    summary,
    helpfulNotes: viewer.kind === "staff" ? ticket.helpfulNotes : "",
    relatedSkills,
    assignedTo: presentAssignee(ticket),
    createdBy: ticket.requesterUserId ?? ticket.requesterId,
    requester: {
      id: ticket.requesterId,
      name: ticket.requesterName,
      email: ticket.requesterEmail,
      channel: ticket.requesterChannel,
    },
    createdAt: ticket.createdAt.toISOString(),
    updatedAt: ticket.updatedAt.toISOString(),
  };
}

function presentAssignee({ assigneeId, assigneeEmail, assigneeName }: TicketView) {
  if (assigneeId === null || assigneeEmail === null) return null;
  return { id: assigneeId, email: assigneeEmail, name: assigneeName ?? "" };
}

export interface TicketDetailParts {
  ticket: TicketView & TicketInternals;
  messages: MessageView[];
  messagesOmitted: number;
  attachments: AttachmentView[];
  /** What a classifier said last. */
  triage: LastTriage | null;
  deadlines: DeadlineRow[];
  corrections: CorrectionView[];
}

export function presentTicketDetail(
  parts: TicketDetailParts,
  viewer: TicketViewer,
): z.infer<typeof TicketDetailSchema> {
  const { ticket } = parts;
  const shared = {
    ...presentTicket(ticket, viewer),
    messages: parts.messages.map((message) => presentMessage(ticket.id, message, parts.attachments, viewer)),
    messagesOmitted: parts.messagesOmitted,
  };
  if (viewer.kind === "user") return shared;
  return {
    ...shared,
    triage: presentTriage(ticket, parts.triage),
    assignment: presentAssignment(ticket.assignment),
    corrections: parts.corrections.map(presentCorrection),
    suggestedReply: ticket.suggestedReply,
    deadlines: parts.deadlines.map(({ kind, state, dueAt, missedAt }) => ({
      kind,
      state,
      dueAt: dueAt?.toISOString() ?? null,
      missedAt: missedAt?.toISOString() ?? null,
    })),
  };
}

function presentMessage(
  ticketId: string,
  message: MessageView,
  attachments: AttachmentView[],
  viewer: TicketViewer,
) {
  const { id, kind, direction, channel, authorName, text, fullText, createdAt, deliveryState } = message;
  const isStaff = viewer.kind === "staff";
  const isHidden = message.deletedAt !== null && !isStaff;
  const files = isHidden ? [] : attachments.filter((file) => file.messageId === id);
  const safe = message.html === null ? null : sanitiseMessage(ticketId, message.html, files);
  const path = `/api/tickets/${ticketId}/messages/${id}`;
  return {
    id,
    kind,
    direction,
    channel,
    author: { name: authorName, ...(isStaff ? { newcomer: message.newcomer } : {}) },
    text,
    fullText,
    editedAt: message.editedAt?.toISOString() ?? null,
    deletedAt: message.deletedAt?.toISOString() ?? null,
    ...(isStaff ? { versions: presentVersions(message) } : {}),
    html: safe?.html ?? null,
    remoteImages: safe?.remoteImages ?? 0,
    htmlUrl: message.hasHtml ? `${path}/html` : null,
    ...(isStaff ? { sourceUrl: message.hasSource ? `${path}/source` : null } : {}),
    createdAt: createdAt.toISOString(),
    attachments: files.map((file) => ({
      id: file.id,
      filename: file.filename,
      contentType: file.contentType,
      sizeBytes: file.sizeBytes,
      contentId: file.contentId,
      url: attachmentUrl(ticketId, file.id),
    })),
    delivery:
      deliveryState === null
        ? null
        : { state: deliveryState, ...(isStaff ? { hold: message.deliveryHold } : {}) },
    ...(isStaff ? { deliveries: presentDeliveries(message) } : {}),
  };
}

function presentVersions({ versions }: MessageView) {
  return (versions ?? []).map(({ text, replacedAt }) => ({
    text,
    replacedAt: new Date(replacedAt).toISOString(),
  }));
}
