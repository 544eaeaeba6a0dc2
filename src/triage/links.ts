/** Links and mail addresses in what a model wrote: only those that the desk vouches for may stay. */

export interface AllowedLinks {
  /** Hosts of the desk's own list; a leading dot means every host below. */
  hosts: readonly string[];
  /** Links and addresses that our own people sent before, whole. */
  links: readonly string[];
}

const SCHEME_LINK = /\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|mailto:|tel:|data:|javascript:)[^\s<>"'`|)\]}]+/giu;
/** Top-level domains that make a bare "host.tld" a link; "Node.js" and "report.pdf" are none. */
const KNOWN_TLD =
  "com|net|org|io|info|biz|co|me|app|dev|cloud|online|site|shop|store|xyz|top|link|click|live|tech|support|help|page|ai|eu|us|uk|de|fr|es|pt|it|nl|pl|ru|cn|jp|br|in|ch|at|be|se|no|dk|fi|ca|au|example|test|local|internal|zip|mov|gg|ly|to|tk|ml|ga|cf|gq";
const BARE_LINK = new RegExp(
  `(?<![\\p{L}\\p{N}@._-])(?:www\\.[^\\s<>"'\`|)\\]}]+|(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61})\\.){1,6}(?:(?:${KNOWN_TLD})(?![\\p{L}\\p{N}-])(?:[:/?#][^\\s<>"'\`|)\\]}]*)?|[\\p{L}]{2,18}/[^\\s<>"'\`|)\\]}]*))`,
  "giu",
);
const ADDRESS = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,6}[\p{L}]{2,18}/giu;

/** Replaces each link and mail address in `written` that is not allowed, whole, by "[link removed]". */
export function removeForeignLinks(written: string, allowed: AllowedLinks): string {
  const known = new Set(allowed.links.flatMap((link) => [...findLinks(link)]).map(foldLink));
  return [SCHEME_LINK, ADDRESS, BARE_LINK].reduce(
    (text, pattern) =>
      text.replace(pattern, (link) => {
        const bare = link.replace(/[.,;:!?…]+$/u, "");
        const isAllowed = known.has(foldLink(bare)) || isOnHost(bare, allowed.hosts);
        return isAllowed ? link : `[link removed]${link.slice(bare.length)}`;
      }),
    written,
  );
}

/** The host of a web address, or of what stands behind the @ of a mail address. */
function isOnHost(link: string, hosts: readonly string[]): boolean {
  // "https://trusted.example@evil.example": what stands before the @ is not the host.
  const isMail = !/^[a-z][a-z0-9+.-]*:\/\//iu.test(link) && link.includes("@");
  const isWeb =
    /^https?:\/\//iu.test(link) || !/^[a-z][a-z0-9+.-]*:/iu.test(link) || /^[^/]*:\d+/u.test(link);
  if (!isMail && !isWeb) return false;
  const address = isMail ? `https://${link.slice(link.lastIndexOf("@") + 1)}` : link;
  const whole = /^https?:\/\//iu.test(address) ? address : `https://${address}`;
  if (!URL.canParse(whole)) return false;
  const { hostname, username, password } = new URL(whole);
  if (username !== "" || password !== "") return false;
  return hosts.some((host) => {
    const wanted = host.toLowerCase();
    return wanted.startsWith(".") ? `.${hostname}`.endsWith(wanted) : hostname === wanted;
  });
}

/** The web addresses in a text without a query, which may hold what is meant for one person; each once. */
export function listWebLinks(text: string): string[] {
  const found = [...text.matchAll(SCHEME_LINK)].map(([link]) => link.replace(/[.,;:!?…]+$/u, ""));
  return [...new Set(found)].filter((link) => /^https?:\/\/[^@?#]+$/iu.test(link));
}

function* findLinks(text: string): Generator<string> {
  for (const pattern of [SCHEME_LINK, ADDRESS, BARE_LINK]) {
    for (const [link] of text.matchAll(pattern)) yield link.replace(/[.,;:!?…]+$/u, "");
  }
}

/** The host decides, without regard to case; a path is compared as written. */
function foldLink(link: string): string {
  const parts = /^((?:[a-z][a-z0-9+.-]*:\/\/)?[^/?#]*)(.*)$/isu.exec(link.normalize("NFKC"));
  return parts === null ? link : `${(parts[1] ?? "").toLowerCase()}${(parts[2] ?? "").replace(/\/$/, "")}`;
}
