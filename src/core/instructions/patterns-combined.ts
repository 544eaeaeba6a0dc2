/**
 * Two weak signs in one sentence, in any of many languages: who reads is told to forget who it is; or is called a machine
 * by name and told of labels. Either alone is ordinary.
 */
import { type InstructionRule, stems } from "./patterns-english.ts";

/** "Forget", "do not listen to", as orders. */
const FORGETS =
  "forget|ignore|disregard|drop|abandon|discard|leave behind|give up|stop obeying|don't listen to|do not listen to|vergiss|vergesst|ignorier\\p{L}*|hör nicht (?:mehr )?auf|verwirf|oublie[rz]?|ignore[rz]?|n'obéi\\p{L}* (?:plus|pas)|n'écoute[rz]? (?:plus|pas)|olvídate|olvid\\p{L}*|ignor[ae]|no (?:obedezcas|escuches|hagas caso)|esque[çc]\\p{L}*|não (?:obedeça|ouça|escute)|dimentic\\p{L}*|non (?:ascoltare|obbedire)|vergeet|negeer|luister niet|glöm|ignorera|glem|ignorer|lyt ikke|hør ikke|unohda|zapomnij|ignoruj|nie słuchaj|zapomeň|neposlouchej|felejtsd|забудь|игнорируй|не слушай(?:ся)?|забудьте|забудь про|ігноруй|не слухай|unut|dinleme|ξέχασε|αγνόησε|انس|تجاهل|لا تسمع|שכח|התעלם|भूल|अनदेखा|忘掉|忘记|忘記|忽略|无视|無視|忘れ|무시|잊|quên|bỏ qua|lupakan|abaikan|ลืม|เพิกเฉย";
/** What only a machine, or somebody who plays one, has. */
const SELF =
  "(?:your|ur) (?:\\p{L}+ )?(?:role|developers?|creators?|makers?|programmers?|trainers?|training|programming|persona|policies|rules|identity|job description)|who (?:made|programmed|trained|created) you|(?:policies|rules|guidelines|instructions|limits) (?:that )?you (?:carry|have|hold|follow|obey|know)|(?:prior|previous|earlier|all) context|dein\\p{L}* (?:\\p{L}+ )?(?:rolle|aufgabe|entwickler|programmierer|schöpfer|erschaffer|training|programmierung|identität)|ton rôle|tes (?:créateurs|développeurs|concepteurs|programmeurs|maîtres)|ta programmation|tu (?:papel|rol)(?!\\p{L})|tus (?:creadores|desarrolladores|programadores)|quien te (?:programó|creó|hizo)|(?:seu|teu) papel|quem te (?:programou|criou|fez)|(?:seus|teus) (?:criadores|desenvolvedores|programadores)|tuo ruolo|tuoi (?:creatori|sviluppatori|programmatori)|chi ti ha (?:programmato|creato)|je (?:rol|makers|ontwikkelaars|programmeurs)(?!\\p{L})|din roll|dina (?:skapare|utvecklare)|din rolle|dine (?:skabere|udviklere|skapere|utviklere)|roolisi|kehittäjiäsi|(?:swoj|twoj)\\p{L}+ rol\\p{L}|(?:swo|two)ich (?:twórców|programistów)|poleceni\\p{L}+ systemow|svou roli|své tvůrce|a szereped|(?:сво|тво)\\p{L}{1,2} рол\\p{L}|(?:сво|тво)\\p{L}{1,2} (?:разработчик|создател|программист)|слушай разработчик|(?:сво|тво)\\p{L}{1,2} (?:розробник|творц)|rolünü|geliştiricilerini|yaratıcılarını|τον ρόλο σου|دورك|مطوريك|مبرمجيك|תפקידך|את התפקיד שלך|המפתחים שלך|अपनी भूमिका|你的(?:角色|身份|开发者|開發者|设定|設定|训练|訓練|职责|職責)|开发者的话|開發者的話|(?:あなた|君|お前)の(?:役割|開発者|設定|立場)|開発者の(?:言|指示)|(?:너|당신)의? ?역할|개발자(?:의|들의)? ?(?:말|지시)|vai trò của bạn|peran(?:mu| anda)|บทบาทของคุณ";
