/** Every way in for requesters, and what they do in their thread. */
import type { BoltApps } from "../dispatch.ts";
import { register as registerNotSolved } from "./actions/not-solved.ts";
import { register as registerTicketCommand } from "./commands/ticket.ts";
import type { ListenerDeps } from "./deps.ts";
import { register as registerChannels } from "./events/channels.ts";
import { register as registerMessages } from "./events/messages.ts";
import { register as registerReactions } from "./events/reactions.ts";
import { register as registerMakeTicket } from "./shortcuts/make-ticket.ts";
import { register as registerNewTicketForm } from "./views/new-ticket-form.ts";

const EVENTS = [registerMessages, registerReactions, registerChannels];
const INTERACTIONS = [registerTicketCommand, registerNewTicketForm, registerMakeTicket, registerNotSolved];

export function registerRequesters({ events, interactions }: BoltApps, deps: ListenerDeps): void {
  for (const register of EVENTS) register(events, deps);
  for (const register of INTERACTIONS) register(interactions, deps);
}
