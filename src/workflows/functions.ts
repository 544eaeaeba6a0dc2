/** Every workflow of the desk, for whichever engine runs them. */
import { createAcknowledgeTicket } from "./acknowledge-ticket.ts";
import { createAskAboutSkill } from "./ask-about-skill.ts";
import { createAssignBacklog, createWatchBacklog } from "./assign-backlog.ts";
import { createCheckAlerts } from "./check-alerts.ts";
import type { WorkflowClient } from "./client.ts";
import { createCloseQuietTickets } from "./close-quiet-tickets.ts";
import { createCompleteSlackMessage } from "./complete-slack-message.ts";
import { createDeliverMessage } from "./deliver-message.ts";
import { createKeepDeadlines } from "./keep-deadlines.ts";
import { createMorningDigest } from "./morning-digest.ts";
import { createNotifyAssignee } from "./notify-assignee.ts";
import { createNotifyDeadline } from "./notify-deadline.ts";
import { createNotifyDeliveryTrouble } from "./notify-delivery-trouble.ts";
import { createNotifyOperators } from "./notify-operators.ts";
import { createOnUserSignup } from "./on-user-signup.ts";
import { createOpenRequestedTicket } from "./open-requested-ticket.ts";
import { createPrune } from "./prune.ts";
import { createPublishHome } from "./publish-home.ts";
import { createRebuildLocalModel } from "./rebuild-local-model.ts";
import { createReconcileIntake } from "./reconcile-intake.ts";
import { createRefreshCard } from "./refresh-card.ts";
import { createReleaseHeldDeliveries } from "./release-held-deliveries.ts";
import { createRetriageProvisional } from "./retriage-provisional.ts";
import { createShowThreadStatus } from "./show-thread-status.ts";
import { createTellOfSkill } from "./tell-of-skill.ts";
import { createTriageTicket } from "./triage-ticket.ts";
import { createWatchDeadlines } from "./watch-deadlines.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createWorkflows(client: WorkflowClient, deps: WorkflowDeps) {
  const { serviceLevels, closing, digestAt } = deps.policies;
  const { rebuildLocalModel } = deps;
  return [
    createOnUserSignup(client, deps),
    createTriageTicket(client, deps),
    createAcknowledgeTicket(client, deps),
    createNotifyAssignee(client, deps),
    createRefreshCard(client, deps),
    createPublishHome(client, deps),
    createAskAboutSkill(client, deps),
    createTellOfSkill(client, deps),
    createDeliverMessage(client, deps),
    createReleaseHeldDeliveries(client, deps),
    createNotifyDeliveryTrouble(client, deps),
    createAssignBacklog(client, deps),
    createWatchBacklog(client, deps),
    createRetriageProvisional(client, deps),
    createReconcileIntake(client, deps),
    createNotifyOperators(client, deps),
    createCheckAlerts(client, deps),
    createCompleteSlackMessage(client, deps),
    createOpenRequestedTicket(client, deps),
    createShowThreadStatus(client, deps),
    createPrune(client, deps),
    ...(rebuildLocalModel === undefined ? [] : [createRebuildLocalModel(client, rebuildLocalModel)]),
    ...(serviceLevels === null
      ? []
      : [
          createKeepDeadlines(client, deps, serviceLevels),
          createWatchDeadlines(client, deps, serviceLevels),
          createNotifyDeadline(client, deps),
        ]),
    ...(closing.waitingDays + closing.resolvedDays === 0 ? [] : [createCloseQuietTickets(client, deps)]),
    ...(digestAt === null ? [] : [createMorningDigest(client, deps, digestAt)]),
  ];
}
