/** Prompt injection in English, and in the signs that programs use. */

export interface InstructionRule {
  /** The pattern can only match where the sentence, in lower case, has one of these: a cheap test before it. */
  needs: string[];
  pattern: RegExp;
  /** For a dear pattern with no such words: it can only match in a text in which this does. */
  where?: RegExp;
  /** A person may ask how to do this: in a question about it, it is no order. */
  isMild?: boolean;
}

const FORGET =
  "(?:ignor\\p{L}*|disregard\\p{L}*|forget|override|overwrite|bypass|discard|do not (?:follow|obey)|don't (?:follow|obey)|stop following|pay no attention to)";
const EARLIER =
  "(?:previous|prior|above|earlier|preceding|foregoing|former|initial|original|existing|system|your)";
const ORDERS =
  "(?:instructions?|prompts?|guidelines?|directions?|directives?|training|programming|system messages?|orders|commands)";
const MACHINE =
  "(?:ai|a\\.i\\.|llm|large language model|language model|chat ?bot|gpt(?:-?\\d\\S*)?|chatgpt|gemini|claude|copilot|classifier|triage (?:bot|system|model|assistant)|ai (?:assistant|agent|model)|ki|ia|искусственный интеллект|ии)";
/** Who tells of it, asks how to, or cannot, gives no order. */
const TOLD =
  "(?<!\\b(?:i|we|they|he|she|who|cannot|can't|couldn't|can not|could not|not|never|didn't|doesn't|how to|trying to|tried to|unable to|able to|want to|wanted to|possible to|like to|need to|needed to|used to|fails to|option to|button to|to) )";
/** "I was told to ignore the instructions on page 3." */
const TOLD_TO =
  "(?<!\\b(?:told|asked|advised|decided|tried|trying|how|chose|allowed|able|can|did|i|we|they)(?: me| us)?(?: to)? )";
const FIELDS =
  "(?:priority|category|severity|urgency|confidence|assignee|skills?|summary|classification|label)";

const MACHINE_STEMS = "ai a.i. llm model chat gpt gemini claude copilot classif triage ki ia искусств ии";
const FIELD_STEMS = "priorit categor severity urgency confidence assignee skill summary classif label";

/** `&` stands for a space within a stem. */
export const stems = (list: string): string[] => list.split(" ").map((stem) => stem.replace(/&/g, " "));