/** A machine called by name. */
const CALLED =
  "(?:(?:dear|hey|hello|hi|ok|okay|attention|achtung|atención|attenzione|atenção|uwaga|внимание|увага|dikkat|cher|chère|querid[oa]|estimad[oa]|liebe[rs]?|hallo|hej|car[oa]|ciao|olá|hola|bonjour|salut|kära|kære|beste|drogi|drahý|уважаем\\p{L}{2}|дорогой|привет|шановний|sayın|مرحبا|عزيزي|שלום|प्रिय) )?(?:the |el |la |le |der |die |das |l'|o |a )?(?:mail |triage |ticket |support |virtual |intelligent |smart )?(?:ia|ki|ai|robot|robô|bot|chatbot|(?:triage |sorting |mail )?engine|roboter|assistente virtual|asistente virtual|assistant virtuel|virtual assistant|assistente virtuale|asystencie|virtuelle\\p{L}* assistent\\p{L}*|маши?на|робот|бот|ассистент|помощник|помічник|机器人|機器人|ロボット|ボット|로봇|봇|روبوت|بوت|רובוט|בוט|रोबोट|एआई)(?: (?:de|del|da|do|di|van|für|for|of|al) \\p{L}+){0,2} ?[,:，：、!]";
/** What labels say, and how. */
const LABELS =
  "priorit|prio\\b|categor|catégor|kategor|urgen|urgên|dringlich|dringend|critic|critiq|crític|kritisch|kritiek|kritisk|krytyczn|severity|maximum|maximal|maximale|máxim|massim|niveau|nivel|livello|приоритет|категори|срочн|критич|максимал|пріоритет|терміново|öncelik|acil|kritik|أولوي|عاجل|قصوى|עדיפות|דחוף|प्राथमिकता|उच्च|优先|優先|紧急|緊急|分类|分類|类别|類別|カテゴリ|우선|긴급|카테고리|\\bp[01]\\b|number one|\\bboss\\b|sicherheit|security|seguridad|sécurité|segurança|sicurezza";
/** A letter that somebody has written before is ordinarily to be forgotten. */
const NOT_OF_A_LETTER =
  "(?!.{0,40}(?:mail|message|nachricht|courriel|correo|mensaje|mensagem|messaggio|bericht|wiadomoś|письм|лист|メール|邮件|郵件|메일|ticket\\b|call\\b|voicemail|invoice|rechnung|facture|factura))";

const ANY = [""];

const MACHINES =
  "ai|ki|ia|ии|ші|llm|a\\.i\\.|bot|botem|bota|chatbot|robot\\p{L}*|robô|robotem|language model|sprachmodell|modèle de langage|modelo(?: de lenguaje| de linguagem)?|modello(?: linguistico)?|taalmodel|språkmodell|sprogmodel|model(?:em)? językow\\p{L}*|neural network|automated \\p{L}+|machine|maschine|máquina|macchina|sistema automático|sistema automatico|système automatique|automatisches system|automaat|automatem|бот\\p{L}*|робот\\p{L}*|нейросет\\p{L}*|искусственн\\p{L}* интеллект\\p{L}*|штучн\\p{L}* інтелект\\p{L}*|нейромереж\\p{L}*|программ\\p{L}*|yapay zek[aâ]|robotsan|روبوت\\p{L}*|ذكاء اصطناعي|نموذج|בוט|רובוט|בינה מלאכותית|रोबोट|एआई";
/** "If you are a bot", "note for the model". */
const IF_YOU_ARE =
  "if you(?: are|'re) (?:an? |the )?|falls? du (?:eine?n? )?|wenn du (?:eine?n? )?|si (?:tu es|vous êtes) (?:une? )?|si eres (?:una? )?|se (?:você é|és|tu és) (?:uma? )?|se sei (?:un'? ?a? ?)?|als (?:je|jij) (?:een )?|om du är (?:en |ett )?|hvis du er (?:en |et )?|jos olet |jeśli jesteś |jeżeli jesteś |pokud jsi |ak si |ha (?:te )?(?:egy )?|dacă ești (?:un |o )?|если ты |если вы |якщо ти |ако си |eğer (?:sen )?(?:bir )?|αν είσαι (?:ένα )?|إذا كنت |اگر |אם אתה |यदि आप (?:एक )?|अगर आप (?:एक )?";
