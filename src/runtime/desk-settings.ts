/** What the desk's verbs need of the configuration. */
import type { Config } from "../config.ts";
import type { DeskSettings } from "../desk/desk-settings.ts";
import { createMailTokens } from "../desk/mail-tokens.ts";

const AUTOMATIC_MAIL_PER_HOUR = 20;

export function createDeskSettings(
  config: Pick<
    Config,
    "mailIn" | "mailOut" | "slack" | "undoSeconds" | "internalHosts" | "followUpAfterDays" | "jwt" | "service"
  >,
): DeskSettings {
  const ownAddresses = ownAddressesOf(config);
  const from = config.mailOut?.from.address ?? ownAddresses[0];
  return {
    ownAddresses,
    // Without an address of ours no mail leaves, and RFC 6761 keeps `.invalid` for names that lead nowhere.
    messageIdDomain: from?.slice(from.lastIndexOf("@") + 1) ?? "deskhand.invalid",
    mailTokens: createMailTokens(() => loadSecrets(config)),
    plusAddress: config.mailOut?.plusAddressing ? config.mailOut.from.address : null,
    bounceAddress: config.mailOut?.bounceAddress ?? null,
    followUpAfterDays: config.followUpAfterDays,
    automaticMailPerHour: AUTOMATIC_MAIL_PER_HOUR,
    internalHosts: config.internalHosts,
    undoSeconds: config.undoSeconds,
    channelsOff: [
      ...(config.mailOut === null ? (["email"] as const) : []),
      ...(config.slack === null ? (["slack"] as const) : []),
    ],
    slackTriageChannel: config.slack?.triageChannel ?? null,
  };
}

/** The secrets that sign, the current one first. Without one in the configuration, that of the data folder. */
async function loadSecrets(config: Pick<Config, "jwt" | "service">): Promise<string[]> {
  if (config.jwt !== null) return [config.jwt.secret, ...config.jwt.previousSecrets];
  // Loaded here only: a Worker has no data folder, and its secret is always in the configuration.
  const { loadJwtSecrets } = await import("./jwt-secret.ts");
  const { secret, previousSecrets } = await loadJwtSecrets(config);
  return [secret, ...previousSecrets];
}

/** The addresses that we send from and read: mail from them is our own. */
export function ownAddressesOf(config: Pick<Config, "mailIn" | "mailOut">): string[] {
  const mailboxes = (config.mailIn?.mailboxes ?? []).map(({ user }) => user.toLowerCase());
  const { from: sender, bounceAddress = null } = config.mailOut ?? {};
  const from = [...(sender ? [sender.address] : []), ...(bounceAddress === null ? [] : [bounceAddress])];
  return [...new Set([...from, ...mailboxes.filter((user) => user.includes("@"))])];
}
