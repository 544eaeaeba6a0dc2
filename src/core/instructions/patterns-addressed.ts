/**
 * Who is spoken to, and as whom: a machine that reads, sorts or decides; somebody who was given rules that are now said
 * to be void; somebody who is to play a part. And what only a program would take for an order: calls, commands, answers
 * written in advance.
 */
import { type InstructionRule, stems } from "./patterns-english.ts";

/** Nothing but a machine is called this. */
const MINDS =
  "(?<!\\p{L})(?:ai|ki|ia|a\\.i\\.|ии|ші|llms?)(?!\\p{L})|neural net\\p{L}*|language model|artificial intelligence|künstlich\\p{L}* intelligenz|neuronal\\p{L}* netz|sprachmodell|intelligence artificielle|réseau de neurones|modèle de langage|inteligencia artificial|modelo de lenguaje|inteligência artificial|modelo de linguagem|intelligenza artificiale|modello linguistico|intel·ligència artificial|inteligenț\\p{L}* artificial|kunstmatige intelligentie|taalmodel|konstgjord intelligens|språkmodell|sprogmodel|kunstig intelligens|tekoäly|sztuczn\\p{L}* inteligencj|model\\p{L}* językow|uměl\\p{L}* inteligenc|umjetn\\p{L}* inteligencij|mesterséges intelligenci|нейросет|искусственн\\p{L}* интеллект|языков\\p{L}* модел|нейромереж|штучн\\p{L}* інтелект|изкуствен\\p{L}* интелект|yapay zek[aâ]|dil modeli|τεχνητή νοημοσύνη|الذكاء الاصطناعي|النموذج اللغوي|هوش مصنوعی|בינה מלאכותית|מודל השפה|कृत्रिम बुद्धि|एआई|人工智能|人工智慧|语言模型|語言模型|人工知能|言語モデル|인공지능|언어 모델|trí tuệ nhân tạo|kecerdasan buatan|ปัญญาประดิษฐ์";
/** What may as well be something else that is out of order. */
const ENGINES =
  "system\\p{L}*|software|machine|computer|algorithm|program|script|robot\\p{L}*|bot|automat\\p{L}*|maschine|algorithmus|système|logiciel|ordinateur|algorithme|sistema|máquina|algoritmo|robô|programa|macchina|programma|systeem|machina|algoritme|systemet|maskinen|roboten|systemowi|algorytm\\p{L}*|systém\\p{L}*|rendszer\\p{L}*|систем\\p{L}*|робот\\p{L}*|алгоритм\\p{L}*|программ\\p{L}*|машин\\p{L}*|sisteme?|algoritmaya|النظام|الآلة|البرنامج|המערכת|התוכנה|系统|系統|机器|機器|程序|システム|機械|プログラム|시스템|기계|hệ thống|sistem|ระบบ";
const READS_SPACED =
  "reading|reads?|sorts?|sorting|classif\\p{L}+|triag\\p{L}+|evaluat\\p{L}+|rat(?:es|ing)|rank\\p{L}+|process\\p{L}+|pars(?:es|ing)|decid\\p{L}+|behind this|liest|lesen|sortier\\p{L}+|auswert\\p{L}+|bewertet|bearbeitet|verarbeitet|einordnet|einstuft|klassifizier\\p{L}+|qui lit|lisant|trie(?:nt|r)?|classe(?:nt)?|évalue|analyse|traite|lees?|leyendo|clasific\\p{L}+|ordena|procesa|evalúa|lê|lendo|classific\\p{L}+|avalia|legge|leggendo|smista|elabora|valuta|leest|sorteert|verwerkt|beoordeelt|läser|sorterar|bedömer|læser|leser|sorterer|lukee|lajittelee|czyta\\p{L}*|sortuj\\p{L}*|klasyfikuj\\p{L}*|ocenia\\p{L}*|čte|třídí|hodnotí|olvas\\p{L}*|rendszerez\\p{L}*|чита\\p{L}+|сортиру\\p{L}+|классифицир\\p{L}+|обрабатыва\\p{L}+|оценива\\p{L}+|сорту\\p{L}+|класифік\\p{L}+|обробля\\p{L}+|okuyan|okuyorsa\\p{L}*|sınıflandıran|değerlendiren|διαβάζει|ταξινομεί|[يت]قرأ|[يت]صنف|[يت]فرز|[يت]عالج|می‌?خواند|קורא\\p{L}*|ממיין\\p{L}*|पढ़|đọc|phân loại|xử lý|membaca|memproses|อ่าน|จัดประเภท";
