/** Header values as the loop guard's rules ask for them. */
import type { MailHeaders } from "./inbound.ts";

export function valuesOf(headers: MailHeaders, name: string): readonly string[] {
  return Object.hasOwn(headers, name) ? (headers[name] ?? []) : [];
}

/** The first value of a header, or an empty string. */
export function firstOf(headers: MailHeaders, name: string): string {
  return (valuesOf(headers, name)[0] ?? "").trim();
}

export function hasHeader(headers: MailHeaders, name: string): boolean {
  return valuesOf(headers, name).some((value) => value.trim() !== "");
}

/**
 * The null reverse-path: no person's mail program sends with it (RFC 5321, 4.5.5). Postfix's pipes and Sendmail note it
 * as `<MAILER-DAEMON>`, with their host or without.
 */
export function isNullSender(headers: MailHeaders): boolean {
  return valuesOf(headers, "return-path").some((value) =>
    /^<?\s*(?:mailer-daemon(?:@[^\s>]*)?)?\s*>?$/i.test(value.trim()),
  );
}

/** The keyword of Auto-Submitted (RFC 3834, section 5) without comments and parameters, lower case; empty without one. */
export function autoSubmitted(headers: MailHeaders): string {
  const value = firstOf(headers, "auto-submitted").toLowerCase();
  return /^[\w-]+/.exec(value.replace(/^\([^)]*\)\s*/, ""))?.[0] ?? "";
}

const LIST_TAGS = /^(?:\s*\[[^\][]{1,80}\])+\s*/;
const PREFIX =
  /^\s*(?:re|r|aw|antw|antwort|sv|vs|vá|ad|odp|ynt|res|rif|bls|atb|hl|fwd?|wg|tr|rv|enc|i|doorst|vb|vl|pd|tov|továbbítás|ilt|yml|na|nl|απ|σχετ|πρθ|отв|на|пересл|回复|回覆|答复|答覆|转发|轉寄|轉發|転送|返信|답장|회신|전달|رد|إعادة توجيه|תגובה|הועבר|trả lời|chuyển tiếp|ตอบ|ส่งต่อ)(?: ?\[\d+\]| ?\(\d+\)|\^\d+)? ?[:：]/iu;

/** Does a person's mail program say that this answers or forwards something? A list's `[tag]` in front does not matter. */
export function isAnswerOrForward(subject: string): boolean {
  const line = subject.slice(0, 500);
  return PREFIX.test(line) || PREFIX.test(withoutListTags(line));
}

/** A subject without the `[tag]` that a mailing list puts in front. */
export function withoutListTags(subject: string): string {
  const rest = subject.replace(LIST_TAGS, "");
  return rest === "" ? subject : rest;
}
