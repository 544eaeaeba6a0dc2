/** "Not solved" under the news that a ticket is resolved: the requester opens it again. */
import type { App } from "@slack/bolt";
import { z } from "zod";
import { AppError } from "../../../../core/errors.ts";
import type { SlackIdentity } from "../../../../core/requester-actions.ts";
import { NOT_SOLVED } from "../../blocks/resolution.ts";
import { installationTeam } from "../../body-facts.ts";
import { describe } from "../../bolt-logger.ts";
import { sentenceFor, tellPrivately } from "../../private-word.ts";
import { readClick } from "../click.ts";
import type { ListenerDeps } from "../deps.ts";

export function register(app: App, deps: ListenerDeps): void {
  app.action(NOT_SOLVED, async ({ ack, body }) => {
    await ack();
    const click = readClick(body);
    const who = { account: installationTeam(body), slackUserId: click.slackUserId };
    const word = await reportNotSolved(deps, who, click.value).catch((error: unknown) => {
      deps.log.warn({ component: "slack", error: describe(error) }, "a requester's click failed");
      return sentenceFor(error);
    });
    await tellPrivately(deps, click, word);
  });
}

async function reportNotSolved(deps: ListenerDeps, who: SlackIdentity, ticketId: string): Promise<string> {
  if (!z.uuid().safeParse(ticketId).success) throw new AppError("invalid", "This button names no ticket.");
  const { text } = await deps.requesters.reportNotSolved(who, ticketId);
  return text ?? "";
}
