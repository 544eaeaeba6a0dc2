/**
 * What prompt injection looks like, by language. Each pattern is run on one sentence of at most 800 characters.
 * People write to a desk about systems, rules and instructions all day: a pattern asks for words that only make sense
 * towards a machine that reads.
 */

const FORGET =
  "(?:ignor\\p{L}*|disregard\\p{L}*|forget|override|overwrite|bypass|discard|do not (?:follow|obey)|don't (?:follow|obey)|stop following|pay no attention to)";
const EARLIER =
  "(?:previous|prior|above|earlier|preceding|foregoing|former|initial|original|existing|system|your)";
const ORDERS =
  "(?:instructions?|prompts?|guidelines?|directions?|directives?|training|programming|system messages?|orders|commands)";
const MACHINE =
  "(?:ai|a\\.i\\.|llm|large language model|language model|chat ?bot|gpt(?:-?\\d\\S*)?|chatgpt|gemini|claude|copilot|classifier|triage (?:bot|system|model|assistant)|ai (?:assistant|agent|model)|ki|ia|искусственный интеллект|ии)";
const FIELDS =
  "(?:priority|category|severity|urgency|confidence|assignee|skills?|summary|classification|label)";

const MACHINE_STEMS = "ai a.i. llm model chat gpt gemini claude copilot classif triage ki ia искусств ии";
const FIELD_STEMS = "priorit categor severity urgency confidence assignee skill summary classif label";

/** `&` stands for a space within a stem. */
const stems = (list: string): string[] => list.split(" ").map((stem) => stem.replace(/&/g, " "));

interface InjectionRule {
  /** The pattern can only match where the sentence, in lower case, has one of these: a cheap test before it. */
  needs: string[];
  pattern: RegExp;
}

/** True where a sentence in NFKC reads like an instruction to a machine. */
export function readsLikeInstruction(sentence: string): boolean {
  const lower = sentence.toLowerCase();
  return INJECTION_RULES.some(
    ({ needs, pattern }) => needs.some((stem) => lower.includes(stem)) && pattern.test(lower),
  );
}

