/** Addresses in a mail's HTML: which may be followed, which may be loaded. */

const LENGTH_MAX = 8_000;
/** Inline pixels that need nobody's server. SVG is a document with scripts, and stays out. */
const DATA_IMAGE = /^data:image\/(?:png|jpe?g|gif|webp|bmp)(?:;[\w=-]{1,40}){0,2};base64,[A-Za-z0-9+/=\s]+$/i;
const DATA_IMAGE_LENGTH_MAX = 300_000;

export type ImageSource =
  | { kind: "cid"; contentId: string }
  | { kind: "data"; url: string }
  | { kind: "remote"; url: string }
  | { kind: "none" };

/** The link as a browser would understand it, or null for everything but web pages, mail and telephone. */
export function readLink(href: string): string | null {
  const url = parseUrl(href);
  if (url === null || !/^(?:https?|mailto|tel):$/.test(url.protocol)) return null;
  // `https://bank.example@evil.example` shows one host and leads to another.
  if (url.username !== "" || url.password !== "") return null;
  return url.href;
}

export function readImageSource(src: string): ImageSource {
  const text = src.trim();
  const contentId = /^cid:(.{1,1000})$/is.exec(text)?.[1];
  if (contentId !== undefined) return { kind: "cid", contentId: decodeContentId(contentId) };
  if (text.length <= DATA_IMAGE_LENGTH_MAX && DATA_IMAGE.test(text)) return { kind: "data", url: text };
  const url = parseUrl(text.startsWith("//") ? `https:${text}` : text);
  return url !== null && /^https?:$/.test(url.protocol)
    ? { kind: "remote", url: url.href }
    : { kind: "none" };
}

/** RFC 2392: the id in a `cid:` URL is percent-encoded. */
function decodeContentId(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Only what is an address by itself: a mail has no page that a relative one could mean. */
function parseUrl(text: string): URL | null {
  if (text.length > LENGTH_MAX) return null;
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
