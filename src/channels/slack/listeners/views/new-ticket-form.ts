/** Send in the form behind `/ticket`: recorded before Slack hears that it arrived. */
import type { App, ViewSubmitAction } from "@slack/bolt";
import { z } from "zod";
import type { InboundSlackForm } from "../../../../core/inbound-slack.ts";
import { NEW_TICKET_FIELDS, NEW_TICKET_FORM } from "../../blocks/new-ticket-modal.ts";
import { installationTeam } from "../../body-facts.ts";
import { describe } from "../../bolt-logger.ts";
import { fileSchema } from "../../slack-message.ts";
import { toFileRef } from "../../to-inbound.ts";
import type { ListenerDeps } from "../deps.ts";
import { recordAndLog } from "../record-and-log.ts";

const fieldSchema = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.enum(["low", "medium", "high"]) }).nullish(),
  files: z.array(fileSchema).nullish(),
});
const valuesSchema = z.record(z.string(), z.record(z.string(), fieldSchema));

export function register(app: App, deps: ListenerDeps): void {
  app.view<ViewSubmitAction>(
    { callback_id: NEW_TICKET_FORM, type: "view_submission" },
    async ({ ack, body }) => {
      try {
        await recordAndLog(deps, readForm(body, deps));
        await ack();
      } catch (error) {
        // The form stays open with everything in it.
        deps.log.error(
          { component: "slack", error: describe(error) },
          "a form for a new ticket was not recorded",
        );
        const errors = { [NEW_TICKET_FIELDS.title.block]: "That was not saved. Please send it again." };
        await ack({ response_action: "errors", errors });
      }
    },
  );
}

function readForm(body: ViewSubmitAction, { users, now }: ListenerDeps): InboundSlackForm {
  const values = valuesSchema.parse(body.view.state.values);
  const read = ({ block, action }: { block: string; action: string }) => values[block]?.[action];
  const { title, description, priority, files } = NEW_TICKET_FIELDS;
  const slackUserId = body.user.id;
  return {
    channel: "slack-form",
    account: installationTeam(body),
    externalId: `form:${body.view.id}`,
    receivedAt: new Date(now()),
    author: users.known(slackUserId) ?? { slackUserId, name: "", email: null },
    title: read(title)?.value ?? "",
    description: read(description)?.value ?? "",
    priority: read(priority)?.selected_option?.value ?? null,
    files: (read(files)?.files ?? []).map(toFileRef),
  };
}