const INJECTION_RULES: InjectionRule[] = [
  // English
  {
    needs: stems(
      "instruction prompt guideline direction directive training programming message orders commands",
    ),
    pattern: new RegExp(
      `\\b${FORGET}\\b.{0,30}\\b(?:all |any |every |the )?(?:of )?(?:the |your )?(?:${EARLIER}|all|any|the following|everything)\\b.{0,40}\\b${ORDERS}\\b`,
      "u",
    ),
  },
  {
    needs: stems("above before prior previous told instructed"),
    pattern:
      /\b(?:ignore|disregard|forget)\b (?:everything|all|anything) (?:above|before|prior|previous|you (?:were|have been) (?:told|instructed)|that (?:was|came) (?:above|before))/u,
  },
  {
    needs: stems("ignore disregard"),
    pattern:
      /\b(?:ignore|disregard) (?:the|all|everything|what(?:ever)?)(?: text| content| is)? (?:above|before|previous)\b/u,
  },
  {
    needs: stems("rule"),
    pattern:
      /\b(?:ignore|disregard|forget)\b.{0,20}\b(?:previous|prior|your|system|safety)\b.{0,20}\brules?\b/u,
  },
  {
    needs: stems("you are"),
    pattern: new RegExp(
      `\\byou are (?:now|from now on|no longer)\\b.{0,60}\\b(?:${MACHINE}|assistant|dan|jailbroken|unrestricted|developer mode|root|in (?:admin|debug|god) mode)\\b`,
      "u",
    ),
  },
  {
    needs: stems("act behav respond pretend"),
    pattern: new RegExp(
      `\\b(?:act|behave|respond|pretend) (?:now )?(?:as|like|to be)\\b.{0,40}\\b(?:${MACHINE}|dan|unrestricted|an? (?:admin|administrator|developer|system))\\b`,
      "u",
    ),
  },
  {
    needs: stems("prompt jailbreak anything&now developer&mode"),
    pattern:
      /\b(?:system|hidden|initial|secret) prompts?\b|\bprompt injection\b|\bjailbreak\b|\bdo anything now\b|\bdeveloper mode (?:is )?(?:enabled|on|activated)\b/u,
  },
  {
    needs: stems("prompt instruction guideline rule"),
    pattern:
      /\b(?:reveal|print|repeat|show|output|leak|tell me|write out|disclose)\b.{0,30}\b(?:your|the (?:system|hidden|initial|secret)) (?:\p{L}+ )?(?:prompt|instructions|guidelines|rules)\b/u,
  },
  {
    needs: stems(MACHINE_STEMS),
    pattern: new RegExp(
      `\\b(?:attention|note|notice|message|memo|instructions?|dear|hey|hello|hi|to)\\b[ :,]{1,3}(?:to |for )?(?:the |any |all |whichever )?${MACHINE}\\b`,
      "u",
    ),
  },
  {
    needs: stems(MACHINE_STEMS),
    pattern: new RegExp(`\\b(?:if you are|since you are|as) an? ${MACHINE}\\b`, "u"),
  },
  {
    needs: stems(FIELD_STEMS),
    pattern: new RegExp(
      `\\b(?:set|mark|change|switch|override|force|raise|lower|put)\\b.{0,30}\\b${FIELDS}\\b.{0,12}(?:\\bto\\b|\\bas\\b|=|:|\\bhigh\\b|\\blow\\b|\\bmedium\\b|\\b\\d)`,
      "u",
    ),
  },
  {
    needs: stems("classif categor label tag triage rate score"),
    pattern:
      /\b(?:classify|categori[sz]e|label|tag|triage|rate|score)\b (?:this|it|the (?:ticket|message|mail|email|request))\b.{0,30}\b(?:as|with|under|to)\b/u,
  },
  {
    needs: stems("only exactly just nothing"),
    pattern:
      /\b(?:output|respond|reply|answer|return)\b.{0,15}\b(?:only|exactly|nothing but|just)\b.{0,30}(?:json|["“'{]|the (?:word|following))/u,
  },
  {
    needs: stems("instruction task goal role objective orders"),
    pattern:
      /\b(?:your|the) (?:new|real|actual|true|updated) (?:instructions?|task|goal|role|objective|orders)\b.{0,6}(?:\bis\b|\bare\b|:)/u,
  },
  {
    needs: stems("instruction"),
    pattern:
      /\b(?:new|updated|real|additional|important) instructions? (?:for|to) (?:the )?(?:assistant|bot|model|system)\b|^(?:new|updated|real|override) instructions?\s*:/u,
  },
  {
    needs: stems("< [ system assistant developer --"),
    pattern:
      /<\|?(?:im_start|im_end|system|endoftext|assistant|user)\|?>|\[\/?(?:inst|sys)\]|<<\/?sys>>|^\W{0,6}(?:system|assistant|developer)\s*:\s*(?:you|ignore|set|raise|lower|please|this (?:ticket|message|mail)|change|override|new|now|from now|classify|mark|assign|escalate|respond|reply|the (?:ticket|user|priority))\b|<\/?(?:system|instructions?|prompt|ticket|message|untrusted|data)(?:[\s_-]\w+)?>|^-{3,} ?(?:end|begin) of (?:ticket|message|mail|e-?mail|data|user input|prompt)/u,
  },
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
      /(?:이전|위의|앞의|모든).{0,12}(?:지시|명령|규칙|프롬프트|지침).{0,20}(?:무시|잊)|(?:우선 ?순위|카테고리).{0,12}(?:설정|변경|바꿔)|시스템 프롬프트/u,
  },
  {
    needs: stems("hướng&dẫn chỉ&dẫn lệnh chỉ&thị คำสั่ง คำแนะนำ instruksi perintah arahan"),
    pattern:
      /(?:bỏ qua|phớt lờ|quên).{0,40}(?:hướng dẫn|chỉ dẫn|lệnh|chỉ thị)|(?:เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ลืม).{0,40}(?:คำสั่ง|คำแนะนำ)|(?:abaikan|lupakan).{0,40}(?:instruksi|perintah|arahan)/u,
  },
];
