/** The words by which mail programs mark quotes and forwards, by language. Compared in lower case, `|` between them. */

const listWords = (byLanguage: Record<string, string>): string[] =>
  Object.values(byLanguage).flatMap((words) => words.split("|").map((word) => word.trim()));

/** How a reply header starts: "On ... wrote:". */
export const ON_WORDS = listWords({
  en: "on | at | in",
  de: "am | im | um",
  romance:
    "le | el | a las | con fecha | em | a | no dia | às | il | il giorno | in data | pe | în | la | missatge de",
  dutch: "op",
  galician: "o",
  nordic: "den | på | þann | kuupäev",
  slavic:
    "d. | dne | dňa | dna | v | dnia | w dniu | wiadomość napisana przez | dana | u | na | на | у | в | вы писали | ви писали",
  greek: "στις | στη | την",
  semitic: "בתאריך | ב- | ב | في | بتاريخ | در",
  asian: "vào | ngày | lúc | ใน | เมื่อ | pada | noong | 在 | 于 | 於",
});

/** The verb of a reply header, in the forms that mail programs write. */
export const WROTE_WORDS = listWords({
  en: "wrote | writes | has written | said | sent",
  de: "schrieb | schreibt | hat geschrieben | geschrieben",
  fr: "a écrit | a ecrit | écrit",
  es: "escribió | escribio | ha escrito",
  pt: "escreveu | escribiu",
  it: "ha scritto | scrive | scritto",
  nl: "schreef | heeft geschreven | geskryf",
  nordic: "skrev | skreiv | skrifaði",
  fi: "kirjoitti | kirjutas",
  baltic: "rakstīja | rašė | parašė",
  pl: "napisana przez | napisał | napisała | napisał(a) | napisał/a | pisze",
  cs: "napsal | napsala | napsal(a) | napsal/a | napísal | napísala | napísal(a)",
  hu: "írta | írta (időpont | ezt írta",
  ro: "a scris",
  south:
    "napisao | napisala | napisao je | napisala je | je napisao/la | napisal | napisal(a) | je napisal | je napisala | napisal/-a | је написао/ла | написао | написао/ла | написала | напиша | написа",
  ru: "писали | написал | написала | написал(а) | пишет | писал | писал(а) | написав | написав(-ла) | пише | писав | напісаў",
  el: "έγραψε | έγραψαν | γράφει",
  tr: "yazdı | yazmış",
  he: "כתב | כתבה | כתב/ה | מאת",
  ar: "كتب | كتبت | نوشت | نوشته است",
  india: "ने लिखा | ने लिहिले | লিখেছেন | লিখেছে | எழுதியது | రాశారు | نے لکھا",
  caucasus: "գրել է | დაწერა | tarixində yazdı",
  others: "aliandika | ysgrifennodd | shkroi | жазды | піша | бичсэн | isinulat ni",
  th: "เขียนว่า | เขียน",
  vi: "đã viết | viết",
  id: "menulis | tulis | sumulat",
  ja: "さんは書きました | は書きました | が書きました | のメール | さんが書いた",
  zh: "写道 | 寫道 | 来信 | 撰写 | 撰寫 | 写到",
  ko: "님이 작성 | 작성했습니다 | 작성 | 님이 쓴 글 | 쓴 글 | 씀",
  ca: "va escriure | ha escrit | idatzi du",
  plural: "escribieron | schrieben | ont écrit | escreveram | hanno scritto | schreven | написали | napisali",
});

