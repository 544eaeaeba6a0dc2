/** Titles of tickets: from a mail's subject, or from the first words of a message that has none. */

export const NO_SUBJECT = "(no subject)";
const TITLE_LENGTH_MAX = 80;
const SUBJECT_LENGTH_MAX = 300;

/** Reply and forward prefixes by language; only these words, so that "Hardware: broken" keeps its first word. */
const PREFIX_WORDS = [
  "re|fwd?|aw|antw|antwort|wg|betr|doorst|sv|vs|vb|vl|bls|trs|atb|pārs|rv|tr|enc|res|rif|inoltra?|odp|pd|vá|továbbítás|ynt|ilt|İlt|İLT",
  "σχετ|απ|πρθ|на|отв|ответ|пер|пересл|відп|回复|回覆|答复|转发|轉寄|轉發|返信|転送|답장|회신|전달",
  "رد|إعادة توجيه|תשובה|תגובה|הועבר|השב|trả lời|chuyển tiếp|ตอบ|ส่งต่อ",
  // Italian, one letter: no prefix in front of a drive.
  "[ri](?=[^:：]{0,5}[:：](?! ?(?:drive|disk|share|partition|laufwerk|lecteur|disco|unità|unidad)))",
].join("|");
const PREFIX = new RegExp(`^(?:${PREFIX_WORDS}) ?(?:[\\[(*]\\d{1,3}[\\])]?)? ?[:：] ?`, "iu");
const TOKEN = /^\[#[1-9]\d{0,14}\] ?/;

/** A mail's subject as a title: without Re:/Fwd:/AW:/… and our own `[#1042]`. Never empty. */
export function cleanSubject(subject: string): string {
  let rest = flatten(subject.slice(0, SUBJECT_LENGTH_MAX * 4));
  for (;;) {
    const shorter = rest.replace(PREFIX, "").replace(TOKEN, "").trimStart();
    if (shorter === rest) break;
    rest = shorter;
  }
  rest = flatten(rest.replace(/\[#[1-9]\d{0,14}\]/g, " "));
  return rest === "" ? NO_SUBJECT : cutAtWord(rest, SUBJECT_LENGTH_MAX);
}

/** The first meaningful line of a message, at most 80 characters, cut at a word. Never empty. */
export function deriveTitle(text: string): string {
  const lines = text
    .slice(0, 10_000)
    .split(/\r\n|[\r\n\u2028\u2029]/)
    .map(cleanLine);
  const meaningful = lines.filter((line) => /[\p{L}\p{N}]/u.test(line));
  const first = meaningful.find((line) => !isGreeting(line)) ?? meaningful[0];
  return first === undefined ? NO_SUBJECT : cutAtWord(first, TITLE_LENGTH_MAX);
}

function cleanLine(line: string): string {
  return flatten(line)
    .replace(/^[>*\-•#\s]+(?=\S)/u, "")
    .replace(/^```\S*$/, "");
}

/** "Hi," or "Hello team!" alone on a line says nothing about the matter. */
function isGreeting(line: string): boolean {
  return /^(?:hi|hey|hello|hallo|dear|good (?:morning|afternoon|evening|day)|guten (?:morgen|tag|abend)|moin|bonjour|bonsoir|salut|hola|buen(?:os|as) (?:d[ií]as|tardes|noches)|ciao|buongiorno|buonasera|ol[áa]|bom dia|boa tarde|hej|hei|cze[śs][ćc]|dzie[ńn] dobry|привет|здравствуйте|добрый день|こんにちは|お疲れ様です|你好|您好|안녕하세요)(?:[ ,]+[\p{L}@.'-]+){0,3}[ ,.!:;…、。！，👋]*$/iu.test(
    line,
  );
}

function flatten(text: string): string {
  return text
    .replace(/\p{Cf}+/gu, "")
    .replace(/[\s\p{Cc}]+/gu, " ")
    .trim();
}

/** Cuts to `max` characters with an ellipsis: at a word where one ends in the last third, never inside a character. */
function cutAtWord(text: string, max: number): string {
  const characters = Array.from(text.slice(0, max * 4));
  if (characters.length <= max && text.length <= max * 4) return text;
  const head = characters.slice(0, max - 1).join("");
  const space = head.lastIndexOf(" ");
  const endsWord = characters[max - 1] === " ";
  const kept = !endsWord && space > head.length * 0.6 ? head.slice(0, space) : head;
  return `${kept.replace(/[\s,;:.\-–—]+$/u, "")}…`;
}
