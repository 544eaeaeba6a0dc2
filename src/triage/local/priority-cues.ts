/** The words that make a ticket urgent or let it wait, by language. Two points decide. */

export interface PriorityCue {
  pattern: RegExp;
  points: number;
  /** false: the pattern is itself a negation ("cannot work"), so a negation before it changes nothing. */
  negatable?: boolean;
}

/** Words that turn the next cue round; `\p{L}` guards keep "no" out of "nobody". */
export const NEGATIONS =
  /(?<!\p{L})(?:not|no|non|isn['’]?t|never|nothing|without|kein|keine|keinen|nicht|nichts|pas|aucune?|sin|sem|não|nao|niet|geen|nessuna?)(?:\s+\p{L}{1,12}){0,2}\s*$/iu;

/** A word or phrase between letters that do not belong to it. Patterns are run on text in lower case. */
function words(alternatives: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, "gu");
}

const cue = (alternatives: string, points: number, negatable = true): PriorityCue => ({
  pattern: words(alternatives),
  points,
  negatable,
});

export const HIGH_CUES: PriorityCue[] = [
  // It says so.
  cue(
    "(?:very |extremely |really |super )?urgent(?:ly)?|asap|a\\.s\\.a\\.p|as soon as possible|emergency|critical|immediate(?:ly)?|top priority|high priority|highest priority|p1|sev ?1",
    2,
  ),
  cue("dringend(?:e[rsnm]?)?|eilt|notfall|sofort(?:ige[rsn]?)?|schnellstm[öo]glich|kritisch(?:e[rsn]?)?", 2),
  cue("urgente?s?|au plus vite|imm[ée]diate?(?:ment)?|critiques?|d[èe]s que possible", 2),
  cue("urgentemente|lo antes posible|cuanto antes|inmediatamente|emergencia|cr[íi]tic[oa]", 2),
  cue("o mais r[áa]pido poss[íi]vel|imediatamente|emerg[êe]ncia|com urg[êe]ncia|urg[êe]ncia", 2),
  cue("urgentissimo|il prima possibile|subito|dringende?|spoed|zo snel mogelijk", 2),
  { pattern: /緊急|至急|大至急|早急に|今すぐ/gu, points: 2 },
  // Everything stands still, or many are affected.
  cue(
    "outage|is down|are down|went down|goes down|(?:completely|totally) (?:down|dead|offline)|offline since|out of service|production (?:is |system |server )?(?:down|stopped|stands still)|data loss",
    2,
  ),
  cue(
    "every(?:body|one)(?: (?:here|else|in [\\p{L}\\p{N} ]{1,30}))? (?:is affected|is blocked|has the same|gets|cannot|can['’]?t)|all (?:users|employees|colleagues|staff|customers|of us)|the (?:whole|entire) (?:company|office|team|floor|site|department|building)|nobody (?:here )?(?:can|is able)|no ?one (?:here )?can|none of (?:us|our) (?:\\p{L}+ )?can|(?:several|multiple|many) (?:users|people|colleagues|customers)",
    2,
    false,
  ),
  cue(
    "alle (?:kollegen|mitarbeiter|nutzer|benutzer|kunden)|die ganze (?:firma|abteilung|etage)|das ganze (?:b[üu]ro|team)|niemand kann|keiner kann|komplett ausgefallen|ausgefallen|ausfall|steht still",
    2,
    false,
  ),
  cue(
    "tous les (?:utilisateurs|coll[èe]gues|employ[ée]s|clients)|toute l['’](?:[ée]quipe|entreprise)|plus personne ne|personne ne peut|en panne g[ée]n[ée]rale|hors service|panne totale",
    2,
    false,
  ),
  cue(
    "todos los (?:usuarios|empleados|compa[ñn]eros|clientes)|toda la (?:oficina|empresa)|nadie puede|est[áa] ca[íi]do|ca[íi]da total|fuera de servicio",
    2,
    false,
  ),
  cue(
    "todos os (?:usu[áa]rios|funcion[áa]rios|colegas|clientes)|toda a (?:empresa|equipe)|ningu[ée]m consegue|fora do ar|parou tudo",
    2,
    false,
  ),
  { pattern: /全員|全社|業務が止ま|業務停止|システム障害|誰も(?:使え|繋が|つなが|ログイン)/gu, points: 2 },
  // Somebody cannot work.
  cue(
    "(?:cannot|can['’]?t|can not|unable to|not able to) (?:do (?:any|my) )?work(?: at all)?|work has stopped|stopped working entirely|blocks? (?:me|us|our work|production)|(?:am|are) (?:completely )?blocked|losing (?:money|sales|customers|orders)|cannot (?:ship|invoice|pay|sell)|locked out",
    2,
    false,
  ),
  cue(
    "kann(?:st)? nicht (?:mehr )?arbeiten|k[öo]nnen nicht (?:mehr )?arbeiten|arbeitsunf[äa]hig|nichts geht mehr",
    2,
    false,
  ),
  cue(
    "(?:ne (?:peux|pouvons) plus|impossible de) travailler|bloqu[ée]s? dans (?:mon|notre) travail",
    2,
    false,
  ),
  cue(
    "no (?:puedo|podemos) trabajar|n[ãa]o (?:consigo|conseguimos|posso) trabalhar|estamos parad[oa]s",
    2,
    false,
  ),
  {
    pattern: /仕事ができ(?:ない|ません)|業務ができ(?:ない|ません)|作業できません/gu,
    points: 2,
    negatable: false,
  },
  // Harm that grows while one waits.
  cue(
    "ransom(?:ware)?|ransom note|has been stolen|was stolen|were stolen|stolen|got hacked|(?:was|were|been) hacked|(?:was|were|been|is) compromised|data (?:leak|breach)|breach|clicked (?:on )?(?:a|the|that) (?:\\p{L}+ ){0,3}link|entered my password|unauthori[sz]ed access|trojan|malware|security incident",
    2,
  ),
  cue(
    "gestohlen|gehackt|datenpanne|erpressung(?:ssoftware)?|trojaner|datenleck|auf (?:einen|den) link .{0,30}geklickt",
    2,
  ),
  cue("vol[ée]e?s?|pirat[ée]e?s?|fuite de donn[ée]es|hame[çc]onnage|cliqu[ée] sur", 2),
  cue(
    "robaron|robado|hackead[oa]|filtraci[óo]n de datos|hice clic|roubad[oa]|roubaram|invadid[oa]s?|vazamento|cliquei",
    2,
  ),
  { pattern: /盗まれ|紛失|漏えい|漏洩|ウイルスが検出|クリックしてしま/gu, points: 2 },
  // A deadline at hand.
  cue(
    "by (?:noon|tonight|end of (?:the )?day|eod|cob|close of business)|(?:due|deadline|needed|starts?|begins?|go(?:es)? live|presentation|payroll|meeting|demo|flight|audit) (?:is |are )?(?:today|this (?:morning|afternoon)|tonight|in (?:an|one|two|\\d{1,2}) (?:hours?|minutes?))|in (?:an|one|two|\\d{1,2}) (?:hours?|minutes?)|within the hour|before (?:noon|lunch|the end of the day)|today at \\d{1,2}|deadline",
    2,
  ),
  cue(
    "bis heute (?:mittag|abend|nachmittag)|noch heute|in (?:einer|zwei|\\d{1,2}) stunden?|frist l[äa]uft (?:heute )?ab|heute um \\d{1,2}",
    2,
  ),
  cue(
    "avant ce soir|aujourd['’]hui (?:m[êe]me|avant)|dans une heure|d['’]ici ce soir|hoy mismo|antes de hoy|en una hora|ainda hoje|hoje mesmo|at[ée] hoje|em uma hora",
    2,
  ),
  { pattern: /本日中|今日中|締め?切り|\d{1,2}時間以内/gu, points: 2 },
];

export const LOW_CUES: PriorityCue[] = [
  // It says so: enough to keep any ticket from being high.
  cue(
    "not (?:at all |very |that |really |so |particularly )?urgent|no (?:rush|hurry|urgency)|isn['’]?t urgent|(?:when|whenever) you (?:have|get|find) (?:some |a little |the )?(?:time|a (?:moment|minute|chance))|low priority|take your time|can wait|nice to have|(?:just|only) for (?:your )?information|fyi",
    3,
    false,
  ),
  cue(
    "nicht (?:so )?(?:dringend|eilig)|eilt nicht|keine eile|wenn sie (?:mal )?zeit haben|hat zeit|bei gelegenheit",
    3,
    false,
  ),
  cue("(?:pas|rien d['’]) ?urgent|pas press[ée]|quand vous (?:aurez|avez) le temps|sans urgence", 3, false),
  cue(
    "no (?:es|hay) (?:urgente|prisa|urgencia)|sin prisa|cuando (?:pueda|puedan|tengan? tiempo)|n[ãa]o (?:é|e) urgente|sem pressa|quando puder(?:em)?",
    3,
    false,
  ),
  { pattern: /急ぎではあり|急いでいません|お手すきの際|時間のある時/gu, points: 3, negatable: false },
  // Wishes.
  cue(
    "feature request|would (?:be|also be) (?:great|nice|helpful|good|useful)|it would help us|(?:i|we) would like to suggest|suggestion|wish list|idea for|on the roadmap|enhancement",
    2,
  ),
  cue(
    "funktionswunsch|verbesserungsvorschlag|w[äa]re (?:sch[öo]n|toll|hilfreich|gut)|vorschlag|suggestion|serait (?:utile|bien|pratique)",
    2,
  ),
  cue(
    "sugerencia|ser[íi]a [úu]til|me gustar[íi]a sugerir|sugest[ãa]o|seria (?:[úu]til|bom|legal)|suggerimento|vorrei suggerire",
    2,
  ),
  { pattern: /要望|追加してほしい|あると(?:便利|嬉しい|うれしい)/gu, points: 2 },
  // Questions.
  cue(
    "how (?:do|can|could|would) (?:i|we|you|one)|how does|how to|where (?:can|do) (?:i|we)|is it possible|is there a way|could you explain|what is the difference|(?:i|we) (?:have|had) a (?:quick |small |short |general )?question|just wondering|i was wondering|do you (?:offer|support|have)|does your|what (?:is|are) the|which version",
    2,
  ),
  cue(
    "wie kann (?:ich|man)|wie funktioniert|ist es m[öo]glich|gibt es (?:eine|einen)|kann man|(?:eine|kurze) frage|was kostet",
    2,
  ),
  cue(
    "comment (?:puis-je|peut-on|faire|exporter|fonctionne)|est-il possible|est-ce possible|une question|y a-t-il",
    2,
  ),
  cue(
    "c[óo]mo (?:puedo|se puede|podemos|hago)|es posible|existe una|una (?:pregunta|consulta)|como (?:posso|fa[çc]o|exporto)|[ée] poss[íi]vel|uma (?:pergunta|d[úu]vida)|come (?:posso|si fa)|hoe kan ik",
    2,
  ),
  { pattern: /方法を教えて|教えてください|可能でしょうか|できますか|質問/gu, points: 2 },
];