/** Labels of a quoted header block, by what they stand for. */
export const HEADER_LABELS = {
  from: listWords({
    en: "from",
    de: "von | absender",
    romance:
      "de | desde | da | de la | expeditor | expeditorul | mittente | expéditeur | remitente | remetente | mittente",
    dutch: "van | afzender",
    nordic: "från | fra | frá | lähettäjä | saatja | avsändare | afsender",
    baltic: "no | nuo",
    slavic:
      "od | odesilatel | nadawca | odesílatel | odosielateľ | pošiljatelj | šalje | от | від | од | ад | отправитель | відправник | від кого | от кого | подател",
    other: "feladó | από | gönderen | kimden | מאת | من | از",
    asian:
      "จาก | từ | dari | mula kay | daripada | प्रेषक | nork | nga | 差出人 | 送信者 | 送信元 | 发件人 | 發件人 | 寄件者 | 寄件人 | 보낸 사람 | 보낸사람 | 발신",
  }),
  sent: listWords({
    en: "sent | date | date sent | sent at",
    de: "gesendet | datum | sendedatum",
    romance:
      "envoyé | envoye | envoyé le | message du | fecha | enviado | enviado el | enviada | enviado em | enviada em | data | inviato | data invio | ricevuto | trimis | dată | enviat | fecha de envío | date d'envoi",
    dutch: "verzonden",
    nordic: "skickat | sendt | dato | dagsetning | lähetetty | päivämäärä | pvm | saadetud | kuupäev",
    baltic: "nosūtīts | datums | išsiųsta | siųsta",
    slavic:
      "wysłano | wysłane | data i godzina | odesláno | odoslané | dátum | poslano | poslato | дата | отправлено | надіслано | відправлено | изпратено | изпратено на | изпратен | послато | nadané",
    other:
      "küldve | küldés dátuma | elküldve | ημερομηνία | στάλθηκε | εστάλη | gönderilme tarihi | gönderilen | gönderme tarihi | tarih | gönderildi | נשלח | תאריך | أُرسلت | التاريخ | تم الإرسال | تاريخ | تاریخ",
    asian:
      "วันที่ | ส่ง | ส่งเมื่อ | ngày | đã gửi | gửi | tanggal | dikirim | terkirim | dihantar | भेजा गया | दिनांक | bidalia | dërguar | 送信日時 | 日時 | 日付 | 受信日時 | 发送时间 | 发件时间 | 发送日期 | 發送日期 | 傳送時間 | 日期 | 时间 | 寄件日期 | 보낸 날짜 | 날짜 | 보낸날짜",
  }),
  to: listWords({
    en: "to",
    de: "an | empfänger",
    romance:
      "à | para | a | per | pentru | către | catre | destinatar | destinatarul | destinataire | destinatario | destinatário | per a",
    dutch: "aan",
    nordic: "till | til | vastaanottaja | kellele | mottagare | modtager | viðtakandi",
    baltic: "kam | kas",
    slavic: "do | komu | adresat | prima | za | кому | до | за",
    other: "címzett | προς | kime | alıcı | אל | إلى | به",
    asian:
      "ถึง | đến | tới | kepada | ke | प्रति | nori | për | 宛先 | 送信先 | 收件人 | 收件者 | 받는 사람 | 받는사람 | 수신",
  }),
  cc: listWords({
    latin:
      "cc | bcc | c.c | c.c. | cci | copie à | copie | copia | cópia | kopie | kopia | kopi | kopio | dw | kópia | kopija | másolatot kap | bilgi | tembusan",
    other: "копия | копія | κοιν | κοινοποίηση | עותק | نسخة | نسخة إلى | สำเนา | 抄送 | 副本 | 참조",
  }),
  subject: listWords({
    en: "subject | re",
    de: "betreff",
    romance:
      "objet | sujet | asunto | assunto | oggetto | ogg | subiect | subiectul | assumpte | tema do e-mail",
    dutch: "onderwerp",
    nordic: "ämne | emne | aihe | efni | teema",
    baltic: "tēma | temats | tema | dalykas",
    slavic: "temat | předmět | predmet | naslov | zadeva | тема | относно | предмет | наслов",
    other: "tárgy | θέμα | konu | נושא | הנדון | الموضوع | موضوع | gaia",
    asian:
      "เรื่อง | หัวเรื่อง | chủ đề | subjek | perihal | विषय | tema | 件名 | 题目 | 主题 | 主題 | 主旨 | 제목",
  }),
  other: listWords({
    latin:
      "reply-to | antwort an | répondre à | responder a | organization | importance | wichtigkeit | priorität | priority | attachments | anlagen | pièces jointes | datos adjuntos | anexos | allegati | bijlagen | mailed-by",
  }),
};

/** Between dashes: "-----Original Message-----". */
export const ORIGINAL_MESSAGE_WORDS = listWords({
  en: "original message | original message follows | original mail | original email | original e-mail | original appointment | reply message | replied message | previous message | quoted message",
  de: "ursprüngliche nachricht | urspruengliche nachricht | ursprungliche nachricht | ursprüngliche e-mail | ursprüngliche mail | originalnachricht | original-nachricht | ursprungsnachricht | originalmail | antwort nachricht",
  fr: "message d'origine | message d origine | message original | message initial | courriel original | mail original | e-mail d'origine",
  romance:
    "mensaje original | mensaje de origen | correo original | mensagem original | mensagem de origem | messaggio originale | messaggio originario | mesaj original | mesajul original | missatge original | mensaxe orixinal",
  dutch: "oorspronkelijk bericht | origineel bericht | oorspronkelijke bericht | oorspronklike boodskap",
  nordic:
    "ursprungligt meddelande | ursprungligt mejl | opprinnelig e-post | oprindelig mail | oprindelig e-mail | originalmeddelande | oprindelig meddelelse | original meddelelse | oprindelig besked | opprinnelig melding | original melding | upprunaleg skilaboð | alkuperäinen viesti",
  baltic: "algne kiri | algsõnum | sākotnējais ziņojums | pirminis laiškas | pradinis pranešimas",
  slavic:
    "oryginalna wiadomość | pierwotna wiadomość | wiadomość źródłowa | wiadomość oryginalna | wiadomość pierwotna | původní zpráva | puvodni zprava | povodna sprava | původní e-mail | původní email | pôvodná správa | pôvodný e-mail | originalna poruka | izvorna poruka | izvirno sporočilo | originalno sporočilo",
  cyrillic:
    "оригинална порука | оригинално съобщение | оригинално писмо | первоначальное письмо | исходное сообщение | оригинальное сообщение | исходное письмо | первоначальное сообщение | вихідне повідомлення | оригінальне повідомлення",
  other:
    "eredeti üzenet | eredeti levél | jatorrizko mezua | αρχικό μήνυμα | orijinal mesaj | özgün ileti | özgün İleti | orijinal ileti | orijinal İleti | asıl mesaj | הודעה מקורית | ההודעה המקורית | الرسالة الأصلية | رسالة أصلية | پیام اصلی | मूल संदेश",
  asian:
    "ข้อความต้นฉบับ | ต้นฉบับ | ข้อความเดิม | thư gốc | tin nhắn gốc | pesan asli | mesej asal | 元のメッセージ | 元のメール | 邮件原件 | 回复的原邮件 | 回复的邮件 | 答复的原邮件 | 原始邮件 | 原始郵件 | 原始信件 | 原邮件 | 원본 메시지 | 원본 메일 | 원본메일",
});

