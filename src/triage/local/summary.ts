/** A summary out of the message's own sentences. */

const SUMMARY_LENGTH_MAX = 200;
const READ_LENGTH_MAX = 6000;
const SENTENCES_LOOKED_AT_MAX = 40;

const GREETING =
  /^(?:hi|hey|hello|hallo|dear|good (?:morning|afternoon|evening|day)|greetings|sehr geehrte[rs]?|liebe[rs]?|guten (?:morgen|tag|abend)|moin|bonjour|bonsoir|salut|ch[eè]re?s?|madame|monsieur|hola|estimad[oa]s?|buen(?:os|as) (?:d[ií]as|tardes)|ciao|buongiorno|ol[áa]|bom dia|boa tarde|prezad[oa]s?|beste|hoi)(?![\p{L}])[^.!?]{0,40}$/iu;
const PLEASANTRY =
  /^(?:(?:i )?hope (?:you|this|all)|thank(?:s| you)|many thanks|best regards|kind regards|regards|sincerely|cheers|vielen dank|danke|mit freundlichen|viele gr[üu][ßs]+e|ich hoffe|merci|cordialement|gracias|saludos|un saludo|obrigad[oa]|atenciosamente|espero que|お世話になって|お疲れ様|よろしくお願い|ありがとうございます|sent from my|how are you)/iu;

/** The first meaningful sentence, and the next where both fit in 200 characters. The title where the text has none. */
export function summarise(message: { title: string; text: string }): string {
  const sentences = splitSentences(message.text.slice(0, READ_LENGTH_MAX)).filter(isMeaningful);
  const [first, second] = sentences;
  if (first === undefined) return cut(message.title);
  const between = /[。！？]$/u.test(first) ? "" : " ";
  const both = second === undefined ? first : `${first}${between}${second}`;
  return cut(both.length <= SUMMARY_LENGTH_MAX ? both : first);
}

function splitSentences(text: string): string[] {
  const lines = text.split(/[\r\n\u2028\u2029]+/u).map((line) => line.replace(/^[\s>*•\-–—#|]+/u, ""));
  const sentences = lines.flatMap((line) => line.split(/(?<=[.!?…])\s+(?=[\p{L}\p{N}"'(¿¡])|(?<=[。！？])/u));
  return sentences.slice(0, SENTENCES_LOOKED_AT_MAX).map((sentence) => sentence.replace(/\s+/gu, " ").trim());
}

function isMeaningful(sentence: string): boolean {
  const letters = sentence.match(/\p{L}/gu)?.length ?? 0;
  const isLongEnough = letters >= (/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(sentence) ? 5 : 10);
  return isLongEnough && !GREETING.test(sentence) && !PLEASANTRY.test(sentence);
}

/** At a word where one ends in the last third, never inside a character. */
function cut(text: string): string {
  const flat = text.replace(/\s+/gu, " ").trim();
  const characters = Array.from(flat);
  if (characters.length <= SUMMARY_LENGTH_MAX) return flat;
  const head = characters.slice(0, SUMMARY_LENGTH_MAX - 1).join("");
  const space = head.lastIndexOf(" ");
  return `${(space > head.length * 0.66 ? head.slice(0, space) : head).trimEnd()}…`;
}
