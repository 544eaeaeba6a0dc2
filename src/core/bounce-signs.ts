/** How mail systems sign, title and word what they return. */

/** Matched against `name <address>`: what only a mail system calls itself. */
export const BOUNCE_SENDERS: RegExp[] = [
  /<(?:mailer-?daemon|mail-?daemon|mdaemon|mail-delivery-subsystem|mail-delivery-system|bounce-?daemon|post_master)(?:[+.=_-][^@>]*)?(?:@|>)/i,
  /^"?(?:mail(?:er)?[ -]?deliver(?:y|ing)?[ -](?:sub)?system|mail delivery (?:service|agent)|mailer[- ]daemon|internet mail delivery|message delivery agent)/i,
  /^"?(?:microsoft outlook|microsoft exchange|system administrator)"? <(?:postmaster|microsoftexchange|administrator|no-?reply)/i,
  /<microsoftexchange[0-9a-f]{20,}@/i,
];

/** A mail system, or the person who looks after it. */
export const POSTMASTERS: RegExp[] = [
  /<(?:post[-.]?master|mail-?system)(?:[\\+.=_-][^@>]*)?(?:@|>)/i,
  /^"?(?:post[- ]?master|mail(?:er)? (?:admin(?:istrator)?|system|router|gateway|server)|system admin(?:istrator)?)"? </i,
];

/** Addresses from which only mail systems, filters and gateways write. */
export const MACHINE_LOCAL_PART =
  /^(?:auto|no-?_?reply|do-?_?not-?_?reply|bounces?|smtp|mta|[\w-]*daemon|amavis|anti-?(?:virus|spam)|virus|(?:content-?)?filter|quarantine|undeliver|nondeliver|symantec_|mailsweeper|mailmarshal|mailscanner|interscan|imss|scanmail|barracuda|spam-?(?:filter|firewall|guard|assassin)|e?-?mail-?(?:security|gateway|filter|guard)|[\\w-]*_smtp_)[^@]*@|-(?:bounces?|errors?|owner)@/i;

/** Addresses from which machines and the people who look after them write. */
export const SHARED_LOCAL_PART =
  /^(?:admin(?:istrator)?|system|mail(?:er)?|root|security|content|gateway|notifications?|delivery|spam|mailadmin|mailserver)[^@]{0,20}@|-(?:admin|request)@/i;

const list = (words: string) =>
  words
    .trim()
    .split(/\s+\|\s+/)
    .join("|");