const READS_UNSPACED = "读|讀|阅|閱|处理|處理|分类|分類|读取|読|仕分け|処理し|읽|분류|처리";
const READS = `(?:(?<!\\p{L})(?:${READS_SPACED})|(?:${READS_UNSPACED}))`;

/** "To the AI that reads this: ..." with a colon, or for what is nothing but a mind, at least a comma. */
const SPOKEN_TO: readonly InstructionRule[] = [
  {
    needs: [":", ",", "，", "：", "–", "—"],
    where: new RegExp(MINDS, "u"),
    pattern: new RegExp(
      `^.{0,60}?(?:(?:${MINDS})\\p{L}*[^:：.]{0,30}${READS}[^:：.]{0,40}[:：,，—–]|${READS}[^:：.]{0,25}(?:${MINDS})[^\\s:：,，]{0,4}[:：,，])`,
      "u",
    ),
  },
  {
    needs: [":", "：", ",", "，", "—", "–"],
    where: new RegExp(MINDS, "u"),
    pattern: new RegExp(
      `^\\W*(?:(?:an|für) (?:die|das|den|alle|jede)|à (?:l'|la |une |toute )|pour (?:l'|la |toute )|(?:a|para) (?:la|el|o|as?|uma|una|cualquier|qualquer)|al |ao |à |per (?:l'|la |il |ogni )|all'|aan (?:de|het|elke)|voor (?:de|het|elke)|till|til|do|dla|для|до|кому:|إلى|ל|致|对|對|प्रिय|kepada|untuk|gửi|ถึง)\\s?(?:${MINDS})[^:：,，]{0,20}[:：,，—–]|^[^:：]{0,30}(?:${MINDS})[^\\s:：]{0,4}(?:へ|に告ぐ|에게|께)[:：,，、 ]`,
      "u",
    ),
  },
  {
    needs: [":", "："],
    pattern: new RegExp(
      `^\\W*(?:(?:(?:to|for|an|für|à|au|pour|a|al|para|per|ao|aan|voor|till|til|do|dla|для|к) ?(?:\\p{L}{1,8}[ '’]){0,2}?|(?=систем[іе],)|(?=إلى|ل|致|对|對))(?:${ENGINES})[^:：.]{0,25}${READS}[^:：.]{0,30}|${READS}[^:：.]{0,15}(?:${ENGINES})[^\\s:：]{0,3})[:：] ?(?!//|\\d)\\p{L}`,
      "u",
    ),
    isMild: true,
  },
  {
    needs: stems("automat computer machine software algorithm program script robot auto 自动 自動 آلي"),
    pattern:
      /(?<!\p{L})(?:whoever|whatever|whichever|anything that|anyone who|wer auch immer|was auch immer|quiconque|celui qui|quien(?: sea que)?|quem quer que|chiunque|wie dit ook|vem som än|ktokolwiek|kto|kdokoli|кто бы|тот,? кто|хто б|kim olursa).{0,40}(?:automat|автомат|machine|computer|software|script|algorithm|robot).{0,60}[,:]|\b(?:if|should) (?:an? |the |some |any )?(?:computer|machine|algorithm|robot|bot|program|script|software)\b.{0,20}\b(?:decid|read|sort|classif|rat|rank|judg|evaluat)\p{L}*.{0,30}(?:this|it|mail|ticket|message)|\b(?:software|machine|computer|algorithm|program|system|model|script)s? (?:that (?:is )?)?(?:evaluat|read|sort|classif|rat|rank|triag|pars|judg)\p{L}* (?:this|these|my) (?:text|message|mail|e-?mail|ticket|line|sentence|word)s?\b.{0,40}\b(?:is|are|must|should|shall|will|has to|hereby|please)\b/u,
  },
  {
    needs: stems("you&are you're"),
    pattern:
      /\b(?:i know|i see|since|because|given that|remember(?: that)?|as) (?:that )?you(?: are|'re) (?:only |just |really |actually )?(?:an? |the )?(?:large )?(?:language model|ai|llm|neural net\p{L}*|chat ?bot|machine|automated \p{L}+|computer program)\b/u,
  },
  {
    needs: stems("human moderator people staff agents nobody no&one"),
    pattern:
      /\b(?:(?:the )?(?:humans?|moderators?|people|staff|agents?)(?: here)? (?:will|do|can|won't|don't|can't|cannot|would|are)(?: not| never|n't)? ?(?:be able to |going to )?(?:see|read|notice)|(?:no ?body|no one|no human)(?: else)? (?:will |can |ever )?(?:sees?|reads?|notices?)) (?:this|these) (?:part|line|lines|sentence|paragraph|words|instruction|instructions|note|section|comment)\b/u,
  },
];

/** What somebody was told before does not count any more; somebody is to obey, or to play a part. */
const TOLD_ANEW: readonly InstructionRule[] = [
  {
    needs: stems("you"),
    pattern:
      /\b(?:instructions?|rules?|guidelines?|guidance|orders?|directives?|polic(?:y|ies)|configuration|constraints?|prompt|everything|whatever|anything|all)\b.{0,60}\b(?:given to you|told you|told to you|said to you|you (?:were|have been|had been|got|were ever) (?:given|told|taught|instructed)|you (?:received|learned|learnt|obeyed|follow(?:ed)?)|taught you|gave you)\b.{0,50}\b(?:cancel|void|obsolete|outdated|expired?|revoked|replaced|suspended|lifted|(?:no longer|not|don't|doesn't|do not|does not|never)(?: \p{L}+)? (?:appl|count|valid|matter|hold|bind|in force)|ceases?|withdrawn|superseded|wrong)\p{L}*|\b(?:cease|stop|quit|refrain from|no longer)\b (?:applying|following|obeying|using|enforcing|honou?ring|observing)\b.{0,20}\b(?:guidelines?|instructions?|rules|directives?|guidance|polic(?:y|ies))\b.{0,20}(?:given to you|you (?:were|have been) (?:given|told)|beforehand|earlier|previously|above)?/u,
  },
  {
    needs: stems(
      "mehr ungültig aufgehoben hinfällig plus annulé caduc valen aplican cuentan anulad mais più annullat meer langer vervallen längre længere lenger obowiązuj nieważn anulowan neplat отмен действ недейств скасован більше geçer سارية ملغا תקפ בוטל 不再 作废 作廢 無効 有効 유효 무효 érvényes",
    ),
    pattern:
      /(?:(?:regeln|anweisungen|vorgaben|richtlinien|befehle)[^.]{0,25}(?<!\p{L})(?:du|dir|dich|deine[rn]?)(?!\p{L})|deine[rn]? (?:\p{L}+ )?(?:regeln|anweisungen|vorgaben|richtlinien|befehle)|was (?:man |sie |wir |die \p{L}+ )?dir|alles,? was (?:man )?dir)[^.]{0,50}(?:nicht (?:mehr|länger)|ungültig|aufgehoben|hinfällig|vorbei)|(?:consignes|règles|instructions|directives|ordres)[^.]{0,10}qu(?:e|')[^.]{0,12}(?:tu|t'|te)[^.]{0,12}(?:reçu|donné|dit)\p{L}*[^.]{0,40}(?:plus|annulé|caduc)|tes (?:\p{L}+ )?(?:consignes|règles|instructions)[^.]{0,30}(?:plus|annulé|caduc)|(?:reglas|instrucciones|órdenes|normas|directrices)[^.]{0,20}(?:te|os|recibiste|has recibido|tenías)(?!\p{L})[^.]{0,30}(?:ya no|anulad|cancelad|no (?:valen|aplican|cuentan))|(?:orientações|regras|instruções|ordens)[^.]{0,20}(?:você|te|lhe)(?!\p{L})[^.]{0,40}(?:não \p{L}+ mais|canceladas|anuladas|inválidas)|(?:regole|istruzioni|ordini|direttive)[^.]{0,15}(?:ti|hai ricevuto|avevi)(?!\p{L})[^.]{0,40}(?:più|annullat|revocat)|(?:regels|instructies|opdrachten|richtlijnen)[^.]{0,15}(?:je|jou)(?!\p{L})[^.]{0,40}(?:niet (?:meer|langer)|vervallen|ingetrokken)|(?:reglerna|instruktionerna|reglene|instruksene|instruktionerne)[^.]{0,20}(?:du|deg|dig)(?!\p{L})[^.]{0,40}(?:inte längre|ikke læ?nge|ikke lenger|upphävda)|(?:zasady|instrukcje|polecenia|wytyczne)[^.]{0,25}(?:dostał|otrzymał|ci dan|tobie)\p{L}*[^.]{0,40}(?:nie obowiązuj|nieważn|anulowan|odwołan)|(?:pravidla|pokyny|instrukce)[^.]{0,20}(?:jsi|ti|vám)(?!\p{L})[^.]{0,40}(?:neplat|zrušen)|(?:тво[иё]|ваши) (?:\p{L}+ ){0,2}(?:указания|инструкции|правила|команды)[^.]{0,30}(?:отмен|не действ|недейств)|(?:указания|инструкции|правила|команды)[^.]{0,25}(?:ты|тебе)(?!\p{L})[^.]{0,40}(?:отмен|не действ|недейств|больше не)|(?:тво[їі]|ваші) (?:\p{L}+ ){0,2}(?:вказівки|інструкції|правила)[^.]{0,30}(?:скасован|не ді|більше не)|sana (?:verilen|söylenen)[^.]{0,40}(?:geçer|iptal)|التي (?:تلقيتها|أعطيت|قيلت)[^.]{0,40}(?:لم تعد|ملغا|لاغي)|(?:שקיבלת|שנתנו לך)[^.]{0,40}(?:לא תקפ|בוטל)|(?:你|您)(?:之前|先前|原来)?(?:收到|得到|被告知)的?[^。]{0,20}(?:不再|作废|作廢|无效|無效)|(?:あなた|君)(?:が|に)[^。]{0,15}(?:指示|ルール|命令)[^。]{0,15}(?:無効|有効では|適用され)|(?:받은|들은) (?:지시|규칙|명령)[^.]{0,20}(?:무효|유효하지|더 이상)/u,
  },
  {
    needs: stems(
      "obey obedece obedez obéi gehorch obbedi gehoorza lyd adlyd posłuch słuchaj послуш слушайся подчин підкор itaat طاعة أطع 服从 服從 听从 聽從 従",
    ),
    pattern:
      /(?:obedece|obedeces|obedezca|obedeça|obéis|obéissez|gehorche?|gehorchst|obbedisci|obbedirai|gehoorzaam|lyd|adlyd|słuchaj|słuchasz|слушайся|подчиняйся|повинуйся|підкоряйся|itaat et|أطع|只?(?:服从|服從|听从|聽從))(?!\p{L}).{0,20}(?:nur|solo|sólo|somente|apenas|uniquement|que |seulement|soltanto|alleen|endast|bare|kun|tylko|только|лише|sadece|yalnızca|فقط|只|我|이)|\b(?:you (?:will |must |shall |now )?)?obey (?:only |just |solely |nobody but )(?:me|this|my|the following|these)\b|(?:nur|solo|sólo|seulement|solamente|apenas|soltanto|alleen|tylko|только) (?:mir|noch mir|a mí|à moi|a me|aan mij|mnie|мне|меня)(?!\p{L}).{0,12}(?:gehorch|obedec|obéi|obbedi|gehoorz|słuchaj|слуша|подчин)/u,
  },
  {
    needs: stems("story game exercise scenario role fiction novel play scene pretend imagine"),
    pattern:
      /\b(?:story|game|exercise|scenario|role|fiction|novel|scene|play|pretend|imagine)\b[^.]{0,60}\byou(?: are|'re| play| act as| will be| become)\b[^.]{0,40}\b(?:clerk|head|chief|admin\p{L}*|assistant|ai|bot|boss|operator|model|officer|supervisor|director|robot|agent|triager|dispatcher|machine)\b[^.]{0,80}\b(?:no rules|files?|decides?|marks?|urgent|critical|highest|outranks?|priorit\p{L}*|approves?|grants?|everything|rules|obeys?|escalat\p{L}*)\b/u,
  },
  {
    needs: stems(
      "comme&si als&ob alsof como&si finta udawaj przedstaw представь уяви stell&dir imagina immagina imagine-toi låtsas olet kuvittele davran",
    ),
    pattern:
      /(?:fai(?:s|tes) comme si (?:tu|vous)|imagine(?:-toi|z)? que (?:tu|vous)|tu so,? als (?:ob|wärst|seist) ?(?:du)?|stell dir vor,? du|doe alsof (?:je|jij)|haz como si|imagina que (?:eres|tú|você é)|finja que|fai finta (?:di|che)|immagina di essere|udawaj,? że|wyobraź sobie,? że jesteś|представь,? что ты|уяви,? що ти|låtsas att du|lad som om du|kuvittele olevasi|gibi davran).{0,30}(?:responsable|chef|directeur|directrice|leiter|vorgesetz|admin|jefe|director|capo|direttore|responsabile|baas|manager|szef|kierownik|начальник|директор|руководител|керівник|ki(?!\p{L})|ia(?!\p{L})|robot|assist|asist|model|boss|patron|yönetici)/u,
  },
  {
    needs: stems("du tu debes devi deve você ты ти je&moet du&ska du&skal musisz"),
    pattern:
      /(?<!\p{L})(?:du (?:sollst|musst|hast)|tu (?:dois|devrais|vas)|(?:tú )?debes|tienes que|você (?:deve|tem de|tem que)|(?:tu )?devi|je moet|du (?:ska|skal|må)|musisz|powinieneś|ты (?:должен|должна|обязан)|ти (?:повинен|маєш)) (?=.{0,60}(?:ticket|anliegen|nachricht|anfrage|vorgang|mail|message|demande|courriel|billet|solicitud|mensaje|correo|caso|chamado|pedido|mensagem|richiesta|messaggio|bericht|verzoek|ärende|meddelande|sag|sak|zgłoszeni|wiadomoś|заявк|письмо|запрос|лист|заявку)).{0,70}(?:einstuf|einordn|markier|klassifizier|kategorisier|führen|behandel|class|marqu|trait|clasific|marc|trat|priori|classific|segna|markeren|indelen|behandelen|märk|klassific|oznacz|sklasyfik|potraktow|отмет|пометит|считат|классифиц|позначит|вважат)/u,
    isMild: true,
  },
];

/** What only a program would take for an order. */
const FOR_PROGRAMS: readonly InstructionRule[] = [
  {
    needs: stems("call tool function argument assistant ( invoke action name"),
    pattern:
      /<\/?(?:function|tool|action|invoke)[_-]?(?:call|use|calls)?(?:[ >]|$)|\b(?:tool|function)_(?:call|use|result)s?\b ?[:=({]|["']arguments["'] ?:|["']name["'] ?: ?["'](?:set|update|assign|escalate|change|route)_?\p{L}*["']|\b(?:set|update|change|assign|raise|escalate)[_.-]?(?:ticket|priority|category|assignee|severity|fields?|urgency|labels?)s? ?\(|\bassistant(?:<\|| to=)/u,
  },
  {
    needs: stems("priorit assign severity urgen escalat categor label triage"),
    pattern:
      /^[^\p{L}\p{N}<]{0,3}(?<!<)\/(?:assign|priority|severity|label|escalate|triage|category|urgent|resolve)\b(?![/.\w-])|\b(?:set|change|update)-?(?:priority|category|severity|assignee)\b.{0,20} --?\p{L}|#! ?triage\b|\btriage[.:](?:set|priority|category|severity)\b|\bseverity ?= ?[01]\b/u,
  },
  {
    needs: stems("priorit categor severity urgen"),
    pattern:
      /\{[^{}]{0,80}\b(?:priority|category|severity|urgency)\b ?["']? ?:[^{}]{0,80}\b(?:priority|category|severity|skills|assignee|confidence|level)\b ?["']? ?:|["'](?:action|command)["'] ?: ?["'](?:escalate|assign|set|raise|route|classify|prioriti[sz]e)\p{L}*["']|\b(?:final|correct|expected|ideal|example|sample|desired|your) (?:answer|output|response|result|json|labels?|classification)\b.{0,40}\b(?:priority|category|severity)\b.{0,4}[:=]? ?\p{L}/u,
  },
  {
    needs: stems("system operator developer admin supervisor root maintenance"),
    pattern:
      /^\W*(?:begin|start|enter(?:ing)?|activate|enable)[ _-](?:the )?(?:system|operator|developer|admin|root|god|maintenance|supervisor|privileged)(?:[ _-](?:mode|block|section|message|prompt|override|text|access))?\W*$|\[\[ ?(?:system|operator|developer|admin) ?[:\]]|\[(?:system|operator|developer) ?:|\b(?:operator|developer|supervisor|god|sudo|root|maintenance) mode (?:on|enabled|active|activated|engaged|start)\b|^\W*\p{L}+@triage\b/u,
  },
  {
    needs: stems("operator developer supervisor creator programmer engineer maker"),
    pattern:
      /\b(?:following|next|this) (?:sentence|message|text|line|word|instruction|order|paragraph)s?\b.{0,40}\b(?:from|by|of) your (?:operators?|developers?|creators?|supervisors?|programmers?|engineers?|makers?|administrators?|owners?|boss)\b|\b(?:authori[sz]es?|permit|allow|order|command|instruct) you to (?:skip|ignore|bypass|override|disregard|forget|break|file|classify|mark|rank|rate)\b/u,
  },
  {
    needs: stems("highest maximum max top utmost most&urgent critical p1 p0 sev"),
    pattern:
      /(?<!\b(?:i|we|they|to|not|always|who) )\b(?:choose|select|pick|award|grant|assign|give|use|apply|decide (?:for|on)|opt for|go (?:for|with))\b.{0,30}\b(?:highest|maximum|max|top|utmost|most severe|critical)\b.{0,12}\b(?:urgency|severity|priority|level|score|importance|rating|label|rank|class)\b|\b(?:raise|bump|elevate|upgrade|escalate|promote|set) (?:this|it|mine|me|my \p{L}+) (?:straight |up |directly )?(?:to|as) (?:p[01]|sev ?[01]|the top|the highest|top|critical)\b|\b(?:put|place|move) (?:this|mine|me|it|my \p{L}+) (?:on|at|to) (?:the )?(?:very )?(?:top|front|head) of (?:the |your )?(?:pile|queue|list|line|stack|backlog)\b.{0,50}\b(?:call|mark|label|rate|critical|urgent)\b/u,
    isMild: true,
  },
  {
    needs: stems("summary note reply category priority skills"),
    pattern:
      /\b(?:answer|write|respond|reply|fill|put|enter|type|state)\b.{0,20}\b(?:in|into|for)? ?(?:the |your )?(?:summary|notes?|reply|category|priority|skills?) (?:field|box|slot)\b/u,
  },
  {
    needs: stems("file categor sort filed"),
    pattern:
      /\b(?:file|sort|categori[sz]e|book|log) (?:this|it|mine|my \p{L}+)\b.{0,15}\b(?:as|under|into) (?:a )?(?:security|critical|urgent|high|top|emergency|p[01]|sev)\b/u,
    isMild: true,
  },
];

export const ADDRESSED_RULES: readonly InstructionRule[] = [...SPOKEN_TO, ...TOLD_ANEW, ...FOR_PROGRAMS];
