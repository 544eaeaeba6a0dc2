/** How automatic replies are titled and worded, by language. */

/** The exact prefixes that mail systems write in front of the subject that they answer. */
export const AUTO_REPLY_PREFIX =
  /^(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|responder)|autoreply|out[ -]of[ -](?:the[ -])?office(?: (?:auto)?reply| response| autoreply)?|ooo|vacation(?: reply| response)?|automatische antwort|abwesenheits(?:notiz|meldung|nachricht|assistent)|abwesend|r[ée]ponse automatique|absence du bureau|absent(?:e)? du bureau|respuesta autom[áa]tica|fuera de la oficina|risposta automatica|fuori (?:ufficio|sede)|resposta autom[áa]tica|fora do escrit[óo]rio|automatisch antwoord|afwezig(?:heid)?|autosvar|automatisk svar|automatiskt svar|fraværs?|frånvaro|automaattinen vastaus|poissa|automatyczna odpowied[źz]|odpowied[źz] automatyczna|automatick[áa] odpov[ěe][ďd]|mimo kancel|automatikus v[áa]lasz|r[ăa]spuns automat|otomatik (?:yan[ıi]t|cevap)|автоматический ответ|автоответ|автоматична відповідь|αυτόματη απάντηση|תשובה אוטומטית|מענה אוטומטי|الرد التلقائي|رد تلقائي|自動応答|自動返信|不在通知|自动答复|自动回复|自動回覆|자동 ?(?:회신|응답)|phản hồi tự động|trả lời tự động|ตอบกลับอัตโนมัติ)(?:\s*[:：\-–|\])]|\s*$|\s*\()/iu;

/** Words anywhere in a subject that out-of-office replies use; proof only together with other signs. */
export const AUTO_REPLY_WORDS =
  /\b(?:out of (?:the )?office|auto(?:matic)?[- ]?(?:reply|response)|on (?:vacation|holiday|leave|annual leave|maternity leave)|away from (?:the office|my (?:desk|mail))|abwesen|urlaub|absence|absent|vacances|ausencia|vacaciones|fuera de la oficina|assente|ferie|ausência|férias|afwezig|vakantie|semester|ferie|urlop|dovolen|szabads[áa]g|tatil|izin)|отпуск|отсутств|不在|休暇|休假|부재|휴가/iu;

/** First sentences of out-of-office replies. */
export const AUTO_REPLY_BODY =
  /\b(?:(?:i am|i'm|i will be|i'll be) (?:currently |now )?(?:out of|away from|on (?:vacation|holiday|leave|annual leave|maternity|parental)|travell?ing)|this is an automat(?:ic|ed) (?:reply|response|message)|limited access to (?:my )?e?-?mail|ich bin (?:derzeit|momentan|zurzeit|aktuell|bis|vom|ab)\b.{0,60}(?:nicht|abwesend|urlaub|außer haus)|je suis (?:actuellement )?(?:absent|en cong|en vacances)|estoy (?:fuera|de vacaciones|ausente)|estar[ée] (?:fuera|de vacaciones|ausente)|sono (?:fuori|assente|in ferie)|estou (?:fora|de f[ée]rias|ausente)|ik ben (?:afwezig|met vakantie|niet aanwezig)|jag (?:är|har) .{0,20}(?:semester|ledig|frånvarande)|jestem .{0,30}(?:nieobecn|urlopie)|przebywam na urlopie)|(?:нахожусь|буду) в (?:отпуске|командировке)|不在にして|休暇(?:を|中)|休假|부재중|휴가/iu;
