/** What happens to the channels themselves: the bot is thrown out, they are archived, or get another id. */
import type { App } from "@slack/bolt";
import { z } from "zod";
import type { ListenerDeps } from "../deps.ts";

const moveSchema = z.object({ old_channel_id: z.string().min(1), new_channel_id: z.string().min(1) });

/** Why nothing will be heard from a channel any more, and what to do. */
const LOSSES = {
  channel_left: "The bot was removed from a Slack channel of the desk: write /invite @Deskhand there.",
  group_left: "The bot was removed from a Slack channel of the desk: write /invite @Deskhand there.",
  channel_archive: "A Slack channel of the desk was archived: unarchive it, or configure another one.",
  group_archive: "A Slack channel of the desk was archived: unarchive it, or configure another one.",
  channel_deleted: "A Slack channel of the desk was deleted: configure another one.",
  group_deleted: "A Slack channel of the desk was deleted: configure another one.",
} as const;
const lossSchema = z.object({
  type: z.enum(Object.keys(LOSSES) as (keyof typeof LOSSES)[]),
  channel: z.string().min(1),
});

/** Said once in the log, when it happens; the doctor says it for as long as it lasts. */
export function register(app: App, deps: ListenerDeps): void {
  const { places, log } = deps;
  app.event(/^(?:channel|group)_(?:left|archive|deleted)$/, async ({ event }) => {
    const { data } = lossSchema.safeParse(event);
    if (data === undefined || !(places.isSupport(data.channel) || places.isTriage(data.channel))) return;
    log.error({ component: "slack", channel: data.channel }, LOSSES[data.type]);
  });
  app.event("channel_id_changed", async ({ event }) => {
    const { data } = moveSchema.safeParse(event);
    if (data === undefined) return;
    await deps.moveChannel(data.old_channel_id, data.new_channel_id);
    if (!places.move(data.old_channel_id, data.new_channel_id)) return;
    const fields = { component: "slack", was: data.old_channel_id, became: data.new_channel_id };
    log.warn(fields, "Slack gave a channel of the desk a new id: change it in the settings too.");
  });
}
