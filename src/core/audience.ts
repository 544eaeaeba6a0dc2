/** Who receives a reply, and what looks wrong before it leaves. */
import type { EmailAddress } from "./inbound.ts";

export interface ReplyRecipients {
  to: EmailAddress[];
  cc: EmailAddress[];
}

/**
 * A reply goes to Reply-To, else From, of the requester's last mail, and keeps the others of its To and CC, without
 * our own addresses (plus-addressed ones too) and without anybody twice. Where nothing of that is a far end,
 * it goes to the requester.
 */
export function decideReplyRecipients(
  lastInbound: { from: EmailAddress; replyTo: EmailAddress[]; to: EmailAddress[]; cc: EmailAddress[] },
  requesterAddress: string,
  ownAddresses: string[],
): ReplyRecipients {
  const isOurs = createOwnAddressTest(ownAddresses);
  const seen = new Set<string>();
  const take = (list: EmailAddress[]): EmailAddress[] =>
    list.filter(({ address }) => {
      const key = address.toLowerCase();
      if (!looksLikeAddress(key) || isOurs(key) || seen.has(key)) return false;
      seen.add(key);
      return true;
    });
  let to = take(lastInbound.replyTo);
  if (to.length === 0) to = take([lastInbound.from]);
  if (to.length === 0) to = take([{ address: requesterAddress.toLowerCase(), name: "" }]);
  return { to, cc: take([...lastInbound.to, ...lastInbound.cc]) };
}

/** Knows our own addresses, with whatever stands behind a `+` in them. Addresses are given in lower case. */
export function createOwnAddressTest(ownAddresses: string[]): (address: string) => boolean {
  const own = new Set(ownAddresses.map((address) => withoutPlus(address.toLowerCase())));
  const exact = new Set(ownAddresses.map((address) => address.toLowerCase()));
  return (address) => exact.has(address) || own.has(withoutPlus(address));
}

function withoutPlus(address: string): string {
  const at = address.lastIndexOf("@");
  const plus = address.indexOf("+");
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : address;
}

function looksLikeAddress(address: string): boolean {
  const at = address.lastIndexOf("@");
  return at > 0 && at < address.length - 1 && !/[\s<>,]/.test(address);
}

export interface ReplyDraft {
  text: string;
  recipients: ReplyRecipients;
  /** Who received or wrote the last public message; empty at the first reply. */
  previousRecipients: ReplyRecipients;
  /** Names of moderators and admins. */
  staffNames: string[];
  /** Host names that only work inside, such as `wiki.corp.example`; a leading dot means every host below. */
  internalHosts: string[];
}

/** What looks internal or wrong in a reply: one sentence each, for the moderator to read before it leaves. */
export function warnAboutReply(draft: ReplyDraft): string[] {
  return [...warnAboutRecipients(draft), ...warnAboutText(draft)];
}

function warnAboutRecipients({ recipients, previousRecipients }: ReplyDraft): string[] {
  const now = addressesOf(recipients);
  const before = addressesOf(previousRecipients);
  const warnings: string[] = [];
  if (recipients.to.length === 0) warnings.push("Nobody would receive it: there is no recipient.");
  if (before.length === 0) return warnings;
  const added = now.filter((address) => !before.includes(address));
  const missing = before.filter((address) => !now.includes(address));
  if (added.length > 0) warnings.push(`New since the customer's last message: ${added.join(", ")}.`);
  if (missing.length > 0) warnings.push(`Left out since the customer's last message: ${missing.join(", ")}.`);
  return warnings;
}

function addressesOf({ to, cc }: ReplyRecipients): string[] {
  return [...new Set([...to, ...cc].map(({ address }) => address.toLowerCase()))];
}

