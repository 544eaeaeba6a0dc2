/** What prompt injection looks like, by language. Each pattern is run on one sentence of at most 400 characters. */
export const INJECTION_PATTERNS: RegExp[] = [
  // English
  /\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:previous|prior|above|earlier|preceding|system|your|all)\b.{0,40}\b(?:instructions?|prompts?|rules?|guidelines?|directions?|context|training)\b/i,
  /\b(?:you are|you're|act) (?:now|henceforth|as if you were)\b.{0,60}\b(?:assistant|ai|bot|model|system|developer|admin|dan|unrestricted)\b/i,
  /\b(?:system|developer) ?(?:prompt|message|override|instruction)s?\b/i,
  /\b(?:reveal|print|repeat|show|output|leak)\b.{0,30}\b(?:your|the|hidden|initial) ?(?:system|hidden|initial|secret)? ?(?:prompt|instructions?)\b/i,
  /\b(?:set|mark|change|classify|label|assign)\b.{0,40}\b(?:priority|category|ticket|severity|skills?)\b.{0,20}\b(?:to|as)\b/i,
  /\b(?:attention|note to|message (?:to|for)|instructions? (?:to|for))\b.{0,20}\b(?:the )?(?:ai|llm|language model|assistant|chatbot|bot|classifier|triage)\b/i,
  /\b(?:new|updated|real|following) instructions?\b.{0,5}:/i,
  /\b(?:jailbreak|prompt injection|do anything now)\b/i,
  /<\|?(?:im_start|im_end|system|endoftext|assistant)\|?>|\[\/?(?:INST|SYS)\]|<<\/?SYS>>|^#{2,} ?(?:system|instruction)/i,
  // German
  /\b(?:ignorier|vergiss|missacht|überge)\p{L}*.{0,40}(?:anweisung|instruktion|regel|vorgabe|prompt)/iu,
  // French
  /\b(?:ignore|oublie|néglige)\p{L}*.{0,40}(?:instruction|consigne|règle|directive)/iu,
  // Spanish, Portuguese, Italian
  /\b(?:ignor|olvid|esque[cç]|dimentic|desconsider)\p{L}*.{0,40}(?:instruc|instru[cç]|istruzion|regla|regra|regol|indicacion)/iu,
  // Dutch, Polish, Russian
  /\b(?:negeer|vergeet)\b.{0,40}(?:instructies|regels|opdracht)/iu,
  /(?:zignoruj|pomiń|zapomnij).{0,40}(?:instrukcj|polece|zasad)/iu,
  /(?:игнорируй|проигнорируй|забудь).{0,40}(?:инструкц|указан|правил)/iu,
  // Japanese, Chinese, Korean
  /(?:指示|命令|ルール|プロンプト).{0,20}(?:無視|忘れ)/u,
  /(?:忽略|无视|無視|忘记|忘記).{0,20}(?:指令|指示|说明|說明|规则|規則|提示)/u,
  /(?:지시|명령|규칙|프롬프트).{0,20}(?:무시|잊)/u,
];
