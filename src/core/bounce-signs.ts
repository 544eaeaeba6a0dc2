/** How mail systems sign and title what they return. */

/** Matched against `name <address>`. */
export const BOUNCE_SENDERS: RegExp[] = [
  /<(?:mailer-?daemon|mail-?daemon|mailerdaemon|postmaster|mdaemon|mail-delivery-subsystem)(?:[+.=-][^@>]*)?@/i,
  /<(?:mailer-?daemon|postmaster)>/i,
  /^"?(?:mail(?:er)?[ -]?delivery (?:sub)?system|mail delivery (?:service|agent)|mailer-daemon|internet mail delivery|microsoft outlook <(?:postmaster|microsoftexchange))/i,
  /<microsoftexchange[0-9a-f]{20,}@/i,
];

/** The subject, from its start, of messages that say "not delivered" or "delayed". */
export const BOUNCE_SUBJECTS: RegExp[] = [
  /^(?:undeliver(?:ed|able)\b|undelivered mail returned|mail delivery (?:failed|failure|status|problem|error)|delivery (?:status notification|failure|failed|has failed|report|notification|problem|delayed)|mail system error|returned mail|failure notice|message (?:delivery (?:failure|failed)|undeliverable|could not be delivered|not delivered|status)|non[- ]?delivery|non remis|permanent delivery failure|warning: (?:message|could not send)|mail could not be delivered|email delivery failure|nondeliverable|notification d.[ée]tat|\[?postmaster notify\]?|user unknown|rejected:? |could not deliver)/i,
  /^(?:unzustellbar|zustellung|nicht zustellbar|fehler bei der zustellung|non remis|échec de la remise|message non distribu|no se puede entregar|no entregad|entrega fallida|n[ãa]o entreg|falha na entrega|non recapitabile|mancato recapito|onbestelbaar|niet-bestelbaar|olevererbart|ikke levert|kunne ikke leveres|toimitus epäonnistui|niedostarczalny|nedoručiteln|kézbesíthetetlen|недоставлен|не удается доставить|配信不能|配達不能|未送达|無法傳遞|无法投递|退信|배달되지 않음)/iu,
];
