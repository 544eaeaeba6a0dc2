/** Every way in for requesters, and what they do in their thread. */
import type { App } from "@slack/bolt";
import { register as registerNotSolved } from "./actions/not-solved.ts";
import { register as registerTicketCommand } from "./commands/ticket.ts";
import type { ListenerDeps } from "./deps.ts";
import { register as registerChannels } from "./events/channels.ts";
import { register as registerMessages } from "./events/messages.ts";
import { register as registerReactions } from "./events/reactions.ts";
import { register as registerMakeTicket } from "./shortcuts/make-ticket.ts";
import { register as registerNewTicketForm } from "./views/new-ticket-form.ts";

const REGISTRATIONS = [
  registerMessages,
  registerReactions,
  registerChannels,
  registerTicketCommand,
  registerNewTicketForm,
  registerMakeTicket,
  registerNotSolved,
];

export function registerRequesters(app: App, deps: ListenerDeps): void {
  for (const register of REGISTRATIONS) register(app, deps);
}
