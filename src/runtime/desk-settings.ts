/** What the desk's verbs need of the configuration. */
import type { Config } from "../config.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";

const AUTOMATIC_MAIL_PER_HOUR = 20;

export function createDeskSettings(
  config: Pick<Config, "mailIn" | "mailOut" | "slack" | "undoSeconds">,
): DeskSettings {
  const ownAddresses = ownAddressesOf(config);
  const from = config.mailOut?.from.address ?? ownAddresses[0];
  return {
    ownAddresses,
    // Without an address of ours no mail leaves, and RFC 6761 keeps `.invalid` for names that lead nowhere.
    messageIdDomain: from?.slice(from.lastIndexOf("@") + 1) ?? "deskhand.invalid",
    automaticMailPerHour: AUTOMATIC_MAIL_PER_HOUR,
    undoSeconds: config.undoSeconds,
    slackTriageChannel: config.slack?.triageChannel ?? null,
  };
}

/** The addresses that we send from and read: mail from them is our own. */
export function ownAddressesOf(config: Pick<Config, "mailIn" | "mailOut">): string[] {
  const mailboxes = (config.mailIn?.mailboxes ?? []).map(({ user }) => user.toLowerCase());
  const from = config.mailOut ? [config.mailOut.from.address] : [];
  return [...new Set([...from, ...mailboxes.filter((user) => user.includes("@"))])];
}