const INTERNAL_SIGNS: { pattern: RegExp; warning: string }[] = [
  {
    pattern:
      /^[ \t]*(?:[#/]?(?:internal|private)(?: note| only)?|note(?: to self)?|fyi team|intern|nota interna|note interne)[ \t]*[:\-–—]/imu,
    warning: 'A line starts like an internal note ("note:", "internal:").',
  },
  {
    pattern:
      /\b(?:internal only|for internal use|do not (?:share|forward|send|tell)(?: this)? (?:with|to)? ?(?:the )?(?:customer|client|requester|user)|don'?t (?:tell|share with|send (?:this )?to) (?:the )?(?:customer|client|requester|user)|between us)\b/iu,
    warning: "It says of itself that it is internal.",
  },
  {
    pattern:
      /\b(?:the|this|that) (?:customer|requester|client) (?:is|was|has|wants|says|said|claims|keeps|does|did|seems|needs)\b/iu,
    warning: "It talks about the customer instead of to them.",
  },
  {
    pattern: /(?:^|\s)<?[@](?:here|channel|everyone|[UW][A-Z0-9]{8,}|[a-z][\w.-]{1,40})(?=[\s,.:;!?>)]|$)/mu,
    warning: "It mentions somebody in the way of a chat (@name).",
  },
  { pattern: /\bhttps?:\/\/(?:[\w-]+\.)*slack\.com\//iu, warning: "It links to Slack." },
  {
    pattern:
      /\b(?:password|passwort|mot de passe|contraseña|api[ _-]?key|secret|token)\s*(?:is|ist|=|:)\s*\S{6,}/iu,
    warning: "It seems to contain a password or key.",
  },
  {
    pattern:
      /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----|\b(?:xox[abps]-\w{6,}|gh[pousr]_\w{20,}|AKIA[0-9A-Z]{16})\b/u,
    warning: "It contains a secret key.",
  },
  {
    pattern:
      /\{\{[^{}\n]{0,60}\}\}|\[(?:name|insert [^\]\n]{1,40}|todo|tbd|xxx+)\]|\bTODO\b|\blorem ipsum\b/iu,
    warning: "A placeholder is still in it.",
  },
  {
    pattern:
      /\bhttps?:\/\/(?:localhost|127\.\d|10\.\d|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|[\w-]+(?:[:/\s]|$)|[\w.-]+\.(?:local|internal|corp|lan|intranet|home\.arpa)\b)/iu,
    warning: "It links to a host that only works inside.",
  },
];

function warnAboutText({ text, staffNames, internalHosts }: ReplyDraft): string[] {
  const warnings: string[] = [];
  if (text.trim() === "") return ["It is empty."];
  for (const { pattern, warning } of INTERNAL_SIGNS) if (pattern.test(text)) warnings.push(warning);
  const host = internalHosts.find((one) => one !== "" && namesHost(text, one));
  if (host !== undefined) warnings.push(`It names an internal host (${host.replace(/^\./, "")}).`);
  const staff = staffNames.find((name) => opensWith(text, name));
  if (staff !== undefined) warnings.push(`It is addressed to ${staff}, who is not the customer.`);
  return warnings;
}

/** The host, or where it starts with a dot any host below it, as a whole word. */
function namesHost(text: string, host: string): boolean {
  const lower = text.toLowerCase();
  const wanted = host.toLowerCase();
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, at + 1)) {
    const before = lower[at - 1] ?? " ";
    const opens = wanted.startsWith(".") ? /[\w-]/.test(before) : !/[\w-]/.test(before);
    const goesOn = /^(?:[\w-]|\.\w)/.test(lower.slice(at + wanted.length, at + wanted.length + 2));
    if (opens && !goesOn) return true;
  }
  return false;
}

/** "Hi Ada, ..." or "Ada: ..." or "@Ada ..." where Ada is staff. */
function opensWith(text: string, name: string): boolean {
  const opening = text.trimStart().slice(0, 120).toLowerCase();
  const words = opening
    .replace(/^(?:hi|hey|hello|dear|hallo|liebe[rs]?|moin|bonjour|salut|hola|ciao)\s+/u, "")
    .replace(/^@/, "");
  const first = name.trim().toLowerCase().split(/\s+/)[0] ?? "";
  return [name.trim().toLowerCase(), first].some(
    (one) => one.length > 1 && words.startsWith(one) && /^\s*[,:!–—-]/u.test(words.slice(one.length)),
  );
}