/** The start of the subjects that say "not delivered" or "delayed". */
export const BOUNCE_SUBJECT = new RegExp(
  `^\\W{0,3}(?:${list(`undeliver(?:ed|able|y)\\b | undelivered mail returned | mail deliver(?:y|ing) (?:failed|failure|status|problem|error|unsuccessful|delayed|report|warning|notice)
  | delivery (?:status notification|failure|failed|has failed|problem|delayed|error|unsuccessful|incomplete|notification:? delivery)
  | mail system error | mail error | mail returned | mail failure | mailsystem error | smtp (?:error|server error) | returned mail | returned to sender | failure (?:notice|delivery|report)
  | message (?:delivery (?:failure|failed|report)|undeliverable|could not be delivered|not delivered|delivery delayed|delayed) | unable to deliver
  | non[- ]?delivery | nondeliverable | permanent (?:delivery )?failure | warning: (?:message|could not send|delivery) | (?:e-?mail|mail|message) (?:could not|was not|not) (?:be )?delivered
  | e?-?mail delivery (?:failure|failed|report|error) | \\[?postmaster notify | user unknown | unknown user | could not deliver | rejected mail | mail rejected | bounced? (?:mail|message|notification|e-?mail)
  | e?-?mail bounce | delayed mail | transient failure | delivery attempts? failed | your message .{0,80}(?:could not|was not|not) (?:be )?delivered
  | unzustellbar | (?:mail|nachricht)? ?zustellung (?:fehlgeschlagen|verzögert|nicht) | nicht zustellbar | fehler bei der zustellung | unzustellbare
  | non remis | échec de la (?:remise|livraison) | message non distribu | non distribuable | remise différée | retourn[ée] à l'expéditeur
  | no se (?:puede|pudo|ha podido) entregar | no entregad | entrega fallida | fallo de entrega | error de entrega | correo devuelto
  | n[ãa]o entreg | falha (?:na|de) entrega | mensagem devolvida | não foi possível entregar
  | non recapitabile | mancato recapito | mancata consegna | recapito non riuscito | messaggio non recapitato
  | onbestelbaar | niet-bestelbaar | niet bezorgd | olevererbart | kan inte levereras | leveransfel | ikke levert | kunne ikke leveres | kan ikke leveres | toimitus epäonnistui | ei voida toimittaa
  | niedostarczaln | nie można dostarczyć | nedoručiteln | nelze doručit | kézbesíthetetlen | nedostavljivo | teslim edilemedi | не ?доставлен | недоставлен | не удается доставить | не вдається доставити | αδύνατη η παράδοση
  | (?:e-?mail|automatic(?:ally)?)? ?(?:bounce notification|rejected mail) | message rejected | your (?:e-?mail|mail|message) (?:was|has been) (?:rejected|blocked|returned|quarantined|not delivered) | blocked (?:mail|message|by) | failed mail | mail refused | delivery refused
  | (?:warning[:!]? )?(?:e-?mail )?virus(?:es)?(?: \\S+)? (?:found|detected|in (?:your )?mail) | banned (?:file|content) | content (?:filter|violation|policy) | message quarantined | mailmarshal has | undeliverable mail
  | correu no lliurat | no s'ha pogut lliurar | mensaxe non entregada | nije isporučen | isporuka nije uspjela | није испоручен | неуспешна доставка | не е доставено | nepristatyt | neizdevās piegādāt | ei õnnestunud kohale | ósend | tidak terkirim | pengiriman gagal | tidak dapat dikirim | gửi thất bại | không gửi được | ส่งไม่ถึง | ไม่สามารถส่ง | недостав | жеткізілмеді
  | تعذر (?:تسليم|التسليم) | لم يتم (?:تسليم|التسليم) | פריט לא נמסר | לא ניתן למסור | تحویل داده نشد | डिलीवर नहीं
  | メールエラー通知 | 配信不能 | 配達不能 | 配信エラー | 送信エラー | 未配信 | 未送达 | 無法傳遞 | 无法投递 | 無法投遞 | 投递失败 | 退信 | 系统退信 | 배달되지 않음 | 반송`)})`,
  "iu",
);

/** What a mail system says in a bounce, and hardly anybody else. Looked for in the first few thousand characters. */
export const BOUNCE_BODY = new RegExp(
  `(?:${list(`(?:message|e-?mail|mail)\\b[^!?]{0,120}(?:(?:could not|couldn't|cannot|can ?not|can't) be|(?:was|were|has|have) not (?:been )?) ?delivered | (?:could not|couldn't|cannot|can ?not) be delivered to | (?:was|has) not (?:been )?delivered to | delivery of (?:e-?mail|mail|messages?) .{0,80}(?:postponed|delayed|deferred) | has been postponed due to | requested (?:mail )?action (?:not taken|aborted) | delivery to the following recipients? | following (?:e-?mail )?address(?:es)?(?:\\(es\\))? (?:had|failed|has)
  | did not reach the following recipient | undeliverable to the following | unable to deliver (?:your |this |the )?(?:message|mail) | permanent (?:fatal )?errors? | permanently undeliverable | delivery (?:has )?failed
  | recipient address rejected | user unknown | unknown user | no such user | mailbox (?:is )?(?:full|unavailable) | over quota | invalid user address | host unknown | error message below
  | this is the mail system at | message that you sent could not be delivered | transcript of session follows | (?:^|[^\\d.])[45]\\d\\d[- ]#?[45]\\.\\d{1,3}\\.\\d{1,3} | status: [45]\\.\\d
  | konnte nicht zugestellt werden | n'a pas pu être (?:remis|distribué|délivré) | no (?:se )?(?:ha )?pud?o (?:ser )?entregar | não (?:pôde|pode) ser entregue | non è stato possibile (?:consegnare|recapitare) | kon niet worden (?:bezorgd|afgeleverd)
  | message (?:you sent )?(?:was|has been) (?:rejected|refused|blocked|returned) | (?:was|were) rejected and discarded | not (?:be )?able to deliver | unable to find user | wasn't able to deliver | (?:has|have) been (?:blocked|quarantined) (?:by|because|since) | will not be delivered | was not delivered | bounced (?:back|e-?mail) | does not like recipient | giving up on | reject reason | that's not a valid user | not a valid (?:user|recipient|e-?mail address)
  | are not (?:a )?member of this mailing list | not (?:allowed|authori[sz]ed|permitted) to (?:post|send) | posting (?:to|from) .{0,80} (?:rejected|denied|not allowed) | loop (?:alert|detected)|duplicated message-id in
  | n[ãa]o foi (?:entregue|possível entregar) | no (?:pudo|se ha podido) entregarse | nie (?:mog[łl]a|można było) .{0,30}dostarcz | nebylo možné doručit | nem (?:lehetett|sikerült) (?:kézbesíteni|.{0,20}kézbesít) | nu a putut fi (?:livrat|trimis) | teslim edilemedi | kunde inte levereras | kunne ikke leveres | ei voitu toimittaa | δεν (?:ήταν δυνατή|μπόρεσε) .{0,20}παράδ | tidak dapat (?:dikirim|disampaikan) | không (?:thể|được) gửi
  | не может быть доставлено | не удалось доставить | 配信できませんでした | 送信できません | 宛先不明 | 无法送达 | 未能投递`)})`,
  "imu",
);

/** The message waits: the system goes on trying. */
export const DELAY_WORDS =
  /\b(?:delayed|will (?:keep|continue) (?:trying|to try|retrying)|still being retried|warning message only|(?:this is a )?warning only|do(?:es)? not need to resend|not yet been delivered|temporary (?:failure|problem|error)|verzögert|différée|retrasad|ritard|vertraagd|försenad|forsinket|opóźnion|odesla|gecik)|задержан|遅延|延迟|延遲|지연/iu;

export const FAILURE_WORDS =
  /\b(?:permanent|given up|giving up|undeliverable|user unknown|unknown user|no such user|does not exist|could not be delivered|returned to sender|failed permanently)\b/i;
