/** What a click or a submitted form says, and how it is answered. Slack's payloads differ more than their types tell. */
import { z } from "zod";
import type { StaffActor } from "../../../core/actor.ts";
import { AppError } from "../../../core/errors.ts";
import { describe } from "../bolt-logger.ts";
import { type Listener, sentenceFor, tellPrivately } from "../private-word.ts";
import type { ListenerDeps } from "./deps.ts";

export const STAFF_ONLY = "Only moderators and admins of the desk can do that. Ask an admin to make you one.";

export interface Click extends Listener {
  ticketId: string;
  triggerId: string;
  /** The card's heading, e.g. `#1042 Printer on fire`. */
  heading: string;
}

const clickSchema = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string(),
  channel: z.object({ id: z.string() }),
  actions: z.tuple([z.object({ value: z.string().min(1) })], z.unknown()),
  message: z.object({ blocks: z.array(z.unknown()).optional() }).optional(),
});

/** Rejects with `invalid` where the payload is not a click on one of our cards. */
export function readClick(body: unknown): Click {
  const parsed = clickSchema.safeParse(body);
  if (!parsed.success) throw new AppError("invalid", "Slack sent a click that cannot be read.");
  const { user, trigger_id: triggerId, channel, actions, message } = parsed.data;
  const header = z.object({ text: z.object({ text: z.string() }) }).safeParse(message?.blocks?.[0]);
  return {
    slackUserId: user.id,
    channel: channel.id,
    ticketId: actions[0].value,
    triggerId,
    heading: header.success ? header.data.text.text : "",
  };
}

/** Carried by a form from the click to its submission. */
export interface FormOrigin {
  ticketId: string;
  channel: string;
}
const originSchema = z.object({ ticketId: z.string().min(1), channel: z.string().min(1) });

export function writeOrigin(click: Click): string {
  return JSON.stringify({ ticketId: click.ticketId, channel: click.channel } satisfies FormOrigin);
}

/** Rejects with `invalid` where the form is not one of ours. */
export function readOrigin(metadata: string): FormOrigin {
  try {
    return originSchema.parse(JSON.parse(metadata));
  } catch (cause) {
    throw new AppError("invalid", "This form cannot be read. Please open it again.", { cause });
  }
}

/** The moderator or admin who clicked; rejects with `forbidden` for everybody else. */
export async function requireStaff(deps: ListenerDeps, slackUserId: string): Promise<StaffActor> {
  const { email } = await deps.users.lookUp(slackUserId);
  const actor = await deps.actions.resolveActor(slackUserId, email);
  if (actor === null) throw new AppError("forbidden", STAFF_ONLY);
  return actor;
}

/** Runs what a click asks for. Whatever it comes to, the person hears of it; only success may be silent. */
export async function answerClick(
  deps: ListenerDeps,
  body: unknown,
  work: (click: Click, actor: StaffActor) => Promise<string | null>,
): Promise<void> {
  const click = readClick(body);
  try {
    const actor = await requireStaff(deps, click.slackUserId);
    const word = await work(click, actor);
    if (word !== null) await tellPrivately(deps, click, word);
  } catch (error) {
    deps.log.warn({ component: "slack", ticketId: click.ticketId, error: describe(error) }, "a click failed");
    await tellPrivately(deps, click, sentenceFor(error));
  }
}