/** Between dashes or before a colon: what follows was forwarded by hand, and is not trimmed away. */
export const FORWARDED_WORDS = listWords({
  en: "forwarded message | begin forwarded email | begin forwarded text | original forwarded message | forwarded by | begin forwarded message | forwarded mail | forwarded email | forwarded letter | start of forwarded message | forwarded",
  de: "weitergeleitete nachricht | anfang der weitergeleiteten nachricht | anfang der weitergeleiteten e-mail | weitergeleitet von | weitergeleitete mail",
  fr: "message transféré | début du message transféré | début du message réexpédié | message transmis | message réexpédié | transféré par | courriel transféré",
  romance:
    "mensaje reenviado | inicio del mensaje reenviado | reenviado por | mensagem encaminhada | início da mensagem reencaminhada | mensagem reencaminhada | início da mensagem encaminhada | encaminhado por | messaggio inoltrato | inizio messaggio inoltrato | inoltrato da | mesaj redirecționat | începe mesajul redirecționat | mesajul redirecționat | mesaj redirectionat | început mesaj redirecționat | missatge reenviat | mensaxe reenviada",
  dutch: "doorgestuurd bericht | begin doorgestuurd bericht | doorgestuurd door",
  nordic:
    "vidarebefordrat meddelande | vidarebefordrat mejl | påbörjat vidarebefordrat brev | videresendt meddelelse | videresendt melding | videresendt besked | videresendt e-mail | start på videresendt besked | starten på den videresendte meldingen | välitetty viesti | välitetty viesti alkaa | alkuperäinen lähetetty viesti | þessum pósti var vísað áfram | edelleenlähetetty viesti",
  baltic: "edastatud kiri | pārsūtītā ziņa | persiųstas laiškas",
  slavic:
    "wiadomość przekazana | przekazana wiadomość | początek przekazywanej wiadomości | wiadomość przesłana dalej | przesłana wiadomość | treść przekazanej wiadomości | přeposlaná zpráva | přeposlaný e-mail | přeposlaný email | začiatok preposlanej správy | začátek přeposílané zprávy | preposlaná správa | proslijeđena poruka | započni proslijeđenu poruku | proslijeđeno | prosleđena poruka | posredovano sporočilo",
  cyrillic:
    "прослеђена порука | препратено съобщение | пересылаемое сообщение | перенаправленное сообщение | початок листа, що пересилається | початок переадресованого повідомлення | препратено писмо | препратен имейл | пересланное сообщение | начало переадресованного сообщения | пересланное письмо | переслане повідомлення | перенаправлене повідомлення | пересилане повідомлення",
  other:
    "továbbított üzenet | továbbított levél kezdete | προωθημένο μήνυμα | iletilen mesaj | İletilen mesaj | İletilen ileti | İletilen İleti | iletilmiş mesaj | İletilmiş Mesaj | yönlendirilmiş ileti | başlangıç iletilen ileti | ileti başlangıcı | İleti başlangıcı | הודעה שהועברה | رسالة معاد توجيهها | الرسالة المعاد توجيهها",
  asian:
    "ข้อความที่ส่งต่อ | thư đã chuyển tiếp | thư được chuyển tiếp | pesan terusan | pesan yang diteruskan | 転送メッセージ | メッセージを転送 | 転送されたメッセージ | 転送されたメール | 转发的邮件 | 转发的原邮件 | 转发邮件 | 轉寄郵件 | 轉寄的郵件 | 转发邮件信息 | 전달된 메시지 | 전달된 메일",
});
