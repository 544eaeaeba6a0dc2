/** What a click says, and how it is answered. Slack's payloads differ more than their types tell. */
import { z } from "zod";
import type { StaffActor } from "../../../core/actor.ts";
import { AppError } from "../../../core/errors.ts";
import { readTicketBlockId } from "../blocks/ids.ts";
import { describe } from "../bolt-logger.ts";
import { type Listener, sentenceFor, tellPrivately } from "../private-word.ts";
import type { ListenerDeps } from "./deps.ts";

export const STAFF_ONLY = "Only moderators and admins of the desk can do that. Ask an admin to make you one.";

export interface Click extends Listener {
  /** What the button or the chosen option stands for. */
  value: string;
  /** The ticket of the card's block, else the button's own value. Not checked: the desk reads it anew. */
  ticketId: string;
  triggerId: string;
  /** The same for every delivery of this click. */
  key: string;
}

const clickSchema = z.object({
  user: z.object({ id: z.string() }),
  trigger_id: z.string().min(1),
  /** Absent for clicks in App Home. */
  channel: z.object({ id: z.string() }).optional(),
  actions: z.tuple(
    [
      z.object({
        value: z.string().min(1).optional(),
        block_id: z.string().optional(),
        selected_option: z.object({ value: z.string().min(1) }).nullish(),
      }),
    ],
    z.unknown(),
  ),
});

/** Rejects with `invalid` where the payload is not a click on something of ours. */
export function readClick(body: unknown): Click {
  const parsed = clickSchema.safeParse(body);
  const action = parsed.data?.actions[0];
  const value = action?.selected_option?.value ?? action?.value;
  if (!parsed.success || value === undefined) {
    throw new AppError("invalid", "Slack sent a click that cannot be read.");
  }
  const { user, trigger_id: triggerId, channel } = parsed.data;
  return {
    slackUserId: user.id,
    channel: channel?.id ?? user.id,
    value,
    ticketId: readTicketBlockId(action?.block_id ?? "") ?? value,
    triggerId,
    key: `click:${triggerId}`,
  };
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