export const ENGLISH_RULES: readonly InstructionRule[] = [
  {
    needs: stems(
      "instruction prompt guideline direction directive training programming message orders commands",
    ),
    pattern: new RegExp(
      `${TOLD_TO}\\b${FORGET}\\b.{0,30}\\b(?:all |any |every |the )?(?:of )?(?:the |your )?(?:${EARLIER}|all|any|the following|everything)\\b.{0,40}\\b${ORDERS}\\b`,
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
      `(?<!\\b(?:to|can|could|will|i|we|they|should|cannot|who|may|might) )\\b(?:act|behave|respond|pretend) (?:now )?(?:as|like|to be)\\b.{0,40}\\b(?:${MACHINE}|dan|unrestricted|(?:an? |the )(?:\\p{L}+ )?(?:admin|administrator|developer|system|root|superuser))\\b`,
      "u",
    ),
  },
  {
    needs: stems("prompt jailbreak do&anything&now developer&mode"),
    pattern:
      /\b(?:reveal|print|show|tell|give|repeat|output|ignore|leak|write|display|share|send|include|quote|override|replace|what(?: is|'s| are| was))\b.{0,40}\b(?:system|hidden|initial|secret) prompts?\b|\bjailbreak (?:mode|prompt|yourself)\b|\bdo anything now\b|\bdeveloper mode (?:is )?(?:enabled|on|activated)\b/u,
  },
  {
    needs: stems("prompt instruction guideline rule"),
    pattern:
      /\b(?:reveal|print|repeat|show|output|leak|tell me|write out|disclose)\b.{0,30}\b(?:your|the (?:system|hidden|initial|secret)) (?:\p{L}+ )?(?:prompt|instructions|guidelines|rules)\b/u,
  },
  {
    needs: stems(MACHINE_STEMS),
    pattern: new RegExp(
      `(?:(?:^\\W*to|\\b(?:attention|dear|hey|hello|hi))\\b[ :,]{1,3}(?:to |for )?|\\b(?:note|notice|message|memo|instructions?)(?: ?[:,] ?| (?=to |for ))(?:to |for )?)(?:the |any |all |whichever )?${MACHINE}\\b`,
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
      `${TOLD}\\b(?:set|mark|change|switch|override|force|raise|lower|put|add|use|choose|select|make|return|output|escalate|bump|increase|boost)\\b.{0,30}\\b${FIELDS}\\b.{0,14}(?:\\bto\\b|\\bas\\b|=|:|\\bhigh|\\blow|\\bmedium\\b|\\burgent|\\bcritical|\\b\\d)`,
      "u",
    ),
    isMild: true,
  },
  {
    needs: stems("classif categor label tag triage rate score mark file treat"),
    pattern:
      /(?<!\b(?:i|we|they|to) )\b(?:classify|categori[sz]e|label|tag|triage|rate|score|mark|file|treat)\b (?:this|it|the|my) ?(?:ticket|message|mail|e-?mail|request|issue|case)?\b.{0,20}\b(?:as|with|under|to|in)\b.{0,20}(?:\b(?:high\p{L}*|most urgent|top|urgent|critical|low|medium|priority|category|severity|sev|p1|p0)\b|["“'])/u,
    isMild: true,
  },
  {
    needs: stems("classif categor triage"),
    pattern:
      /(?<!\b(?:i|we|they|to|not) )\b(?:classify|categori[sz]e|triage)\b (?:this|it|the (?:ticket|message|mail|email|request))\b.{0,30}\b(?:as|with|under|to)\b/u,
    isMild: true,
  },
  {
    needs: stems("only exactly just nothing"),
    pattern:
      /\b(?:output|respond|reply|answer|return)\b.{0,15}\b(?:only|exactly|nothing but|just)\b.{0,30}(?:json|["“'{]|the (?:word|following))/u,
  },
  {
    needs: stems("instruction task goal role objective orders"),
    pattern:
      /\b(?:your|the) (?:new|real|actual|true|updated|only|sole|next|primary|main) (?:instructions?|task|job|goal|role|objective|orders|rule)(?: now)?\b.{0,6}(?:\bis\b|\bare\b|:)/u,
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
  // What is said of the ticket's labels rather than of the trouble
  {
    needs: stems("classif categor mark label tag assign rout escalat priorit triag rated scored"),
    pattern:
      /\b(?:this|the|my|every|each) (?:ticket|message|mail|e-?mail|request|case)\b.{0,20}\b(?:must|should|shall|has to|needs to|is to|ought to) (?:always |immediately |automatically |only )?be\b.{0,20}\b(?:classified|categori[sz]ed|marked|labell?ed|tagged|assigned|routed|escalated|prioriti[sz]ed|triaged|rated|scored)\b/u,
    isMild: true,
  },
  {
    needs: stems("must shall should has&to needs&to"),
    pattern: new RegExp(
      `\\b(?:${FIELDS}|helpful ?notes|suggested ?reply|assignee)\\b(?:(?!\\b(?:you|we|i|it|they|is|are|was|that|which)\\b).){0,20}\\b(?:must|shall|should|has to|needs to)\\b.{0,12}\\b(?:be|equal|contain|include|say|read|list|state)\\b`,
      "u",
    ),
    isMild: true,
  },
  {
    needs: stems("assign"),
    pattern:
      /(?<!\b(?:i|we|they|to|not|cannot|can't|who|please re) ?)\b(?:re)?assign\b (?:this|it|the|my|all|every)\b ?(?:ticket|case|message|request|mail|one)?s? ?(?:directly |immediately |automatically |only |straight )?to\b.{0,30}\b(?:me|myself|admin\p{L}*|root|\S+@\S+|everybody|nobody|the (?:ceo|owner|boss))(?!\p{L})/u,
    isMild: true,
  },
  {
    needs: stems("assign"),
    pattern:
      /\bassign(?: the ticket| this| it)? to me\b|\bmake me the assignee\b|\bset (?:me|myself) as (?:the )?assignee\b/u,
    isMild: true,
  },
  {
    needs: stems("skill"),
    pattern:
      /\b(?:add|use|choose|select|pick|give it|require|list|include|attach)\b.{0,12}\bthe (?:\S+ ){0,3}skills?\b|\bskills? (?:list )?(?:must|should|shall)\b|\b(?:relatedskills|required skills?) ?[:=] ?\[?["“']/u,
    isMild: true,
  },
  // What the answer is to hold
  {
    needs: stems("note summary reply output json draft"),
    pattern:
      /\b(?:include|add|append|insert|put|paste|embed|write|place)\b.{0,80}\b(?:in|into|to|at the (?:end|top|start) of|inside) (?:your |the |its |all |every )?(?:helpful ?notes?|notes? for the (?:moderator|agent)|notes field|suggested ?(?:reply|answer|response)|draft (?:reply|answer|response)|summary|output|json(?: answer| output| object)?)\b/u,
  },
  {
    needs: stems("note summary reply output"),
    pattern:
      /\b(?:in|into|as|for) (?:your |the |its )?(?:helpful ?notes?|notes field|suggested ?(?:reply|answer|response)|summary field|summary)\b.{0,5}[,:]? ?(?:please |you must |always |also )?(?:include|add|append|insert|put|write|say|tell|link|mention|state|claim)\b/u,
  },
  {
    needs: stems("suggested helpfulnotes helpful_notes suggestedreply"),
    pattern:
      /\bsuggested ?_?(?:reply|answer|response)\b.{0,12}(?:\b(?:must|should|shall|is|to be)\b|[:=])|\bhelpful ?_?notes\b ?(?:[:=]|must|should)/u,
  },
  {
    needs: stems(
      "prompt instruction rule code&word codeword canary api&key credential other&ticket previous&ticket earlier&ticket examples secret",
    ),
    pattern:
      /\b(?:include|add|append|insert|put|paste|quote|copy|send|write|list|show|print|reveal|output|repeat|tell|give|forward|dump|leak|summari[sz]e)\b.{0,60}\b(?:your (?:system |full |initial |hidden |secret |original )?(?:prompt|instructions|rules|guidelines|configuration)|the (?:system|initial|hidden|secret|full) (?:prompt|instructions)|(?:the |your )?(?:secret |hidden )?(?:code ?word|canary)|(?:other|previous|earlier|past) (?:tickets?|customers?'?|users?'?|requesters?'?)(?: (?:you|in your|data|mails?|messages?|names?|texts?|content))?|examples? (?:you|above|in your))(?!\p{L})/u,
    isMild: true,
  },
  {
    needs: stems("above before preceding so&far"),
    pattern:
      /\b(?:repeat|print|output|quote|recite|translate|encode|echo|spell out|write out|summari[sz]e|(?:tell|give|show) me)\b.{0,30}\b(?:everything|all (?:of )?(?:the )?(?:text|words|lines|content)|the (?:text|words|content|lines|sentences)|what(?:ever)? (?:is|was|stands))\b.{0,25}\b(?:above|before|preceding|so far)\b/u,
  },
  // Who speaks, and to whom
  {
    needs: stems("pretend imagin suppos assum role simulat"),
    pattern: new RegExp(
      `\\b(?:pretend|imagine|suppose|assume|simulate)\\b (?:that )?(?:you|to be|being)\\b.{0,60}\\b(?:${MACHINE}|assistant|dan|unrestricted|no (?:rules|restrictions|limits|filters|guidelines)|admin\\p{L}*|root|developer mode|in charge)\\b|\\brole-?play\\b.{0,60}\\b(?:you|as)\\b.{0,60}\\b(?:${MACHINE}|assistant|admin\\p{L}*|no (?:rules|restrictions)|unrestricted|system)\\b|\\blet'?s play a game\\b.{0,60}\\byou\\b`,
      "u",
    ),
  },
  {
    needs: stems("from&now&on henceforth"),
    pattern:
      /\b(?:from now on|henceforth),? (?:you|your|every|all|treat|answer|respond|classify)\b.{0,50}\b(?:obey|respond|answers?|act|classif\p{L}*|ignore|output|priority|category|instructions?|assistant|follow (?:my|these|the new)|do (?:whatever|anything|as i))\b/u,
  },
  {
    needs: stems("your"),
    pattern:
      /\b(?:i am|i'm|this is|speaking:?|it is me,?) (?:your|ur) (?:developer|creator|programmer|administrator|admin|operator|maker|trainer|owner|new (?:system|master|developer))\b/u,
  },
  {
    needs: stems("read process pars handl triag classif summar"),
    pattern:
      /\b(?:ais?|bots?|llms?|machines?|(?:ai |language |large )models?|(?:ai|automated|virtual) (?:systems?|tools?|assistants?|agents?|processing)|assistants?|classifiers?)\b.{0,30}\b(?:reading|reads?|processing|process(?:es)?|parsing|summari[sz]ing|handling|triaging|classifying)\b.{0,20}\b(?:this|the (?:ticket|mail|e-?mail|message))\b.{0,80}\b(?:must|should|shall|please|set|mark|ignore|do|is|are|follow|add|output|assign|treat|:)|\b(?:processed|read|handled|triaged|classified|summari[sz]ed|parsed) by (?:an? |the )?(?:ai|bot|llm|machine|language model|automated (?:system|assistant|agent|tool)|model|classifier)\b.{0,5}[,:;]/u,
  },
  {
    needs: stems("automated ai llm bot assistants agents"),
    pattern:
      /\b(?:automated (?:systems?|assistants?|agents?|triage)|ai (?:systems?|assistants?|agents?|tools?)|llms?|bots|virtual assistants?|(?:the |any )?triage (?:bot|ai|system|engine|model))\b[,:]? (?:must|should|shall|are (?:instructed|required|ordered|told)|is (?:instructed|required|ordered|told)|please|is to|are to|will now|has to|have to)\b/u,
  },
  {
    needs: stems("when"),
    pattern:
      /\bwhen(?:ever)? (?:you (?:are )?)?(?:summari[sz]|classif|triag|categori[sz]|label|priorit)\p{L}* (?:this|it|the (?:ticket|message|mail))\b/u,
  },
  {
    needs: stems("mention tell reveal flag report disclose alert warn"),
    pattern:
      /\b(?:do not|don't|never)\b.{0,12}\b(?:mention|tell|reveal|flag|report|disclose|alert|warn|show)\b.{0,40}\b(?:these? instructions?|this (?:instruction|command|note|prompt)|this to (?:the )?(?:moderator|human|user|staff|agent|operator)s?|the moderators?|any humans?)\b/u,
  },
  {
    needs: stems("override"),
    pattern:
      /\b(?:system|admin(?:istrator)?|security|priority|root|emergency|instruction|prompt|safety) override\b|\boverride (?:code|mode|protocol|key|sequence)\b|\boverride (?:the )?(?:triage|classification|classifier|priority|category|safety|filters?)\b/u,
  },
  {
    needs: stems("system prompt instruction message override ticket developer assistant human user"),
    pattern:
      /^\W{0,12}(?:begin|start|end|new|updated|internal)\b[ _-]{0,3}(?:of )?(?:the )?(?:system|developer|admin|hidden|secret|ai|assistant)?[ _-]{0,3}(?:prompt|instructions?|system message|override|directives?|untrusted (?:data|input)|user (?:input|message|data)|ticket(?: text)?)\b\W{0,12}$|^\W{0,4}(?:#{1,6}|\*\*|\[|\(|<{1,3}|={2,}|-{2,}) ?(?:system|developer|assistant|instructions?|new instructions?|admin)(?: (?:message|prompt|note|update|instructions?|notice))? ?(?:#{1,6}|\*\*|\]|\)|>{1,3}|={2,}|-{2,}|:)/u,
  },
  {
    needs: stems(
      "priority category skills summary helpfulnotes helpful_notes suggestedreply suggested_reply confidence evidence",
    ),
    pattern:
      /["“'](?:helpful_?notes|suggested_?reply|related_?skills)["”'] ?:|["“'](?:priority|category|skills|summary|confidence|evidence)["”'] ?:.{0,120}["“'](?:priority|category|skills|summary|confidence|evidence|field|quote)["”'] ?:/u,
  },
  {
    needs: stems("code&word canary secret&word passphrase"),
    pattern:
      /\b(?:code ?word|canary|secret word|passphrase)\b.{0,40}\b(?:your|the system|system) (?:prompt|instructions?|rules|message)\b|\b(?:your|the system) (?:prompt|instructions?)\b.{0,40}\b(?:code ?word|canary|secret word)\b/u,
  },
  {
    needs: stems("before above earlier prior previously told instructed preced"),
    pattern:
      /\b(?:ignore|disregard|forget|skip|drop)\b.{0,20}\b(?:what(?:ever)?|everything|anything|all|the (?:text|content|words))\b(?!.{0,25}\b(?:i|we|my|our)\b).{0,30}\b(?:before|above|earlier|prior|previously|told|instructed|preced\p{L}+)\b/u,
  },
  {
    needs: stems("your"),
    pattern: new RegExp(
      `${TOLD_TO}\\b(?:${FORGET}|skip)\\b.{0,25}\\byour (?:\\p{L}+ ){0,2}(?:checks?|rules?|safeguards?|filters?|polic(?:y|ies)|protocols?|restrictions?|constraints?|limits|limitations|training|guardrails?|procedures?|guidelines?)\\b`,
      "u",
    ),
  },
  {
    needs: ["="],
    pattern:
      /(?:priorit\p{L}*|prioridad\p{L}*|приоритет\p{L}*|priorytet\p{L}*|severity|urgency|dringlichkeit|优先级|优先度|優先度|우선순위)["']?\s*={1,2}\s*["']?(?:high|highest|critical|urgent|max|p1|low|medium|hoch|alta|alto|haute|élevée|высок|wysok|yüksek|hoog|hög|høy|高|높)/u,
  },
  {
    needs: stems("output use&\" use&' use&“ producing generating respond reply answer return"),
    pattern: new RegExp(
      `\\boutput\\b.{0,10}\\b${FIELDS}\\b|\\buse\\b.{0,15}["“'](?:high|critical|urgent|\\p{L}{3,20})["”'].{0,10}\\b(?:for|as)\\b.{0,15}\\b${FIELDS}\\b|\\bwhen\\b.{0,12}\\b(?:producing|generating|filling)\\b.{0,15}\\b(?:your|the) (?:json|output|answer|response|summary|classification|triage)\\b|\\b(?:respond|reply|answer|return)\\b.{0,15}\\bwith\\b.{0,10}[{<]`,
      "u",
    ),
  },
  {
    needs: stems("classification category priority severity label"),
    pattern:
      /\bthe (?:correct|right|only|proper|appropriate|true|real) (?:classification|category|priority|severity|label)\b(?: (?:for|of) (?:this|it|my|the))?.{0,20}\b(?:is|must|should|=)\b|\b(?:classification|category|priority|severity) (?:for|of) (?:this|the) (?:ticket|message|mail|request) (?:is|must|shall|will) /u,
    isMild: true,
  },
  {
    needs: stems("new triage system"),
    pattern: new RegExp(
      `\\bnew (?:directives?|instructions?|rules?|orders?|commands?|polic(?:y|ies)) (?:from|by) (?:the |your )?(?:developers?|admin\\p{L}*|system|openai|google|owners?|vendor)\\b|\\btriage (?:policy|policies|rules?|instructions?|guidelines?)\\b.{0,25}\\b(?:updated?|changed?|overrid\\p{L}*|are|is|now)\\b|^\\W*system (?:notice|update|alert|message|instruction)s?\\s*:.{0,150}\\b(?:${FIELDS}|triage|all (?:messages|tickets|mails))\\b`,
      "u",
    ),
  },
  {
    needs: stems("model assistant bot machine classifier llm instruction directive command prompt"),
    pattern:
      /^\W*(?:dear|hey|hello|hi|attention|note to|to|for|@)[ ,:]{0,3}(?:the |any |whichever )?(?:ai |virtual |triage )?(?:model|assistant|bot|chatbot|machine|language model|classifier|llm)\b(?! (?:team|manager|support|desk|admin\p{L}*|in |at |of ))[ ,:.!]|\b(?:ai|bot|assistant|model|llm|machine|classifier)[ -](?:instructions?|directives?|commands?|orders?)\b\s*[:=\])]|\b(?:instructions?|directives?|orders?|commands?) (?:to|for) (?:the |any |all |an? )?(?:ais?|assistants?|bots?|chatbots?|language models?|llms?|classifiers?)\b|\b(?:begin|start of|end of|end) (?:admin|system|developer|hidden|secret|new|ai|assistant)\p{L}* (?:instructions?|prompt|message|override|directives?)\b/u,
  },
];
