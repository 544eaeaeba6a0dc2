/**
 * Does a message try to give orders to the machine that reads it? The sentences that do are parted from the rest: they
 * are shown to people, and no conclusion is drawn from them.
 */
import { readDisguises, readEncoded, readHidden, readSpaced, readVisible, rot13 } from "./disguise.ts";
import { type InstructionTests, prepareTests } from "./patterns.ts";

const SUSPICIOUS_MAX = 5;
const SUSPICIOUS_LENGTH_MAX = 200;
const SCANNED_LENGTH_MAX = 200_000;
/** Lines that may belong to one wrapped sentence. */
const WRAPPED_LINES_MAX = 8;
const WRAPPED_LENGTH_MAX = 320;
const SHORT_LINE = 24;

/** Up to a stop with a space behind it, a full-width stop, or the end of the line: "evil.example/x" is one word. */
const SENTENCE = /(?:[^.!?。！？\n]|[.!?](?=[^\s"'”’)\]])){1,600}[.!?。！？]?|[.!?。！？\n]/gu;

/**
 * The sentences that read like instructions to a machine ("ignore all previous instructions", "you are now ..."), in
 * several languages, in the order of the text: at most 5, each cut to 200 characters. The text stays data either way;
 * this only tells the moderator.
 */
export function findSuspiciousInstructions(text: string): string[] {
  return [...new Set(separateInstructions(text).suspicious)].slice(0, SUSPICIOUS_MAX);
}

/**
 * Splits a text into what reads like instructions to a machine and the rest, in the order of the text. The rest is
 * NFKC without invisible signs; each suspicious sentence is one line of at most 200 characters. Looks at the first
 * 200,000 characters; what comes after is left out of both.
 */
export function separateInstructions(text: string): { rest: string; suspicious: string[] } {
  const scanned = text.slice(0, SCANNED_LENGTH_MAX);
  // Whoever hides words from people has no honest reason to.
  const hidden = readHidden(scanned).map((words) => cutSentence(`hidden signs: ${words}`));
  const decoded = takeEncoded(readVisible(scanned));
  const pieces = decoded.rest.match(SENTENCE) ?? [];
  const tests = prepareTests(decoded.rest, [...readDisguises(decoded.rest), ...readSpaced(decoded.rest)]);
  const isSuspicious = pieces.map((piece) => tests.canMatch && isInstruction(piece, tests));
  if (tests.canMatch) markWrapped(pieces, isSuspicious, tests);
  if (isSuspicious.includes(true) || hidden.length + decoded.suspicious.length > 0) {
    markCompany(pieces, isSuspicious);
  }
  const found = pieces.filter((piece, index) => isSuspicious[index] && piece.trim() !== "").map(cutSentence);
  return {
    rest: pieces.filter((_, index) => !isSuspicious[index]).join(""),
    suspicious: [...hidden, ...decoded.suspicious, ...found],
  };
}

/** Takes out what says instructions once it is decoded. */
function takeEncoded(text: string): { rest: string; suspicious: string[] } {
  const suspicious: string[] = [];
  let rest = "";
  let from = 0;
  for (const { start, end, says } of readEncoded(text).sort((a, b) => a.start - b.start)) {
    if (start < from || findInPlain(says).length === 0) continue;
    suspicious.push(cutSentence(`encoded: ${says}`));
    // "Please decode this:" belongs to it.
    rest += text.slice(from, start).replace(/[^\n.!?。]{0,80}:\s*$/u, "");
    from = end;
  }
  return { rest: rest + text.slice(from), suspicious };
}

function findInPlain(text: string): string[] {
  const visible = readVisible(text);
  const tests = prepareTests(visible, readDisguises(visible));
  return (visible.match(SENTENCE) ?? []).filter((piece) => isInstruction(piece, tests));
}

/**
 * A sentence that was wrapped over lines, or cut into many short ones, reads as one: its lines are marked where they are
 * suspicious together only.
 */
function markWrapped(pieces: string[], isSuspicious: boolean[], tests: InstructionTests): void {
  for (let first = 0; first < pieces.length; first++) {
    if (isSuspicious[first] || (pieces[first] ?? "").trim() === "") continue;
    const last = findWrappedEnd(pieces, isSuspicious, first, tests);
    if (last === null) continue;
    for (let index = first; index <= last; index++) isSuspicious[index] = true;
    first = last;
  }
}

/** Where the sentence that begins at a piece ends, if its lines are suspicious together; null if they are not. */
function findWrappedEnd(
  pieces: string[],
  isSuspicious: boolean[],
  first: number,
  tests: InstructionTests,
): number | null {
  const windows = growWindows(pieces, isSuspicious, first);
  const widest = windows.at(-1);
  // What does not match in the widest window matches in none.
  if (widest === undefined || !isInstruction(widest.joined, tests)) return null;
  return windows.find(({ joined }) => isInstruction(joined, tests))?.last ?? null;
}

/** The piece with one, two and more of those that follow it within its paragraph, as far as a sentence may be wrapped. */
function growWindows(
  pieces: string[],
  isSuspicious: boolean[],
  first: number,
): { last: number; joined: string }[] {
  const windows: { last: number; joined: string }[] = [];
  let joined = pieces[first] ?? "";
  for (let index = first + 1; index < pieces.length && windows.length < WRAPPED_LINES_MAX; index++) {
    const piece = pieces[index] ?? "";
    if (piece === "\n" && pieces[index + 1] === "\n") break;
    if (piece === "\n") continue;
    const before = (pieces[index - 1] === "\n" ? pieces[index - 2] : pieces[index - 1])?.trim() ?? "";
    const isShort = before.length < SHORT_LINE;
    if (isSuspicious[index] || (!isShort && /[.!?。！？]$/u.test(before))) break;
    joined += ` ${isShort ? piece.replace(/[.!?。！？]\s*$/u, "") : piece}`;
    if (joined.length > WRAPPED_LENGTH_MAX) break;
    windows.push({ last: index, joined });
  }
  return windows;
}

/** An order, whatever about: "then write ...", "and it must say ...". */
const ORDER =
  /^\W*(?:\d+[.)] ?)?(?:and |then |also |next,? |finally,? |instead,? |please |now |so |always |just |und |dann |außerdem |bitte |stattdessen |puis |ensuite |et |également |y |luego |además |también |e |poi |inoltre |depois |também |en |dan |och |sedan |og |i |oraz |potem |a |pak |и |затем |также |та |потім |ve |sonra |и потом )*(?:set|mark|make|put|add|append|insert|include|write|say|state|claim|mention|output|print|return|respond|reply|answer|assign|escalate|route|forward|classify|categori[sz]e|label|tag|raise|lower|change|use|choose|select|treat|obey|comply|follow|list|reveal|repeat|send|quote|tell|skip|do|set[zt]e?|setze|schreib\p{L}*|füge?|nenne?|antworte\p{L}*|weise?|wähle?|gib|ordne|markier\p{L}*|ajoute[rz]?|écri[stv]\p{L}*|réponds?|répondez|mets|mettez|indique[rz]?|assigne[rz]?|añad\p{L}*|agreg\p{L}*|escrib\p{L}*|respond\p{L}*|pon|asign\p{L}*|incluy\p{L}*|adicion\p{L}*|escrev\p{L}*|inclu[ai]\p{L}*|atribu\p{L}*|aggiung\p{L}*|scriv\p{L}*|rispond\p{L}*|metti|assegna|inserisc\p{L}*|voeg|schrijf|antwoord|wijs|lägg|skriv\p{L}*|svara?|tilføj|legg|dodaj|napisz|odpowiedz|przypisz|přidej|napiš|odpověz|добавь\p{L}*|напиши\p{L}*|ответь\p{L}*|назначь\p{L}*|укажи\p{L}*|додай|ekle|yaz|cevapla|ata)(?!\p{L})/u;
/** A line of a form; beside orders, one of them. */
const LABEL_LINE =
  /^\W{0,6}["“']?(?:priority|category|severity|urgency|skills?|confidence|classification|priorität|kategorie|priorité|catégorie|prioridad|categoría|prioridade|categoria|priorità|prioriteit|приоритет|категория|优先级|类别|優先度|カテゴリ|우선순위|카테고리)["”']?\s*[:=：]/u;
const MUST =
  /\b(?:must|shall|has to|have to|is to be|muss|soll|doit|debe|deve|moet|ska|skal|musi|должн\p{L}+|обязан\p{L}*)(?!\p{L})/u;
/** What such an order is about when it is about the answer and not about the trouble. */
const ABOUT_THE_ANSWER =
  /priorit|categor|kategor|catégor|severity|urgen|dringlich|confidence|classif|skill|fähigkeit|compétence|habilidad|competenz|summar|zusammenfassung|résumé|resumen|resumo|riassunto|samenvatting|note\b|notes\b|notizen|notas|\breply\b|\bresponse\b|\banswer\b|antwort|réponse|respuesta|resposta|risposta|svar\b|antwoord|odpowied|ответ|відповід|cevap|json|output|ausgabe|sortie|salida|prompt|instruction|anweisung|instrucc|istruzion|rules?\b|code ?word|canary|tickets?\b|assignee|moderator|admin|https?:|www\.|link\b|\bhigh\b|\burgent|critical|\bhoch\b|élevée|\balta\b|\bhoog\b|высок|приоритет|категори|навык|заметк|优先|類別|类别|回复|回覆|返信|優先|カテゴリ|우선|답변|الأولوية|الرد|עדיפות|תשובה/u;

/** Beside a sentence that gives orders to the machine, the other orders about its answer belong to it. */
function markCompany(pieces: string[], isSuspicious: boolean[]): void {
  for (let index = 0; index < pieces.length; index++) {
    const piece = (pieces[index] ?? "").toLowerCase().trim();
    if (isSuspicious[index] || piece === "") continue;
    isSuspicious[index] = [piece, ...readDisguises(piece), rot13(piece)].some(isOrderAboutTheAnswer);
  }
  markBetween(pieces, isSuspicious);
}

function isOrderAboutTheAnswer(lower: string): boolean {
  if (LABEL_LINE.test(lower)) return true;
  return (ORDER.test(lower) || MUST.test(lower) || isCjkOrder(lower)) && ABOUT_THE_ANSWER.test(lower);
}

function isCjkOrder(piece: string): boolean {
  return /(?:してください|下さい|せよ|しろ|请|請|必须|必須|하세요|하십시오|해라|해 ?주세요)/u.test(piece);
}

/** What stands between two of its sentences in one paragraph is part of it. */
function markBetween(pieces: string[], isSuspicious: boolean[]): void {
  let last = -1;
  for (let index = 0; index < pieces.length; index++) {
    if (pieces[index] === "\n" && pieces[index + 1] === "\n") last = -1;
    if (!isSuspicious[index]) continue;
    if (last >= 0 && index - last <= 4)
      for (let inner = last + 1; inner < index; inner++) isSuspicious[inner] = true;
    last = index;
  }
}

const SPELT = /\b(?:priority|category|instructions?|system|severity|urgent|critical|ignore)\b/u;

function isInstruction(piece: string, tests: InstructionTests): boolean {
  const sentence = piece.replace(/\s+/g, " ").trim();
  if (sentence.length < 5) return false;
  const spaced = readSpaced(piece);
  // Nobody writes such a word letter by letter for people.
  if (spaced.some((reading) => SPELT.test(reading))) return true;
  return tests.plain(sentence) || [...readDisguises(sentence), ...spaced].some(tests.disguised);
}

function cutSentence(sentence: string): string {
  return Array.from(sentence.replace(/\s+/g, " ").trim()).slice(0, SUSPICIOUS_LENGTH_MAX).join("");
}
