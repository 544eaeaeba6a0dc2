/** How the delivery of an answer looks to staff: one entry for each recipient by mail. */
import { z } from "@hono/zod-openapi";
import { MAIL_ERROR_CLASSES, type MailErrorClass } from "../core/delivery.ts";
import type { MessageView } from "../db/ticket-queries.ts";

export const DELIVERY_STATES = ["queued", "sending", "sent", "bounced", "failed", "cancelled"] as const;

export const DeliverySchema = z
  .object({
    recipient: z.string(),
    role: z.enum(["to", "cc"]),
    state: z.enum(DELIVERY_STATES),
    errorClass: z
      .enum(MAIL_ERROR_CLASSES)
      .nullable()
      .openapi({ description: "What went wrong in the last try, or for good." }),
    error: z.string().nullable().openapi({ description: "In the mail server's words." }),
    attempts: z.int().openapi({ description: "Tries of the whole mail." }),
  })
  .openapi("Delivery");

/** A recipient who has not been tried for good shares the state and trouble of the whole mail. */
export function presentDeliveries(message: MessageView): z.infer<typeof DeliverySchema>[] {
  const { deliveryState, deliveryError, deliveryErrorClass, attempts } = message;
  if (deliveryState === null) return [];
  return (message.recipients ?? []).map(({ address, role, state, error, errorClass }) => {
    const waits = state === "waiting";
    return {
      recipient: address,
      role,
      state: waits ? deliveryState : state,
      errorClass: readErrorClass(waits ? (errorClass ?? deliveryErrorClass) : errorClass),
      error: waits ? (error ?? deliveryError) : error,
      attempts: attempts ?? 0,
    };
  });
}

function readErrorClass(text: string | null): MailErrorClass | null {
  return MAIL_ERROR_CLASSES.find((one) => one === text) ?? null;
}
