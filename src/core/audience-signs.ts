/** What a text says that was meant for colleagues. Each pattern is bounded: hostile text takes time by its length only. */

interface Sign {
  pattern: RegExp;
  warning: string;
}

/** Hosts by their scheme; `findInternalHost` judges them. */
const HOSTS_IN_LINKS = /\bhttps?:\/\/(?:[^\s/@]{1,100}@)?(\[[0-9a-f:.]{2,45}\]|[\p{L}\p{N}_.-]{1,253})/giu;
const LINKS_MAX = 200;

const SIGNS: Sign[] = [
  {
    pattern:
      /^[ \t>*_]*(?:[#/]?(?:internal|private|confidential)(?: note| only)?|note(?: to self)?|fyi team|intern(?:e notiz)?|notiz|nota interna|note interne|interno|interne)[ \t*_]*[:\-–—]/imu,
    warning: 'A line starts like an internal note ("note:", "internal:").',
  },
  {
    pattern:
      /\b(?:internal(?:ly)? only|for internal use|for your eyes only|not for the (?:customer|client|requester|user)|do not (?:share|forward|send|tell|mention)(?: this| it)?(?: (?:with|to))? ?(?:the )?(?:customer|client|requester|user|him|her|them|anyone|anybody|outside)|don['’]?t (?:tell|show|share (?:this |it )?with|send (?:this |it )?to|forward (?:this |it )?to|mention (?:this |it )?to) (?:the )?(?:customer|client|requester|user|him|her|them|anyone|anybody)|between (?:us|you and me)|keep this (?:to yourself|internal|between us)|off the record|nur intern|nicht (?:an den kunden )?weiter(?:geben|leiten|sagen)|ne pas (?:transmettre|communiquer) au client|no (?:se lo )?digas? al cliente)\b/iu,
    warning: "It says of itself that it is internal.",
  },
  {
    pattern:
      /\b(?:the|this|that|our) (?:customer|requester|client) (?:is|was|has|wants|says|said|claims|keeps|does|did|seems|needs|thinks|complains)\b/iu,
    warning: "It talks about the customer instead of to them.",
  },
  {
    pattern:
      /(?:^|[\s(])<?[@!](?:here|channel|everyone|[UW][A-Z0-9]{8,})(?:\|[^>\n]{0,80})?(?=[\s,.:;!?>)]|$)|<!subteam\^|(?:^|\s)@[a-z][\w.-]{1,40}(?=[\s,.:;!?)]|$)/mu,
    warning: "It mentions somebody in the way of a chat (@name).",
  },
  { pattern: /\bhttps?:\/\/(?:[\w-]{1,63}\.){0,3}slack\.com\//iu, warning: "It links to Slack." },
  {
    pattern:
      /\b(?:password|passwort|mot de passe|contraseña|api[ _-]?key|secret|token)\s{0,5}(?:is|ist|=|:)\s{0,5}\S{6,}/iu,
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
];

/** One sentence for each sign, in the order above. */
export function findInternalSigns(text: string): string[] {
  const warnings = SIGNS.filter(({ pattern }) => pattern.test(text)).map(({ warning }) => warning);
  if (linksInside(text)) warnings.push("It links to a host that only works inside.");
  return warnings;
}

function linksInside(text: string): boolean {
  let seen = 0;
  for (const match of text.matchAll(HOSTS_IN_LINKS)) {
    if (isInternalHost(match[1] ?? "")) return true;
    seen += 1;
    if (seen === LINKS_MAX) return false;
  }
  return false;
}

/** Names that are kept for use inside: RFC 6762, RFC 8375, RFC 2606, and what firms are used to. */
const INSIDE_NAMES =
  /\.(?:local|localhost|localdomain|internal|intern|corp|lan|intranet|private|home|home\.arpa)$/;

/** Whether a host of a link cannot be reached from outside: one-word names, names kept for inside, private addresses. */
export function isInternalHost(host: string): boolean {
  const name = host.toLowerCase().replace(/\.+$/, "");
  if (name.startsWith("[")) return /^\[(?:::1|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:)/.test(name);
  const address = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(name);
  if (address !== null) return isPrivateAddress(Number(address[1]), Number(address[2]));
  return !name.includes(".") || INSIDE_NAMES.test(name);
}

/** RFC 1918, RFC 1122 (127/8), RFC 3927 (169.254/16), RFC 6598 (100.64/10), and 0/8. */
function isPrivateAddress(first: number, second: number): boolean {
  if (first === 10 || first === 127 || first === 0) return true;
  if (first === 192) return second === 168;
  if (first === 172) return second >= 16 && second <= 31;
  if (first === 169) return second === 254;
  return first === 100 && second >= 64 && second <= 127;
}
