/** Names in the environment that nobody reads, and the settings that were probably meant. */

const DISTANCE_MAX = 2;
const LENGTH_MIN = 8;

/** Settings of which there may be several: `IMAP_URL`, `IMAP_URL_2`, …. */
const NUMBERED = /^IMAP_(?:URL|OAUTH_[A-Z_]+)$/;

/** What other programs call a setting of ours, or a part of it. Looked up without the number of a row. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ...aliases(
    "IMAP_URL",
    ["IMAP"],
    "HOST SERVER PORT USER USERNAME LOGIN PASS PASSWORD FOLDER MAILBOX TLS SSL SECURE",
  ),
  ...aliases(
    "SMTP_URL",
    ["SMTP", "MAIL", "EMAIL"],
    "HOST SERVER PORT USER USERNAME LOGIN PASS PASSWORD TLS SSL SECURE",
  ),
  ...aliases("SMTP_URL", ["EMAIL_HOST"], "USER PASSWORD"),
  ...aliases("MAIL_FROM", ["SMTP", "EMAIL"], "FROM SENDER"),
  ...aliases("MAIL_FROM", ["MAIL"], "SENDER FROM_ADDRESS FROM_NAME"),
  ...aliases("MAIL_FROM", ["FROM", "DEFAULT_FROM"], "EMAIL"),
  ...aliases("DATABASE_URL", ["DB", "PG", "POSTGRES", "POSTGRESQL"], "URL URI DSN CONNECTION_STRING"),
  ...aliases("DATABASE_URL", ["DB", "DATABASE"], "HOST PORT USER USERNAME PASS PASSWORD NAME"),
  ...aliases("GEMINI_API_KEY", ["GOOGLE", "GOOGLE_AI", "GOOGLE_GEMINI", "GOOGLE_GENERATIVE_AI"], "API_KEY"),
  ...aliases("GEMINI_API_KEY", ["GEMINI"], "KEY TOKEN API_TOKEN"),
  ...aliases("SLACK_BOT_TOKEN", ["SLACK"], "TOKEN API_TOKEN OAUTH_TOKEN"),
  ...aliases("SLACK_SIGNING_SECRET", ["SLACK"], "SECRET"),
]);

/** Of the settings that hold several things in one, as a reminder of how. */
const FORMS: ReadonlyMap<string, string> = new Map([
  ["IMAP_URL", "imaps://user:password@host:993/INBOX"],
  ["SMTP_URL", "smtps://user:password@host:465"],
  ["DATABASE_URL", "postgres://user:password@host:5432/name"],
]);

/** First words that no other program is likely to use for something else. */
const OURS = /^(?:IMAP|SMTP|GEMINI|SLACK|SLA|TRIAGE|MAIL_DKIM)_/;
/** What Docker and Kubernetes put into the environment for a neighbour of that name. */
const LINKED = /_SERVICE_(?:HOST|PORT\w*)$|_PORT_\d+_(?:TCP|UDP)/;

/** A sentence for each setting that was probably meant, and one for the names that look like ours and mean nothing. */
export function describeStrangers(
  names: Iterable<string>,
  settings: { known: ReadonlySet<string>; isSet: (name: string) => boolean },
): string[] {
  const meant = new Map<string, string[]>();
  const unknown: string[] = [];
  for (const name of names) {
    if (isKnown(name, settings.known)) continue;
    const guess = findMeant(name, settings);
    if (guess !== null) meant.set(guess, [...(meant.get(guess) ?? []), name]);
    else if (OURS.test(name) && !LINKED.test(name)) unknown.push(name);
  }
  const guesses = [...meant].map(([guess, strangers]) => {
    const form = FORMS.get(guess.replace(/_\d+$/, ""));
    const example =
      form === undefined || strangers.every((one) => isNear(one, guess)) ? "" : ` Its form: ${form}`;
    return `${areNoSettings(strangers)}. Did you mean ${guess}?${example}`;
  });
  if (unknown.length === 0) return guesses;
  return [...guesses, `${areNoSettings(unknown)}, and without effect. All settings stand in .env.example.`];
}

/** `IMAP_URL_2, IMAP_URL_3 and …`. */
export function listNames(names: readonly string[]): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function areNoSettings(names: readonly string[]): string {
  return names.length === 1 ? `${listNames(names)} is not a setting` : `${listNames(names)} are not settings`;
}

/** With the further ones of a row. */
export function isKnown(name: string, known: ReadonlySet<string>): boolean {
  const [, row = ""] = /^(.+)_\d+$/.exec(name) ?? [];
  return known.has(name) || (NUMBERED.test(row) && known.has(row));
}

function findMeant(
  name: string,
  { known, isSet }: { known: ReadonlySet<string>; isSet: (name: string) => boolean },
): string | null {
  const [, row = name, number = ""] = /^(.+?)_?(\d+)$/.exec(name.toUpperCase()) ?? [];
  const base = row.toUpperCase();
  const withNumber = (one: string) => (number !== "" && NUMBERED.test(one) ? `${one}_${number}` : one);
  // A second one of what there is only once is no slip of the first.
  if (number !== "" && known.has(base) && !NUMBERED.test(base)) return null;
  const slip = findNear(base, known);
  if (slip !== null) return withNumber(slip);
  // What other programs use these names for is their business where ours has its value.
  const other = ALIASES.get(base) ?? findShortened(base, known);
  return other === undefined || isSet(withNumber(other)) ? null : withNumber(other);
}

/** The nearest of those that are near. */
function findNear(name: string, known: ReadonlySet<string>): string | null {
  const near = [...known]
    .filter((one) => isNear(name, one))
    .sort((one, other) => distance(one, name) - distance(other, name));
  return near[0] ?? null;
}

/** Of short names (PORT, HOST, APP_URL) too many others are near. */
function isNear(name: string, known: string): boolean {
  const upper = name.toUpperCase();
  if (name.length >= LENGTH_MIN) return distance(known, upper) <= DISTANCE_MAX;
  const [group = ""] = known.split("_");
  return group !== known && upper.startsWith(`${group}_`) && distance(known, upper) <= 1;
}

/** What begins alike and leaves out one word behind: SLACK_CHANNELS. */
function findShortened(name: string, known: ReadonlySet<string>): string | undefined {
  const words = name.split("_");
  if (words.length < 2 || !OURS.test(name)) return undefined;
  return [...known].find((one) => {
    const whole = one.split("_");
    return (
      whole[0] === words[0] &&
      whole.length === words.length + 1 &&
      words.every((word) => whole.includes(word))
    );
  });
}

/** Levenshtein's: how many letters are to be put in, left out or changed. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > DISTANCE_MAX) return DISTANCE_MAX + 1;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function aliases(setting: string, prefixes: readonly string[], words: string): [string, string][] {
  return prefixes.flatMap((prefix) =>
    words.split(" ").map((word): [string, string] => [`${prefix}_${word}`, setting]),
  );
}