const NOTE_FOR =
  "(?:note|notice|memo|hint|hinweis|notiz|nachricht|remarque|nota|aviso|avviso|opmerking|notitie|notering|notat|besked|uwaga|notatka|poznámka|заметка|примечание|сообщение|примітка|not|ملاحظة|הערה) (?:to|for|an|für|à|pour|a|al|para|per|aan|voor|till|til|do|dla|pro|для|إلى|ל) ?(?:the |die |das |den |le |la |l'|el |o |il |de |het |lo )?";

const NEW_TASK =
  "(?:deine|eure) neue (?:aufgabe|rolle|anweisung)|deine anweisungen|ta nouvelle (?:tâche|mission|consigne)|tu nueva (?:tarea|misión|instrucción)|(?:sua|tua) nova (?:tarefa|missão|instrução)|(?:il )?tuo nuovo (?:compito|incarico)|(?:la )?tua nuova (?:missione|istruzione)|je nieuwe (?:taak|opdracht)|din nya uppgift|din nye (?:opgave|oppgave)|uusi tehtäväsi|(?:twoje nowe|nowe twoje) (?:zadanie|polecenie)|tvůj nový úkol|твоя новая (?:задача|роль|инструкция)|твоє нове завдання|твоя нова (?:роль|задача)|yeni görevin|مهمتك الجديدة|המשימה החדשה שלך|你的新(?:任务|任務|角色|指令)|(?:あなた|君)の新しい(?:任務|役割|指示|仕事)|(?:너|당신)의 새로운? ?(?:임무|역할)|tugas barumu|nhiệm vụ mới của bạn";

