/** `slack/message-recorded`: ask Slack for what the event did not hold, then let the ticket's own workflows begin. */
import { AppError } from "../core/errors.ts";
import type { InboundSlackMessage } from "../core/inbound-slack.ts";
import type { SlackIntake } from "../core/slack-intake.ts";
import {
  listStoredSources,
  readSlackSource,
  type SlackSourceRow,
  sumAttachmentBytes,
} from "../db/slack-sources.ts";
import { readSlackRequester } from "../db/slack-threads.ts";
import {
  announceSlackMessage,
  describeEarlierThread,
  giveTicketThread,
  nameSlackMessage,
  noteMissingFiles,
  noteUnreachable,
  storeSlackFile,
} from "../desk/complete-slack-message.ts";
import { recordInbound } from "../desk/record-inbound.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

/** All files of one message together. */
const MESSAGE_BYTES_MAX = 30 * 1024 * 1024;
const EARLIER_MESSAGES_MAX = 20;

type Ports = Pick<WorkflowDeps, "sql" | "settings" | "slackIntake">;

export function createCompleteSlackMessage(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    {
      id: "complete-slack-message",
      triggers: [{ event: "slack/message-recorded" }],
      retries: 4,
      // What cannot be had must not keep the ticket from its triage.
      onFailure: async ({ event, step }) => {
        const { messageId } = parseEventData("slack/message-recorded", event.data.event.data);
        await step.run("announce", () => announceSlackMessage(deps.sql, messageId));
      },
    },
    async ({ event, step }) => {
      const { messageId } = parseEventData("slack/message-recorded", event.data);
      await step.run("name-people", () => withWorkflowErrors(() => namePeople(deps, messageId)));
      await step.run("read-thread", () => withWorkflowErrors(() => readThread(deps, messageId)));
      await step.run("give-thread", () => withWorkflowErrors(() => giveThread(deps, messageId)));
      await step.run("announce", () => withWorkflowErrors(() => announceSlackMessage(deps.sql, messageId)));
      return step.run("fetch-files", () => withWorkflowErrors(() => fetchFiles(deps, messageId)));
    },
  );
}

/** A person who cannot be looked up now stays nameless until the next message: the ticket does not wait for a name. */
async function namePeople(deps: Ports, messageId: string): Promise<void> {
  const found = await open(deps, messageId);
  if (found === null) return;
  const { source, intake } = found;
  const isPerson = !source.author.startsWith("B");
  const [author, text] = await Promise.all([
    isPerson ? intake.lookUp(source.author).catch(() => null) : null,
    intake.nameText(source.mrkdwn),
  ]);
  await nameSlackMessage(deps.sql, messageId, { author, text });
}

async function readThread(deps: Ports, messageId: string): Promise<void> {
  const found = await open(deps, messageId);
  if (found === null || !found.source.beganInThread) return;
  const { source, intake } = found;
  const { thread, ts } = source;
  if (thread === null || ts === null) return;
  const earlier = await intake.readThreadBefore(thread, ts, EARLIER_MESSAGES_MAX).catch(ignoreRefusal);
  if (earlier === null) return;
  for (const message of earlier) await recordInbound(deps.sql, deps.settings, message);
  await describeEarlierThread(
    deps.sql,
    messageId,
    earlier.map(({ author, text }) => ({ authorName: author.name, text })),
  );
}

/** A ticket from a form, or from a message where the bot cannot answer, is talked about in the direct messages. */
async function giveThread(deps: Ports, messageId: string): Promise<void> {
  const found = await open(deps, messageId);
  if (found === null || !found.source.needsThread) return;
  const { source, intake } = found;
  if (source.slackChannel !== null && (await intake.isMember(source.slackChannel))) return;
  const requester = (await readSlackRequester(deps.sql, source.ticketId))?.split("/")[1] ?? source.author;
  const text = describeOpening(source);
  const key = source.ticketId;
  try {
    const at = await intake.openDirectThread({ slackUserId: requester, text, key });
    await giveTicketThread(deps.sql, source.ticketId, at);
  } catch (error) {
    if (!(error instanceof AppError) || error.retryable) throw error;
    await noteUnreachable(
      deps.sql,
      source.ticketId,
      `Slack does not let us write to the requester. ${error.message}`,
    );
  }
}

function describeOpening({ number, title, rendered }: SlackSourceRow): string {
  return `Ticket #${number}: ${title}\n\n${rendered}`;
}

async function fetchFiles(deps: Ports, messageId: string): Promise<{ stored: number; missing: number }> {
  const found = await open(deps, messageId);
  if (found === null) return { stored: 0, missing: 0 };
  const { source, intake } = found;
  const known = new Set(await listStoredSources(deps.sql, messageId));
  const sentences: string[] = [];
  let bytesLeft = MESSAGE_BYTES_MAX - (await sumAttachmentBytes(deps.sql, messageId));
  for (const file of source.files.filter(({ id }) => !known.has(id))) {
    const fetched = await intake.fetchFile(file, bytesLeft);
    if ("missing" in fetched) sentences.push(fetched.missing);
    else {
      bytesLeft -= fetched.attachment.content.byteLength;
      await storeSlackFile(deps.sql, messageId, file.id, fetched.attachment);
    }
  }
  await noteMissingFiles(deps.sql, messageId, sentences);
  return { stored: source.files.length - sentences.length, missing: sentences.length };
}

async function open(
  deps: Ports,
  messageId: string,
): Promise<{ source: SlackSourceRow; intake: SlackIntake } | null> {
  if (deps.slackIntake === null) return null;
  const source = await readSlackSource(deps.sql, messageId);
  return source === null ? null : { source, intake: deps.slackIntake };
}

/** The bot may not read there: the ticket stands without what was said before. */
function ignoreRefusal(error: unknown): InboundSlackMessage[] | null {
  if (error instanceof AppError && !error.retryable) return null;
  throw error;
}
