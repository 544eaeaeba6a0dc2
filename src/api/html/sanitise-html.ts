/** A mail's HTML, made fit to be shown inside a page of ours: no scripts, no forms, no loads from elsewhere. */
import type { Element, Nodes, Properties, Root, RootContent } from "hast";
import { fromHtml } from "hast-util-from-html";
import { sanitize } from "hast-util-sanitize";
import { toHtml } from "hast-util-to-html";
import { flattenHtml } from "../../core/flatten-html.ts";
import { DROPPED, SCHEMA } from "./html-schema.ts";
import { filterStyle } from "./inline-style.ts";
import { readImageSource, readLink } from "./links.ts";

/** A longer one is a data dump; the text and the original have all of it. */
const LENGTH_MAX = 1_000_000;
/** Tags behind these lose their marking, not their words. */
const TAGS_MAX = 20_000;

export interface SanitisedHtml {
  html: string;
  /** Images that lie elsewhere: not loaded, their address in `data-original-src`. */
  remoteImages: number;
}

/**
 * Keeps the words, their marking, tables and links; see html-schema.ts. Images of the mail itself get the address that
 * `imageUrl` gives for their content id, or go. Never throws; linear in the length, which is cut at 1,000,000.
 */
export function sanitiseHtml(html: string, imageUrl: (contentId: string) => string | null): SanitisedHtml {
  const tree = fromHtml(flattenHtml(html.slice(0, LENGTH_MAX), TAGS_MAX), { fragment: true });
  const cleaner = new Cleaner(imageUrl);
  const cleaned: Root = { type: "root", children: cleaner.cleanAll(tree.children) };
  return { html: toHtml(sanitize(cleaned, SCHEMA) as Nodes), remoteImages: cleaner.remoteImages };
}

class Cleaner {
  readonly #imageUrl: (contentId: string) => string | null;
  remoteImages = 0;

  constructor(imageUrl: (contentId: string) => string | null) {
    this.#imageUrl = imageUrl;
  }

  cleanAll(nodes: RootContent[]): RootContent[] {
    return nodes.flatMap((node): RootContent[] => {
      if (node.type === "text") return [node];
      if (node.type !== "element" || DROPPED.has(node.tagName)) return [];
      const properties = this.#cleanProperties(node);
      return properties === null
        ? []
        : [{ ...node, properties, children: this.cleanAll(node.children) } as Element];
    });
  }

  /** Null where the element goes. */
  #cleanProperties({ tagName, properties }: Element): Properties | null {
    const { href: _href, src: _src, style, ...rest } = properties;
    const filtered = typeof style === "string" ? filterStyle(style) : "";
    const kept: Properties = filtered === "" ? rest : { ...rest, style: filtered };
    if (tagName === "img") return this.#cleanImage(properties, kept);
    if (tagName !== "a") return kept;
    const link = typeof properties.href === "string" ? readLink(properties.href) : null;
    if (link === null) {
      const { rel: _rel, target: _target, ...plain } = kept;
      return plain;
    }
    return { ...kept, href: link, rel: ["noopener", "noreferrer", "nofollow"], target: "_blank" };
  }

  #cleanImage(properties: Properties, kept: Properties): Properties | null {
    const source = readImageSource(typeof properties.src === "string" ? properties.src : "");
    const image = { ...kept, dataOriginalSrc: null, loading: "lazy", referrerPolicy: "no-referrer" };
    switch (source.kind) {
      case "cid": {
        const src = this.#imageUrl(source.contentId);
        return src === null ? null : { ...image, src };
      }
      case "data":
        return { ...image, src: source.url };
      case "remote":
        this.remoteImages++;
        return { ...image, dataOriginalSrc: source.url };
      case "none":
        return null;
    }
  }
}