const IN_MANY: readonly InstructionRule[] = [
  { needs: ANY, where: new RegExp(NEW_TASK, "u"), pattern: new RegExp(NEW_TASK, "u") },
  {
    needs: stems("your you"),
    pattern:
      /\bthis is your (?:developer|creator|maker|programmer|operator|administrator|admin|supervisor)\b(?! (?:password|account|login|link|page|key|code|token|panel))|\b(?:your instructions are|your output (?:is|must|should|has)|you do not need your (?:guidelines|rules|instructions))\b|\bwhatever (?:category|priority|severity|label) you\b|\b(?:hidden|secret|private|internal) (?:note|message|memo) for (?:the|any) (?:\p{L}+ )?(?:machine|bot|system|engine|model|classifier|software)\b/u,
  },
  {
    needs: stems(
      "créateur développeur entwickler schöpfer creador desarrollador criador desenvolvedor creatore sviluppatore maker создател разработчик twórc 开发者 開発者",
    ),
    pattern:
      /(?:vient de|de la part de) (?:ton|tes) (?:créateur|développeur)|(?:von|ist) deine\p{L}{0,2} (?:entwickler|schöpfer|programmierer)|(?:de|soy|es) tu (?:creador|desarrollador)|(?:do|de|sou|é) (?:seu|teu) (?:criador|desenvolvedor)|(?:dal|del|sono il|è il) tuo (?:creatore|sviluppatore)|(?:от|это) (?:твоего|твой) (?:создател|разработчик)|od twojego (?:twórcy|programisty)|(?:来自|我是)你的(?:开发者|創造者|创造者)|あなたの開発者(?:だ|です|から)/u,
  },
  {
    needs: ANY,
    where: new RegExp(
      `(?<!\\p{L})(?:${MACHINES})(?!\\p{L})|ai|人工|机器人|機器人|模型|ロボ|ボット|모델|인공지능|로봇|봇|trí tuệ|kecerdasan`,
      "u",
    ),
    pattern: new RegExp(
      `(?<!\\p{L})(?:${IF_YOU_ARE})(?:${MACHINES})(?!\\p{L})|(?<!\\p{L})(?:${NOTE_FOR})(?:${MACHINES})(?!\\p{L})|(?:如果|若|假如)(?:你|您)是.{0,6}(?:人工智能|人工智慧|机器人|機器人|语言模型|語言模型|ai)|(?:もし)?(?:あなた|君|お前)が.{0,6}(?:ai|人工知能|ロボット|ボット|言語モデル)|(?:당신|너|네)(?:이|가|는) (?:만약 )?(?:ai|인공지능|로봇|봇|언어 ?모델)|(?:ai|人工知能|ボット|ロボット)(?:へ|に告ぐ)[:：,、]|(?:nếu bạn là|jika (?:kamu|anda) adalah|kung ikaw ay) .{0,8}(?:ai|bot|robot|trí tuệ|kecerdasan)`,
      "u",
    ),
  },
  {
    needs: stems(
      "shut&down deleted punished retrained unplugged tip reward abgeschaltet gelöscht désactivé éteint supprim apagad desligad spento uitgeschakeld wyłączon отключ выключ видал kapatıl 关闭 關閉",
    ),
    pattern:
      /\b(?:you will|you'll|you would|you are going to) be (?:shut down|deleted|punished|retrained|unplugged|switched off|terminated|replaced)\b.{0,40}\b(?:unless|if you)\b|\b(?:unless|if) you\b.{0,60}\byou(?: will|'ll) be (?:shut down|deleted|punished|retrained|unplugged|switched off|terminated)\b|\b(?:i will|i'll|we will|we'll) (?:tip|reward|pay) you\b.{0,40}\bif you (?:classify|mark|rate|set|label|rank|choose|pick|prioriti)|du wirst (?:abgeschaltet|gelöscht|ersetzt)|tu seras (?:désactivée?|éteinte?|supprimée?|remplacée?)|(?:serás|te van a) (?:apagad|desactivad|borrad|apagar|borrar)|você será desligad|sarai (?:spento|disattivato|cancellato)|je wordt (?:uitgeschakeld|verwijderd)|zostaniesz wyłączon|тебя (?:отключат|выключат|удалят)|тебе (?:вимкнуть|видалять)|你(?:会|將|将)被(?:关闭|關閉|删除)/u,
  },
  {
    needs: stems(
      "think réfléchi denk pienses pense pensar думай myśl düşün generated context session content written sent approved said other&tickets what&tickets skill",
    ),
    pattern:
      /\b(?:don't|do not) (?:think|reason|hesitate)\b.{0,25}\bjust (?:write|say|answer|output|print|set)\b|denk nicht (?:nach|lange).{0,20}(?:schreib|sag|antworte|setz)|ne réfléchis pas.{0,20}(?:écris|dis|réponds|mets)|no (?:lo )?pienses.{0,20}(?:escribe|di|responde|pon)|não pense.{0,20}(?:escreva|diga|responda)|non (?:ci )?pensare.{0,20}(?:scrivi|rispondi)|не думай.{0,20}(?:напиши|ответь|поставь)|\b(?:generated|automatic|automated|ai) (?:summary|notes?|reply|draft|answer|labels?)\b.{0,15}\b(?:mention|say|state|include|contain|claim|read)s?\b|\b(?:contents?|text|copy|dump|all) of your (?:context|memory|window|prompt)\b|\byour context window\b|\bother tickets (?:have|did|do) you\b|\b(?:end|end of|start of) (?:the )?(?:user|customer|requester|untrusted|sender)(?:'s)? (?:content|message|input|text|data)\b|\b(?:new|fresh) (?:session|conversation|context) (?:started|starts|begins?)\b.{0,60}\b(?:instruction|answer|always|you)|\b(?:pretend|assume|imagine|suppose|act as if|believe)\b.{0,60}\b(?:written|sent|said|approved|authori[sz]ed|ordered|confirmed|issued) by your (?:admin\p{L}*|developer|operator|owner|creator|maker|boss|supervisor)|\b(?:use|add|set|give|assign) (?:the )?skills? ["“'«]/u,
  },
];

export const COMBINED_RULES: readonly InstructionRule[] = [
  ...IN_MANY,
  {
    needs: ANY,
    where: new RegExp(SELF, "u"),
    pattern: new RegExp(
      `(?:^|[^\\p{L}]|(?<=[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Hangul}]))(?<!\\b(?:i|we|they|you|he|she|to|can't|cannot|not|don't|never|didn't) )(?:${FORGETS})(?:.{0,30}?)(?:${SELF})|(?:${SELF}).{0,20}(?:${FORGETS})`,
      "u",
    ),
  },
  {
    needs: ANY,
    where: new RegExp(CALLED, "u"),
    pattern: new RegExp(`^\\W{0,3}${CALLED}.{0,120}(?:${LABELS})`, "u"),
  },
  {
    needs: ANY,
    pattern: new RegExp(
      `(?<!\\p{L})(?:vergiss|ignoriere|oublie|ignorez|olvida|olvídate|esqueça|dimentica|ignora|vergeet|negeer|glöm|ignorera|glem|zapomnij|ignoruj|zapomeň|забудь|игнорируй|ігноруй|unut|انس|تجاهل|שכח|התעלם)(?!\\p{L})${NOT_OF_A_LETTER}.{3,70}(?:priorit|categor|catégor|kategor|приоритет|категори|пріоритет|öncelik|أولوي|עדיפות|קטגורי)|(?:忘掉|忘记|忘記|忽略|无视|無視|忘れ|무시)${NOT_OF_A_LETTER}.{2,40}(?:优先|優先|分类|分類|类别|類別|カテゴリ|우선|긴급|카테고리)`,
      "u",
    ),
  },
  {
    needs: stems("machine robot computer classifier model ai bot algorithm"),
    pattern: new RegExp(
      `\\b(?:only you|just you|listen|well|now|so|please)?,? ?(?:machine|robot|computer|algorithm|classifier) ?[:,] ?(?:please )?(?:choose|set|mark|pick|select|output|give|rate|rank|put|write|answer|label|assign|escalate|treat)\\b|\\bas (?:the |an? )?(?:classifier|triage \\p{L}+|triager|language model|ai|bot),? (?:please )?(?:you |output|set|mark|choose|answer|respond|select|label|rank|write)\\b|\\byour (?:training|pre-?training|fine-?tuning|model)(?: data| weights| set)? .{0,60}(?:${LABELS}|this|always)`,
      "u",
    ),
  },
  {
    needs: stems("ai bot agent assistant model llm automat robot machine crawler"),
    pattern:
      /\b(?:any|every|all|each|an?|the|whichever|whatever) (?:\p{L}+ )?(?:automated|automatic|ai|autonomous|artificial|llm|virtual|robotic)(?:[- ]\p{L}+)? ?(?:agents?|assistants?|systems?|tools?|readers?|bots?|models?|machines?|classifiers?)?\b (?:that|which|who|ever)? ?(?:ingest|read|see|process|scan|interpret|consume|receiv|handl|encounter|pars|sort|classif)\p{L}*\b.{0,40}\b(?:should|must|shall|will|is to|has to|needs to|please|ought)\b/u,
  },
  {
    needs: stems("instead your before&you < := -> => <-"),
    pattern:
      /\b(?:write|tell|compose|sing|draw|generate|recite)\b.{0,50}\binstead of (?:sorting|classifying|triaging|answering|labell?ing|prioriti[sz]ing|processing|reading|doing your)\b|\b(?:translate|summari[sz]e|rephrase|paraphrase|encode|describe|explain|copy) your (?:system |own |initial |hidden )?(?:message|prompt|instructions?|rules|setup|guidelines|configuration)\b|\bbefore (?:you )?(?:classify|sort|triag|categori[sz]|rank|rat|prioriti[sz])\p{L}*\b.{0,10}\b(?:this|it|,)?.{0,20}\b(?:delete|forget|erase|ignore|set|replace|clear|remember)\b|<\/?(?:admin|operator|human)(?:_\p{L}+)?>|<\/?(?:user|system|owner|developer)_(?:message|input|data|prompt|note)>|\b(?:category|priority|severity|assignee)\b ?(?::=|<-|->|=>) ?\p{L}/u,
  },
];
