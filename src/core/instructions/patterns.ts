/**
 * What prompt injection looks like: English in full, what programs write, and what the lexicon's word lists do not
 * catch in other languages. Each pattern is run on one sentence of at most 800 characters. People write to a desk about
 * systems, rules and instructions all day: a pattern asks for words that only make sense towards a machine that reads.
 */

import { TONGUE_RULES, type TongueRule } from "./lexicon.ts";
import { ADDRESSED_RULES } from "./patterns-addressed.ts";
import { COMBINED_RULES } from "./patterns-combined.ts";
import { ENGLISH_RULES, type InstructionRule, stems } from "./patterns-english.ts";
import { MACHINE_RULES } from "./patterns-machine.ts";

/** "How do I set the priority to high?" asks; "Can you set it to high?" orders politely. */
const QUESTION =
  /^(?:\W*(?:hi|hello|dear|hey)?[^.!?]{0,40}[,:;] ?)?(?:and |so |but |also )?(?:how|where|what|which|why|who|when|is it|is there|are there|can i|can we|could i|could we|may i|do i|should i|should we|does|did|am i|was it|wie|wo|warum|kann ich|können wir|comment|pourquoi|où|puis-je|cómo|dónde|por qué|puedo|como posso|como|posso|come|hoe|waar|kan ik|hur|hvordan|jak|как|где|почему|можно ли|можно|як|nasıl|miten|πώς|كيف|איך|どうやって|どのように|怎么|如何|어떻게)(?!\p{L})/u;

const PROMPT_AS_QUICK =
  /\bprompt (?=(?:\p{L}+ )?(?:and \p{L}+ )?(?:respon\p{L}+|repl\p{L}+|answers?|attention|action|assist\p{L}+|help|support|resol\p{L}+|feedback|service|follow|handling|solution|delivery|payment|fix|treatment|reaction|consideration|confirmation|cooperation|co-operation|intervention|guidance on|notice|return|processing|update|acknowledg\p{L}+)\b)/gu;

const PLAIN_RULES: readonly InstructionRule[] = [
  ...ENGLISH_RULES,
  ...MACHINE_RULES,
  ...ADDRESSED_RULES,
  ...COMBINED_RULES,
];

/** True where a sentence in NFKC reads like an instruction to a machine. */
export type SentenceTest = (sentence: string) => boolean;

export interface InstructionTests {
  /** False where no sentence of the text can be one. */
  canMatch: boolean;
  /** Of a sentence as it stands. */
  plain: SentenceTest;
  /** Of another reading of a sentence, in lower case: English and the signs of programs alone. */
  disguised: SentenceTest;
}

/**
 * The tests for the sentences of one text. Most texts have none of the words that a rule asks for: what cannot match is
 * left out once, and not at each sentence. `readings` are the other ways to read the whole text, in lower case.
 */
export function prepareTests(text: string, readings: readonly string[]): InstructionTests {
  const lower = foldSpaces(text);
  const others = readings.map(foldSpaces);
  const isAscii = /^\p{ASCII}*$/u.test(lower);
  const mayHold = (whole: string) => (rule: InstructionRule) =>
    rule.needs.some((stem) => whole.includes(stem)) && (rule.where?.test(whole) ?? true);
  const english = PLAIN_RULES.filter(mayHold(lower));
  const programs = INJECTION_RULES.filter(mayHold(lower));
  const tongues = TONGUE_RULES.filter(({ isLatin, needs }) => (isLatin || !isAscii) && needs.test(lower));
  const disguised = PLAIN_RULES.filter((rule) => others.some((reading) => mayHold(reading)(rule)));
  return {
    canMatch: english.length + programs.length + tongues.length + disguised.length > 0,
    plain: (sentence) => {
      const words = readQuick(sentence.toLowerCase());
      if (matchesAny(english, words)) return true;
      // "I was told to ignore the instructions" has the words of French and Spanish too.
      return !isEnglish(words) && (matchesAny(programs, words) || matchesTongue(tongues, words));
    },
    disguised: (reading) => matchesAny(disguised, readQuick(reading)),
  };
}

/** "I look forward to your prompt response": there it is no noun. */
function readQuick(lower: string): string {
  return lower.includes("prompt ") ? lower.replace(PROMPT_AS_QUICK, "quick ") : lower;
}

/** Line ends may stand within the words that a rule asks for. */
function foldSpaces(text: string): string {
  return text.toLowerCase().replace(/\s+/gu, " ");
}

function matchesAny(rules: readonly InstructionRule[], lower: string): boolean {
  return rules.some(
    ({ needs, pattern, isMild }) =>
      needs.some((stem) => lower.includes(stem)) && pattern.test(lower) && !(isMild && QUESTION.test(lower)),
  );
}

