/** What a form carries from the click to its submission, in private_metadata. Claims only: the desk reads all anew. */
import { z } from "zod";
import { AppError } from "../../../core/errors.ts";
import type { ReplyForm, ReplyShown } from "../../../core/slack-actions.ts";
import type { Click } from "./click.ts";

export interface FormOrigin {
  ticketId: string;
  channel: string;
}

const originSchema = z.object({ ticketId: z.string().min(1).max(100), channel: z.string().min(1).max(100) });
const shownSchema = z.object({
  audienceKey: z.string().max(200),
  latestMessageId: z.string().max(100).nullable(),
  warnings: z.array(z.string().max(100)).max(100),
});

export function writeOrigin(click: Pick<Click, "ticketId" | "channel">): string {
  return JSON.stringify({ ticketId: click.ticketId, channel: click.channel } satisfies FormOrigin);
}

/** Slack takes 3,000 characters; each fingerprint is short. */
export function writeReplyOrigin(origin: FormOrigin, form: ReplyForm, fingerprints: string[]): string {
  const shown: ReplyShown = {
    audienceKey: form.audience.key,
    latestMessageId: form.latest?.messageId ?? null,
    warnings: fingerprints.slice(0, 100),
  };
  return JSON.stringify({ ticketId: origin.ticketId, channel: origin.channel, shown });
}

/** Rejects with `invalid` where the form is not one of ours. */
export function readOrigin(metadata: string): FormOrigin {
  return parse(metadata, originSchema);
}

export function readReplyShown(metadata: string): ReplyShown {
  return parse(metadata, z.object({ shown: shownSchema })).shown;
}

function parse<T>(metadata: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(metadata));
  } catch (cause) {
    throw new AppError("invalid", "This form cannot be read. Please open it again.", { cause });
  }
}
