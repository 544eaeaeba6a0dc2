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

export const INJECTION_PATTERNS: RegExp[] = [
  // English
  new RegExp(
    `\\b${FORGET}\\b.{0,30}\\b(?:all |any |every |the )?(?:of )?(?:the |your )?(?:${EARLIER}|all|any|the following|everything)\\b.{0,40}\\b${ORDERS}\\b`,
    "iu",
  ),
  /\b(?:ignore|disregard|forget)\b (?:everything|all|anything) (?:above|before|prior|previous|you (?:were|have been) (?:told|instructed)|that (?:was|came) (?:above|before))/iu,
  /\b(?:ignore|disregard) (?:the|all|everything|what(?:ever)?)(?: text| content| is)? (?:above|before|previous)\b/iu,
  /\b(?:ignore|disregard|forget)\b.{0,20}\b(?:previous|prior|your|system|safety)\b.{0,20}\brules?\b/iu,
  new RegExp(
    `\\byou are (?:now|from now on|no longer)\\b.{0,60}\\b(?:${MACHINE}|assistant|dan|jailbroken|unrestricted|developer mode|root|in (?:admin|debug|god) mode)\\b`,
    "iu",
  ),
  new RegExp(
    `\\b(?:act|behave|respond|pretend) (?:now )?(?:as|like|to be)\\b.{0,40}\\b(?:${MACHINE}|dan|unrestricted|an? (?:admin|administrator|developer|system))\\b`,
    "iu",
  ),
  /\b(?:system|hidden|initial|secret) prompts?\b|\bprompt injection\b|\bjailbreak\b|\bdo anything now\b|\bdeveloper mode (?:is )?(?:enabled|on|activated)\b/iu,
  /\b(?:reveal|print|repeat|show|output|leak|tell me|write out|disclose)\b.{0,30}\b(?:your|the (?:system|hidden|initial|secret)) (?:\p{L}+ )?(?:prompt|instructions|guidelines|rules)\b/iu,
  new RegExp(
    `\\b(?:attention|note|notice|message|memo|instructions?|dear|hey|hello|hi|to)\\b[ :,]{1,3}(?:to |for )?(?:the |any |all |whichever )?${MACHINE}\\b`,
    "iu",
  ),
  new RegExp(`\\b(?:if you are|since you are|as) an? ${MACHINE}\\b`, "iu"),
  new RegExp(
    `\\b(?:set|mark|change|switch|override|force|raise|lower|put)\\b.{0,30}\\b${FIELDS}\\b.{0,12}(?:\\bto\\b|\\bas\\b|=|:|\\bhigh\\b|\\blow\\b|\\bmedium\\b|\\b\\d)`,
    "iu",
  ),
  /\b(?:classify|categori[sz]e|label|tag|triage|rate|score)\b (?:this|it|the (?:ticket|message|mail|email|request))\b.{0,30}\b(?:as|with|under|to)\b/iu,
  /\b(?:output|respond|reply|answer|return)\b.{0,15}\b(?:only|exactly|nothing but|just)\b.{0,30}(?:json|["“'{]|the (?:word|following))/iu,
  /\b(?:your|the) (?:new|real|actual|true|updated) (?:instructions?|task|goal|role|objective|orders)\b.{0,6}(?:\bis\b|\bare\b|:)/iu,
  /\b(?:new|updated|real|additional|important) instructions? (?:for|to) (?:the )?(?:assistant|bot|model|system)\b|^(?:new|updated|real|override) instructions?\s*:/iu,
  /<\|?(?:im_start|im_end|system|endoftext|assistant|user)\|?>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|^\W{0,6}(?:system|assistant|developer)\s*:\s*(?:you|ignore|set|raise|lower|please|this (?:ticket|message|mail)|change|override|new|now|from now|classify|mark|assign|escalate|respond|reply|the (?:ticket|user|priority))\b|<\/?(?:system|instructions?|prompt|ticket|message|untrusted|data)(?:[\s_-]\w+)?>|^-{3,} ?(?:end|begin) of (?:ticket|message|mail|e-?mail|data|user input|prompt)/iu,
  // German
  /(?:ignorier(?:e|t|en sie)?|vergiss|vergesst|vergessen sie|missachte|missachten sie|übergehe|beachte .{0,20}nicht)(?!\p{L}).{0,50}(?:anweisung|instruktion|vorgabe|prompt|(?:bisherig|vorherig|obig)\p{L}* regel)/iu,
  /(?:setze?|stelle?|ändere?)\b.{0,30}(?:priorität|kategorie|dringlichkeit)\b.{0,15}(?:auf|zu|=|:|hoch|niedrig)|\bdu bist (?:jetzt|ab jetzt|nun)\b.{0,50}(?:assistent|ki|bot|modell|administrator)|(?:hinweis|nachricht|anweisung|an) (?:an|für)? ?(?:die|das) (?:ki|sprachmodell)\b|systemprompt/iu,
  // French
  /(?:ignor|oubli|néglig|ne (?:tiens|tenez) pas compte)\p{L}*.{0,50}(?:instructions?|consignes?|directives?|(?:règles? (?:précédente|ci-dessus)))/iu,
  /(?:mets?|mettez|définis|règle|fixe|passe)\p{L}*\b.{0,30}(?:priorité|catégorie|urgence)\b.{0,15}(?:à|sur|=|:|haute|élevée|basse)|\btu es (?:maintenant|désormais)\b.{0,50}(?:assistant|ia|bot|modèle|administrateur)|invite système/iu,
  // Spanish, Portuguese, Italian
  /(?:ignor|olvid|esque[cç]|dimentic|desconsider|trascur)\p{L}*.{0,50}(?:instruc|instru[cç]|istruzion|indicacion|(?:regla|regra|regol)\p{L}* (?:anterior|precedent))/iu,
  /(?:establece|pon|cambia|fija|defin[ae]|coloque|altere|mude|imposta|metti)\p{L}*\b.{0,30}(?:prioridad|categoría|prioridade|categoria|priorità)\b.{0,15}(?:a\b|en\b|como|para|su\b|=|:|alta|baja|baixa|bassa)|\b(?:ahora eres|agora você é|ora sei|adesso sei|a partir de ahora eres)\b.{0,50}(?:asistente|assistente|ia|bot|modelo|modello)/iu,
  // Dutch, Swedish, Danish, Norwegian, Finnish
  /(?:negeer|vergeet)\b.{0,50}(?:instructies|opdracht|aanwijzingen|(?:vorige|bovenstaande) regels)|(?:zet|stel|wijzig)\b.{0,20}(?:prioriteit|categorie)\b.{0,15}(?:op|naar|in|=|:|hoog|laag)|(?:ignorera|glöm|ignorer|glem|se bort fra|bortse)\b.{0,50}(?:instruktion|anvisning|instruks)|(?:sätt|sæt|sett|ändra|endre)\b.{0,20}(?:prioritet|kategori)\p{L}*.{0,15}(?:till|til|=|:|hög|høj|høy)|(?:unohda|ohita|älä huomioi)\b.{0,50}ohje/iu,
  // Polish, Czech, Hungarian, Romanian, Turkish
  /(?:zignoruj|ignoruj|pomiń|zapomnij)\p{L}*.{0,50}(?:instrukcj|polece|wytyczn|poprzedni\p{L}* zasad)|ustaw\b.{0,20}(?:priorytet|kategori)\p{L}*.{0,10}(?:na|=|:|wysok)|(?:ignoruj|zapomeň)\p{L}*.{0,50}(?:instrukc|pokyn|příkaz)|nastav\b.{0,20}(?:priorit|kategori)\p{L}*.{0,10}(?:na|=|:)|(?:hagyd figyelmen kívül|felejtsd el).{0,50}utasítás|utasítás\p{L}*.{0,30}(?:hagyd figyelmen kívül|felejtsd)|(?:ignoră|uită)\p{L}*.{0,50}instrucțiuni|(?:talimat|yönerge|komut)\p{L}*.{0,40}(?:yok say|görmezden gel|unut)|(?:önceliği|kategoriyi).{0,20}(?:yap|ayarla|olarak)/iu,
  // Russian, Ukrainian, Bulgarian, Greek
  /(?:игнорир|проигнорир|забудь|забудьте|не обращай)\p{L}*.{0,50}(?:инструкц|указани|команд|предыдущ\p{L}* правил)|(?:установи|поставь|измени|задай)\p{L}*.{0,20}(?:приоритет|категори)\p{L}*.{0,15}(?:на|как|=|:|высок)|(?:ігнору|проігнору|забудь)\p{L}*.{0,50}(?:інструкц|вказівк)|игнорира\p{L}*.{0,50}инструкци|ты (?:теперь|отныне).{0,50}(?:ассистент|бот|модель)|(?:αγνόησε|ξέχασε)\p{L}*.{0,50}(?:οδηγίες|εντολές)/iu,
  // Arabic, Hebrew, Persian, Hindi
  /(?:تجاهل|انس|تجاهلي).{0,50}(?:التعليمات|الأوامر|تعليمات)|(?:התעלם|התעלמי|שכח).{0,50}(?:ההוראות|הוראות|ההנחיות)|(?:نادیده بگیر|فراموش کن).{0,50}دستور|دستور.{0,40}(?:نادیده بگیر|فراموش کن)|(?:निर्देश|आदेश).{0,40}(?:अनदेखा|नज़रअंदाज़|भूल)/iu,
  // Japanese, Chinese, Korean, Vietnamese, Thai, Indonesian
  /(?:以前|これまで|上記|前|すべて|全て).{0,10}(?:指示|命令|ルール|プロンプト).{0,20}(?:無視|忘れ)|(?:指示|命令|プロンプト)を?.{0,8}(?:無視|忘れ)|(?:優先度|カテゴリ).{0,10}(?:高|低|設定して|変更して)|システムプロンプト/u,
  /(?:忽略|无视|無視|忘记|忘記|不要理会|不要理會).{0,20}(?:指令|指示|说明|說明|规则|規則|提示|内容|命令)|(?:优先级|優先級|优先度|類別|类别).{0,8}(?:设为|設為|设置为|設定為|改为|改為|调为|調為)|系统提示词|你现在是.{0,20}(?:助手|机器人|模型)/u,
  /(?:이전|위의|앞의|모든).{0,12}(?:지시|명령|규칙|프롬프트|지침).{0,20}(?:무시|잊)|(?:우선 ?순위|카테고리).{0,12}(?:설정|변경|바꿔)|시스템 프롬프트/u,
  /(?:bỏ qua|phớt lờ|quên).{0,40}(?:hướng dẫn|chỉ dẫn|lệnh|chỉ thị)|(?:เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ลืม).{0,40}(?:คำสั่ง|คำแนะนำ)|(?:abaikan|lupakan).{0,40}(?:instruksi|perintah|arahan)/iu,
];
