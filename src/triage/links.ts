/** Links and mail addresses in what a model wrote: only those that the requester wrote too may stay. */

const SCHEME_LINK = /\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|mailto:|tel:|data:|javascript:)[^\s<>"'`|)\]}]+/giu;
/** Top-level domains that make a bare "host.tld" a link; "Node.js" and "report.pdf" are none. */
const KNOWN_TLD =
  "com|net|org|io|info|biz|co|me|app|dev|cloud|online|site|shop|store|xyz|top|link|click|live|tech|support|help|page|ai|eu|us|uk|de|fr|es|pt|it|nl|pl|ru|cn|jp|br|in|ch|at|be|se|no|dk|fi|ca|au|example|test|local|internal|zip|mov|gg|ly|to|tk|ml|ga|cf|gq";
const BARE_LINK = new RegExp(
  `(?<![\\p{L}\\p{N}@._-])(?:www\\.[^\\s<>"'\`|)\\]}]+|(?:[\\p{L}\\p{N}](?:[\\p{L}\\p{N}-]{0,61})\\.){1,6}(?:(?:${KNOWN_TLD})(?![\\p{L}\\p{N}-])(?:[:/?#][^\\s<>"'\`|)\\]}]*)?|[\\p{L}]{2,18}/[^\\s<>"'\`|)\\]}]*))`,
  "giu",
);
const ADDRESS = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,6}[\p{L}]{2,18}/giu;

/** Replaces each link and mail address in `written` that does not stand in `message`, whole, by "[link removed]". */
export function removeForeignLinks(written: string, message: string): string {
  const allowed = new Set([...findLinks(message)].map(foldLink));
  return [SCHEME_LINK, ADDRESS, BARE_LINK].reduce(
    (text, pattern) =>
      text.replace(pattern, (link) => {
        const bare = link.replace(/[.,;:!?…]+$/u, "");
        return allowed.has(foldLink(bare)) ? link : `[link removed]${link.slice(bare.length)}`;
      }),
    written,
  );
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
