/** Everything that moderators and admins do in Slack, and App Home. */
import type { BoltApps } from "../dispatch.ts";
import { register as registerAway } from "./actions/away.ts";
import { register as registerClaim } from "./actions/claim.ts";
import { register as registerDecideProposal } from "./actions/decide-proposal.ts";
import { register as registerLabels } from "./actions/labels.ts";
import { register as registerOpenAssign } from "./actions/open-assign.ts";
import { register as registerOpenConversation } from "./actions/open-conversation.ts";
import { register as registerOpenDecline } from "./actions/open-decline.ts";
import { register as registerOpenReply } from "./actions/open-reply.ts";
import { register as registerOpenResolve } from "./actions/open-resolve.ts";
import { register as registerReopen } from "./actions/reopen.ts";
import { register as registerUndoReply } from "./actions/undo-reply.ts";
import type { ListenerDeps } from "./deps.ts";
import { register as registerAppHome } from "./events/app-home.ts";
import { register as registerAssignForm } from "./views/assign-form.ts";
import { register as registerDeclineForm } from "./views/decline-form.ts";
import { register as registerReplyForm } from "./views/reply-form.ts";
import { register as registerResolveForm } from "./views/resolve-form.ts";

const INTERACTIONS = [
  registerClaim,
  registerLabels,
  registerOpenReply,
  registerReplyForm,
  registerUndoReply,
  registerOpenResolve,
  registerResolveForm,
  registerReopen,
  registerOpenAssign,
  registerAssignForm,
  registerOpenDecline,
  registerDeclineForm,
  registerOpenConversation,
  registerDecideProposal,
  registerAway,
];

export function registerModerators({ events, interactions }: BoltApps, deps: ListenerDeps): void {
  registerAppHome(events, deps);
  for (const register of INTERACTIONS) register(interactions, deps);
}
