/** `user/signup`: ask the owner of the address to prove that it is theirs. */
import { findUserById } from "../db/users.ts";
import type { WorkflowClient } from "./client.ts";
import { withWorkflowErrors } from "./errors.ts";
import { parseEventData } from "./event-data.ts";
import type { WorkflowDeps } from "./workflow-deps.ts";

export function createOnUserSignup(client: WorkflowClient, deps: WorkflowDeps) {
  return client.createFunction(
    { id: "on-user-signup", triggers: [{ event: "user/signup" }], retries: 8 },
    async ({ event, step }) => {
      const { userId } = parseEventData("user/signup", event.data);
      return step.run("send-verification", () => withWorkflowErrors(() => sendVerification(deps, userId)));
    },
  );
}

async function sendVerification(deps: WorkflowDeps, userId: string): Promise<{ state: string }> {
  if (deps.mail === null) return { state: "mail-off" };
  const user = await findUserById(deps.sql, userId);
  if (!user) return { state: "no-user" };
  if (user.emailVerifiedAt) return { state: "verified-already" };
  const link = await deps.createVerificationLink(user);
  const result = await deps.mail.sender.send({
    messageId: `<verify.${userId}@${deps.settings.messageIdDomain}>`,
    from: deps.mail.from,
    to: [{ address: user.email, name: user.name }],
    cc: [],
    replyTo: null,
    subject: "Please confirm your mail address",
    text: [
      user.name === "" ? "Hello," : `Hello ${user.name},`,
      "",
      "An account was made for this mail address. If it was you, please confirm the address:",
      "",
      link,
      "",
      "Tickets that you sent by mail then appear in your account. If it was not you, do nothing: without this",
      "confirmation the account sees none of your mail.",
    ].join("\n"),
    inReplyTo: null,
    references: [],
    automatic: true,
  });
  return { state: result.state };
}