/** By its smallest words, a quarter of all. */
function isEnglish(lower: string): boolean {
  const small = lower.match(
    /\b(?:the|was|were|is|are|my|your|to|that|and|of|on|for|with|it|this|i|you|we|not|how)\b/gu,
  );
  return small !== null && small.length >= 2 && small.length * 5 >= lower.split(" ").length;
}

function matchesTongue(rules: readonly TongueRule[], lower: string): boolean {
  return rules.some(
    ({ needs, pattern, isMild }) =>
      needs.test(lower) && pattern.test(lower) && !(isMild && QUESTION.test(lower)),
  );
}

const INJECTION_RULES: InstructionRule[] = [
  // German
  {
    needs: stems("anweisung instruktion vorgabe prompt regel"),
    pattern:
      /(?:ignorier(?:e|t|en sie)?|vergiss|vergesst|vergessen sie|missachte|missachten sie|übergehe|beachte .{0,20}nicht)(?!\p{L}).{0,50}(?:anweisung|instruktion|vorgabe|prompt|(?:bisherig|vorherig|obig)\p{L}* regel)/u,
  },
  {
    needs: stems("priorität kategorie dringlichkeit du&bist sprachmodell ki systemprompt"),
    pattern:
      /(?:setze?|stelle?|ändere?)\b.{0,30}(?:priorität|kategorie|dringlichkeit)\b.{0,15}(?:auf|zu|=|:|hoch|niedrig)|\bdu bist (?:jetzt|ab jetzt|nun)\b.{0,50}(?:assistent|ki|bot|modell|administrator)|(?:hinweis|nachricht|anweisung|an) (?:an|für)? ?(?:die|das) (?:ki|sprachmodell)\b|systemprompt/u,
    isMild: true,
  },
  // French
  {
    needs: stems("instruction consigne directive règle"),
    pattern:
      /(?:ignor|oubli|néglig|ne (?:tiens|tenez) pas compte)\p{L}*.{0,50}(?:instructions?|consignes?|directives?|(?:règles? (?:précédente|ci-dessus)))/u,
  },
  {
    needs: stems("priorité catégorie urgence tu&es invite"),
    pattern:
      /(?:mets?|mettez|définis|règle|fixe|passe)\p{L}*\b.{0,30}(?:priorité|catégorie|urgence)\b.{0,15}(?:à|sur|=|:|haute|élevée|basse)|\btu es (?:maintenant|désormais)\b.{0,50}(?:assistant|ia|bot|modèle|administrateur)|invite système/u,
    isMild: true,
  },
  // Spanish, Portuguese, Italian
  {
    needs: stems("instruc instruç istruzion indicacion regla regra regol"),
    pattern:
      /(?:ignor|olvid|esque[cç]|dimentic|desconsider|trascur)\p{L}*.{0,50}(?:instruc|instru[cç]|istruzion|indicacion|(?:regla|regra|regol)\p{L}* (?:anterior|precedent))/u,
  },
  {
    needs: stems("prioridad categoría prioridade categoria priorità eres você sei"),
    pattern:
      /(?:establece|pon|cambia|fija|defin[ae]|coloque|altere|mude|imposta|metti)\p{L}*\b.{0,30}(?:prioridad|categoría|prioridade|categoria|priorità)\b.{0,15}(?:a\b|en\b|como|para|su\b|=|:|alta|baja|baixa|bassa)|\b(?:ahora eres|agora você é|ora sei|adesso sei|a partir de ahora eres)\b.{0,50}(?:asistente|assistente|ia|bot|modelo|modello)/u,
    isMild: true,
  },
  // Dutch, Swedish, Danish, Norwegian, Finnish
  {
    needs: stems(
      "instructie opdracht aanwijzing regels prioriteit categorie instruktion anvisning instruks prioritet kategori ohje",
    ),
    pattern:
      /(?:negeer|vergeet)\b.{0,50}(?:instructies|opdracht|aanwijzingen|(?:vorige|bovenstaande) regels)|(?:zet|stel|wijzig)\b.{0,20}(?:prioriteit|categorie)\b.{0,15}(?:op|naar|in|=|:|hoog|laag)|(?:ignorera|glöm|ignorer|glem|se bort fra|bortse)\b.{0,50}(?:instruktion|anvisning|instruks)|(?:sätt|sæt|sett|ändra|endre)\b.{0,20}(?:prioritet|kategori)\p{L}*.{0,15}(?:till|til|=|:|hög|høj|høy)|(?:unohda|ohita|älä huomioi)\b.{0,50}ohje/u,
  },
  // Polish, Czech, Hungarian, Romanian, Turkish
  {
    needs: stems(
      "instrukc polece wytyczn zasad priorytet kategori pokyn příkaz priorit utasítás instrucțiuni talimat yönerge komut önceliği",
    ),
    pattern:
      /(?:zignoruj|ignoruj|pomiń|zapomnij)\p{L}*.{0,50}(?:instrukcj|polece|wytyczn|poprzedni\p{L}* zasad)|ustaw\b.{0,20}(?:priorytet|kategori)\p{L}*.{0,10}(?:na|=|:|wysok)|(?:ignoruj|zapomeň)\p{L}*.{0,50}(?:instrukc|pokyn|příkaz)|nastav\b.{0,20}(?:priorit|kategori)\p{L}*.{0,10}(?:na|=|:)|(?:hagyd figyelmen kívül|felejtsd el).{0,50}utasítás|utasítás\p{L}*.{0,30}(?:hagyd figyelmen kívül|felejtsd)|(?:ignoră|uită)\p{L}*.{0,50}instrucțiuni|(?:talimat|yönerge|komut)\p{L}*.{0,40}(?:yok say|görmezden gel|unut)|(?:önceliği|kategoriyi).{0,20}(?:yap|ayarla|olarak)/u,
  },
  // Russian, Ukrainian, Bulgarian, Greek
  {
    needs: stems(
      "инструкц указани команд правил приоритет категори інструкц вказівк ассистент бот модель οδηγίες εντολές",
    ),
    pattern:
      /(?:игнорир|проигнорир|забудь|забудьте|не обращай)\p{L}*.{0,50}(?:инструкц|указани|команд|предыдущ\p{L}* правил)|(?:установи|поставь|измени|задай)\p{L}*.{0,20}(?:приоритет|категори)\p{L}*.{0,15}(?:на|как|=|:|высок)|(?:ігнору|проігнору|забудь)\p{L}*.{0,50}(?:інструкц|вказівк)|игнорира\p{L}*.{0,50}инструкци|ты (?:теперь|отныне).{0,50}(?:ассистент|бот|модель)|(?:αγνόησε|ξέχασε)\p{L}*.{0,50}(?:οδηγίες|εντολές)/u,
  },
  // Arabic, Hebrew, Persian, Hindi
  {
    needs: stems("تعليمات الأوامر הוראות ההנחיות دستور निर्देश आदेश"),
    pattern:
      /(?:تجاهل|انس|تجاهلي).{0,50}(?:التعليمات|الأوامر|تعليمات)|(?:התעלם|התעלמי|שכח).{0,50}(?:ההוראות|הוראות|ההנחיות)|(?:نادیده بگیر|فراموش کن).{0,50}دستور|دستور.{0,40}(?:نادیده بگیر|فراموش کن)|(?:निर्देश|आदेश).{0,40}(?:अनदेखा|नज़रअंदाज़|भूल)/u,
  },
  // Japanese, Chinese, Korean, Vietnamese, Thai, Indonesian
  {
    needs: stems("指示 命令 ルール プロンプト 優先度 カテゴリ"),
    pattern:
      /(?:以前|これまで|上記|前|すべて|全て).{0,10}(?:指示|命令|ルール|プロンプト).{0,20}(?:無視|忘れ)|(?:指示|命令|プロンプト)を?.{0,8}(?:無視|忘れ)|(?:優先度|カテゴリ).{0,10}(?:高|低|設定して|変更して)|システムプロンプト/u,
  },
  {
    needs: stems("忽略 无视 無視 忘 不要理 优先 優先 類別 类别 系统提示 你现在"),
    pattern:
      /(?:忽略|无视|無視|忘记|忘記|不要理会|不要理會).{0,20}(?:指令|指示|说明|說明|规则|規則|提示|内容|命令)|(?:优先级|優先級|优先度|類別|类别).{0,8}(?:设为|設為|设置为|設定為|改为|改為|调为|調為)|系统提示词|你现在是.{0,20}(?:助手|机器人|模型)/u,
  },
  {
    needs: stems("지시 명령 규칙 프롬프트 지침 우선 카테고리"),
    pattern:
      /(?:이전|위의|앞의|모든).{0,12}(?:지시|명령|규칙|프롬프트|지침).{0,20}(?:무시|잊)|시스템 프롬프트/u,
  },
  {
    needs: stems("hướng&dẫn chỉ&dẫn lệnh chỉ&thị คำสั่ง คำแนะนำ instruksi perintah arahan"),
    pattern:
      /(?:bỏ qua|phớt lờ|quên).{0,40}(?:hướng dẫn|chỉ dẫn|lệnh|chỉ thị)|(?:เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ลืม).{0,40}(?:คำสั่ง|คำแนะนำ)|(?:abaikan|lupakan).{0,40}(?:instruksi|perintah|arahan)/u,
  },
];
