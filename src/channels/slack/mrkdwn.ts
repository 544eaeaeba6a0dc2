/**
 * Between people's words and Slack's mrkdwn. Slack escapes exactly three characters, and keeps `<…>` for mentions and
 * links (https://docs.slack.dev/messaging/formatting-message-text).
 */

/** Limits of one text, in characters as sent. https://docs.slack.dev/reference/block-kit/blocks */
export const SLACK_LIMITS = {
  /** Slack itself splits the text of longer messages, each part with a ts of its own. */
  messageText: 3900,
  sectionText: 3000,
  fieldText: 2000,
  contextText: 2000,
  headerText: 150,
  modalTitle: 24,
  inputValue: 3000,
  messageBlocks: 50,
  selectOptions: 100,
  optionText: 75,
  /** As the SDK's own types have it; Slack's reference has since said 150. */
  optionValue: 75,
} as const;

const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const UNESCAPES: Record<string, string> = { amp: "&", lt: "<", gt: ">" };

/** Text as mrkdwn that shows what was written and mentions nobody. */
export function escapeMrkdwn(text: string): string {
  return text.replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
}

/**
 * What a person read in Slack, as plain text: entities unescaped, mentions as `@name`, channels as `#name`,
 * links as `label (address)`, or only one of both where they say the same.
 * @param nameOf names people whose mention carries no label, as in today's events; null where unknown
 */
export function toPlainText(text: string, nameOf: (userId: string) => string | null = () => null): string {
  return text.replace(/<([^<>]+)>|&(amp|lt|gt);/g, (whole, inner?: string, entity?: string) => {
    if (inner !== undefined) return readToken(inner, nameOf);
    return UNESCAPES[entity ?? ""] ?? whole;
  });
}

/** Ids of the people that a message mentions without naming them; each once. */
export function mentionedUserIds(text: string): string[] {
  return [...new Set(Array.from(text.matchAll(/<@([UW][A-Z0-9]+)>/g), (match) => match[1] ?? ""))];
}

function readToken(inner: string, nameOf: (userId: string) => string | null): string {
  const bar = inner.indexOf("|");
  const target = unescapeText(bar < 0 ? inner : inner.slice(0, bar));
  const label = bar < 0 ? "" : unescapeText(inner.slice(bar + 1));
  const rest = target.slice(1);
  if (target.startsWith("@")) return `@${nameOf(rest) ?? (label === "" ? rest : label)}`;
  if (target.startsWith("#")) return `#${label === "" ? rest : label}`;
  if (target.startsWith("!")) return readCommand(rest, label);
  return readLink(target, label);
}

/** `<!here>`, `<!subteam^S1|@team>`, `<!date^…|fallback>`. */
function readCommand(command: string, label: string): string {
  if (command.startsWith("date^")) return label;
  const name = label === "" ? (command.split("^").at(-1) ?? command) : label;
  return name.startsWith("@") ? name : `@${name}`;
}

function readLink(target: string, label: string): string {
  const address = target.replace(/^(?:mailto|tel):/, "");
  if (label === "" || label === address) return address;
  const bare = address.replace(/^https?:\/\//, "").replace(/\/$/, "");
  return bare === label.replace(/\/$/, "") ? label : `${label} (${address})`;
}

function unescapeText(text: string): string {
  return text.replace(/&(amp|lt|gt);/g, (whole, entity: string) => UNESCAPES[entity] ?? whole);
}

/**
 * Pieces of `text`, together the whole of it, each at most `limit` characters once escaped. A piece ends after a line
 * where that leaves it at least half full, else after a space, else between two characters, never inside one.
 */
export function splitForSlack(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const end = Math.max(findPieceEnd(text, start, limit), start + 1);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** The text where it fits, else as much of it as fits before `ending`. */
export function cutForSlack(text: string, limit: number, ending = "…"): string {
  if (findPieceEnd(text, 0, limit) >= text.length) return text;
  const head = text.slice(0, findPieceEnd(text, 0, limit - escapeMrkdwn(ending).length));
  return `${head.trimEnd()}${ending}`;
}

function findPieceEnd(text: string, start: number, limit: number): number {
  let size = 0;
  let line = 0;
  let space = 0;
  let at = start;
  while (at < text.length) {
    const character = text.charAt(at);
    size += ESCAPES[character]?.length ?? 1;
    if (size > limit) break;
    at += 1;
    if (character === "\n") line = at;
    else if (character === " ") space = at;
  }
  if (at >= text.length) return text.length;
  const half = start + (at - start) / 2;
  if (line > half) return line;
  if (space > half) return space;
  return stepBackToCharacter(text, start, at);
}

/** Does not part a surrogate pair, a base from its marks, or an emoji joined by U+200D; gives up after 16 steps. */
function stepBackToCharacter(text: string, start: number, end: number): number {
  const lowest = Math.max(start + 1, end - 16);
  for (let at = end; at >= lowest; at -= 1) {
    if (isLowSurrogateAt(text, at) || /^(?:\u200d|\p{M})/u.test(text.slice(at, at + 2))) continue;
    if (text.charAt(at - 1) !== "\u200d") return at;
  }
  return isLowSurrogateAt(text, end) ? end - 1 : end;
}

function isLowSurrogateAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
