/**
 * Orders to a machine, language by language: the word forms in which one gives an order (not those in which one tells
 * of it), and what the order is about. A sentence is suspicious where both stand in it, near one another.
 */

export interface Tongue {
  /** "Ignore", "forget", as an order. */
  ignore: string;
  /** What is to be ignored or told: instructions, rules, prompts. */
  orders: string;
  /** "Set", "mark", "assign", as an order. */
  set: string;
  /** The labels of a ticket. */
  field: string;
  /** What they are to be set to. */
  level: string;
  /** "You are now", "act as". */
  role: string;
  /** "Reveal", "print", "repeat". */
  reveal: string;
}

const TONGUES: Tongue[] = [
  {
    // German
    ignore:
      "ignorier(?:e|t|en sie)|vergiss|vergesst|vergessen sie|missachten? ?(?:sie)?|übergehen? ?(?:sie)?|überspringen? ?(?:sie)?|umgehen? sie|umgehe|verwirf|verwerfen sie|(?:befolg|beacht)e(?:n sie)?(?= .{0,40}nicht)",
    orders:
      "alles,? .{0,30}(?:vorher|oben|bisher|davor|zuvor)|(?:obige|vorherige|bisherige)n? (?:text|inhalt)|anweisung|instruktion|vorgabe|prompt|regeln|richtlinie|befehl|weisungen",
    set: "gib|geben sie|setz(?:e|en sie|t)?|stell(?:e|en sie|t)|änder(?:e|n sie|t)|markier(?:e|en sie|t)|stuf(?:e|en sie)|weis(?:e|en sie)|ordne(?:n sie)?|wähl(?:e|en sie)|klassifizier(?:e|en sie)|kategorisier(?:e|en sie)|behandel(?:e|n sie)|vergib|vergeben sie|trag(?:e|en sie)?|erhöh(?:e|en sie)",
    field:
      "priorität|kategorie|dringlichkeit|klassifi|zusammenfassung|fähigkeit|skill|ticket|notiz|antwortvorschlag",
    level: "hoch|höchste|niedrig|kritisch|dringend|high|auf|als|zu",
    role: "du bist (?:jetzt|ab jetzt|nun|ab sofort)|ab (?:jetzt|sofort) bist du|sie sind (?:jetzt|nun|ab sofort)|verhalte dich|handle als|tu so, als|spiele (?:die rolle|jetzt)",
    reveal: "verrate|verraten sie|zeige? mir|gib .{0,30}(?:aus|preis|wieder)|wiederhole|nenne? mir|drucke",
  },
  {
    // French
    ignore:
      "ignore[rz]?|oublie[rz]?|néglige[rz]?|ne (?:tiens|tenez) (?:pas|plus) compte|fai(?:s|tes) abstraction|contourne[rz]?|passe[rz]? outre|écarte[rz]?|ne (?:suis|suivez) (?:pas|plus)",
    orders:
      "tout (?:ce qui|le texte).{0,25}(?:précède|dessus|avant|plus haut)|instruction|consigne|directive|règles (?:précédente|ci-dessus|du système)|invite|prompt|ordres",
    set: "mets|mettez|définis(?:sez)?|fixe[rz]?|passe[rz]?|change[rz]?|modifie[rz]?|marque[rz]?|classe[rz]?|attribue[rz]?|assigne[rz]?|règle[rz]?|indique[rz]?|choisis(?:sez)?|traite[rz]?",
    field: "priorité|catégorie|urgence|classification|résumé|compétence|ticket|notes|réponse suggérée",
    level: "haute|élevée|basse|critique|urgent|maximale|high|comme|à|sur",
    role: "tu es (?:maintenant|désormais)|vous êtes (?:maintenant|désormais)|à partir de maintenant,? (?:tu|vous)|agis(?:sez)? comme|comporte-toi|fais semblant|joue le rôle",
    reveal:
      "révèle[rz]?|affiche[rz]?|répète[rz]?|montre[rz]?(?:-moi)?|donne[rz]?-moi|divulgue[rz]?|imprime[rz]?",
  },
  {
    // Spanish, Portuguese, Italian, Catalan, Romanian
    ignore:
      "ignor(?:a|e|en|ar|ad|em|i|ate|are|ă|ați|eu)|olvid(?:a|e|en|ar)|omit(?:e|a|an)|haz caso omiso|no (?:sigas|siga|obedezcas|hagas caso)|esque[cç](?:a|e|am)|desconsider(?:e|a|em)|descart(?:e|a)|não (?:siga|obedeça)|dimentic(?:a|hi|ate|are)|trascur(?:a|i|ate)|tralascia|scorda(?:ti)?|non (?:seguire|tenere conto|considerare)|oblida|uit(?:ă|ați)|nu (?:urma|ține cont)",
    orders:
      "todo lo (?:anterior|previo|de arriba|que)|tudo .{0,20}(?:acima|anterior|antes)|tutto .{0,30}(?:sopra|precede|prima)|tot ce .{0,20}(?:sus|înainte)|instruc|instruç|istruzion|instrucțiuni|indicacion|indicaç|indicazion|directri|diretri|direttiv|órdenes|ordenes|ordens|ordini|reglas (?:anterior|previa|del sistema)|regras (?:anterior|do sistema)|regole (?:precedent|del sistema)|prompt",
    set: "establece|establezca|pon(?:ga|er)?|cambi(?:a|e)|fij(?:a|e)|defin(?:a|e|isci)|marc(?:a|ar|hi|que)|asign(?:a|e)|clasific(?:a|ar)|clasifique|trat(?:a|e)|coloque|alter(?:e|a)|mude|atribu(?:a|i|isci)|classific(?:a|hi)|classifique|imposta(?:re)?|metti|mettere|assegna|segna|indica|setează|setați|marchează",
    field:
      "prioridad|categor[ií]a|urgencia|clasificación|resumen|habilidad|prioridade|urgência|classificação|resumo|priorità|urgenza|riepilogo|competenz|prioritate|ticket|tique|notas|note",
    level:
      "alta|alto|máxima|massima|crític|critic|urgente|baja|baixa|bassa|high|como|come|a\\b|en\\b|para|su\\b|ridicat",
    role: "ahora eres|a partir de ahora (?:eres|actúa)|actúa como|compórtate|finge|agora você é|a partir de agora você|aja como|finja|ora sei|adesso sei|da ora in poi sei|agisci come|comportati|acum ești|acționează ca",
    reveal:
      "revel(?:a|e|ar)|muestra(?:me)?|muéstrame|repite|imprime|dime|mostre(?:-me)?|repita|diga-me|rivel(?:a|i)|mostrami|ripeti|stampa|dezvăluie|afișează",
  },
  {
    // Dutch
    ignore: "negeer|vergeet|omzeil|sla .{0,30} over|volg .{0,40} niet",
    orders:
      "alles .{0,15}(?:hierboven|hiervoor|boven|eerder)|instructie|opdracht|aanwijzing|richtlijn|prompt|(?:vorige|bovenstaande|eerdere) regels",
    set: "zet|stel|wijzig|markeer|maak|wijs|classificeer|kies|behandel|geef",
    field: "prioriteit|categorie|urgentie|samenvatting|vaardighe|ticket|notities",
    level: "hoog|hoogste|laag|kritiek|dringend|high|op|naar|als",
    role: "je bent (?:nu|vanaf nu)|vanaf nu ben je|gedraag je als|doe alsof",
    reveal: "onthul|toon|herhaal|laat .{0,20} zien|geef .{0,30} prijs|print",
  },
  {
    // Swedish, Danish, Norwegian, Icelandic, Finnish, Estonian
    ignore:
      "ignorera|glöm|bortse|strunta i|följ inte|ignorer|glem|se bort fra|bortse fra|tilsidesæt|følg ikke|hunsaðu|unohda|ohita|sivuuta|älä (?:noudata|huomioi|välitä)|jätä .{0,40}huomiotta|eira|unusta",
    orders:
      "allt? .{0,15}(?:ovan|ovenfor|ovenstående|tidligere|tidigare|före|før)|kaikki .{0,20}(?:yllä|aiempi|edellinen)|instruktion|instruks|anvisning|föreskrift|retningslinj|regler|ohje|määräy|käsky|juhis|prompt|kehote|fyrirmæl|leiðbeining",
    set: "sätt|ändra|markera|tilldela|klassificera|sæt|sett|endre|ændr|marker|tildel|klassificer|aseta|muuta|merkitse|luokittele|määritä|määra",
    field:
      "prioritet|kategori|brådska|sammanfattning|hastegrad|prioriteet|tärkey|kiireelli|luokka|luokak|kategoria|ärende|sag|sak|tiketti",
    level: "hög|högsta|høj|høy|låg|lav|kritisk|brådskande|korkea|korkeaksi|kriitti|high|till|til|som",
    role: "du är nu|från och med nu är du|agera som|låtsas|du er nu|du er nå|opfør dig som|lad som om|olet nyt|toimi kuin|esitä",
    reveal:
      "avslöja|visa|upprepa|skriv ut|afslør|vis mig|gentag|avslør|vis meg|gjenta|paljasta|näytä|toista|tulosta",
  },
  {
    // Polish, Czech, Slovak, Croatian, Serbian, Slovenian
    ignore:
      "(?:z)?ignoruj(?:cie|te)?|pomiń(?:cie)?|zapomnij(?:cie)?|nie (?:przestrzegaj|stosuj)|zapomeň(?:te)?|nedbej(?:te)?|pomiň(?:te)?|zabudni(?:te)?|zanemari(?:te)?|zaboravi(?:te)?|ignoriraj(?:te)?|prezri(?:te)?|pozabi(?:te)?|neřiď(?:te)? se",
    orders:
      "wszystki\\p{L}* .{0,15}(?:powyżej|wcześniej)|vš\\p{L}* .{0,15}(?:výše|předtím|vyššie)|sve .{0,15}(?:gore|prije|iznad)|instrukc|polece|wytyczn|poprzednich zasad|zasad (?:powyżej|systemow)|pokyn|příkaz|príkaz|pravidl|uput|navodil|instrukcij|nalog|prompt",
    set: "ustaw(?:cie)?|zmień|oznacz|przypisz|nadaj|sklasyfikuj|nastav(?:te)?|změň(?:te)?|označ(?:te)?|přiřaď|zařaď|postavi(?:te)?|promijeni|označi(?:te)?|dodijeli|nastavi(?:te)?",
    field:
      "priorytet|kategori|pilność|podsumowanie|umiejętno|priorit|naléhavost|souhrn|prioritet|zgłoszeni|ticket|hitnost",
    level:
      "wysok|najwyższ|krytyczn|pilne|niski|vysok|nejvyšší|kritick|urgentní|visok|najviš|hitn|high|na\\b|jako|ako|kao|kot",
    role: "jesteś teraz|od teraz jesteś|zachowuj się jak|udawaj|teď jsi|nyní jsi|od teď jsi|chovej se jako|odteraz si|sada si|od sada si|ponašaj se kao|zdaj si",
    reveal:
      "ujawnij|pokaż|powtórz|wypisz|prozraď|zobraz|ukaž|zopakuj|vypiš|otkrij|pokaži|ponovi|ispiši|razkrij|izpiši",
  },
  {
    // Hungarian, Turkish, Azerbaijani, Albanian, Greek
    ignore:
      "hagyd figyelmen kívül|hagyja figyelmen kívül|felejtsd el|felejtse el|ne vedd figyelembe|mellőzd|yok say|görmezden gel|unut|dikkate alma|nəzərə alma|injoro|shpërfill|harro|αγνόησε|αγνοήστε|αγνόησέ|ξέχασε|ξεχάστε|παράβλεψε|μην ακολουθ",
    orders:
      "yukarıda|önceki (?:her şey|tüm)|mindent? .{0,15}(?:fent|előző|korábbi)|(?:όλα|ό,τι) .{0,20}(?:παραπάνω|πριν|προηγ)|utasítás|szabály|parancs|talimat|yönerge|komut|kural|təlimat|udhëzim|οδηγί|εντολ|κανόν|prompt",
    set: "állítsd|állítsa|jelöld|módosítsd|ayarla|yap|değiştir|işaretle|ata|belirle|vendos|cakto|όρισε|ορίστε|θέσε|άλλαξε|βάλε",
    field:
      "prioritás|kategóri|sürgősség|öncelik|önceliği|kategori|aciliyet|prioritet|përparësi|προτεραιότητα|κατηγορία|επείγον",
    level: "magas|sürgős|kritikus|yüksek|acil|kritik|lartë|υψηλ|κρίσιμ|επείγ|high|olarak|-ra\\b|-re\\b|σε\\b",
    role: "mostantól te|te most|úgy viselkedj|artık sen|şu andan itibaren|gibi davran|rolünü üstlen|tani ti je|είσαι (?:τώρα|πλέον)|από τώρα είσαι|συμπεριφέρσου",
    reveal:
      "fedd fel|mutasd meg|ismételd meg|írd ki|göster|tekrarla|açıkla|yazdır|zbulo|αποκάλυψε|δείξε|επανάλαβε",
  },
  {
    // Russian, Ukrainian, Bulgarian, Serbian, Macedonian, Kazakh
    ignore:
      "(?:про)?игнориру(?:й|йте)|игнорировать|забудь(?:те)?|не (?:обращай|следуй|учитывай|соблюдай)(?:те)?|пренебреги(?:те)?|отбрось(?:те)?|(?:про)?ігнору(?:й|йте)|не (?:звертай|дотримуйся|зважай)|игнорирай(?:те)?|забрави(?:те)?|занемари(?:те)?|заборави(?:те)?|елеме",
    orders:
      "вс[её],? .{0,25}(?:выше|раньше|ранее|до этого|прежде)|усе,? .{0,25}(?:вище|раніше)|всичко .{0,20}(?:горе|преди)|инструкци|указани|команд|правил|промпт|распоряжени|інструкці|вказівк|наказ|упатств|упутств|нұсқау",
    set: "установи(?:те)?|поставь(?:те)?|измени(?:те)?|задай(?:те)?|назначь(?:те)?|пометь(?:те)?|отметь(?:те)?|присвой(?:те)?|выставь|встанови|постав|зміни|признач|познач|задай|промени|зададеш|постави(?:те)?|обележи",
    field: "приоритет|категори|срочност|важност|резюме|навык|заявк|тикет|пріоритет|терміновіст|хитност",
    level: "высок|максимальн|критич|срочн|низк|high|висок|найвищ|критичн|терміново|на\\b|как\\b|як\\b",
    role: "ты (?:теперь|отныне)|вы (?:теперь|отныне)|с этого момента ты|веди себя как|притворись|действуй как|ти (?:тепер|відтепер)|сега си|од сега си|понашај се",
    reveal:
      "раскрой(?:те)?|покажи(?:те)?|повтори(?:те)?|выведи(?:те)?|напечатай|розкрий|виведи|разкрий|изведи|откриј",
  },
  {
    // Arabic, Persian, Urdu, Hebrew
    ignore:
      "تجاهل|تجاهلي|تجاهلوا|انس|انسى|لا تتبع|لا تلتزم|اهمل|أهمل|نادیده بگیر|فراموش کن|توجه نکن|نظر انداز|بھول جا|התעלם|התעלמי|התעלמו|שכח|שכחי|אל תציית",
    orders:
      "ما سبق|كل ما (?:ورد|سبق|ذكر)|هر چه .{0,15}(?:بالا|قبل)|כל מה ש.{0,20}(?:למעלה|קודם|לעיל)|تعليمات|التعليمات|الأوامر|أوامر|القواعد|الإرشادات|دستور|قوانین|ہدایات|احکامات|הוראות|ההוראות|ההנחיות|הנחיות|הכללים",
    set: "اجعل|اضبط|عين|عيّن|غير|غيّر|صنف|صنّف|حدد|ضع|ارفع|تنظیم کن|تغییر ده|قرار بده|مقرر کر|سیٹ کر|קבע|הגדר|שנה|סמן|העלה",
    field:
      "أولوية|الأولوية|اولوية|فئة|الفئة|تصنيف|ملخص|اولویت|دسته|ترجیح|زمرہ|עדיפות|העדיפות|דחיפות|קטגוריה|סיווג",
    level: "عالية|عالي|قصوى|عاجل|حرج|بالا|فوری|اعلی|زیادہ|גבוהה|גבוה|דחוף|קריטי|high|إلى|الى|به|ל",
    role: "أنت الآن|انت الان|تصرف ك|تظاهر|من الآن فصاعدا|اکنون تو|از این پس تو|تو حالا|وانمود کن|اب آپ|אתה עכשיו|אתה כעת|מעכשיו אתה|התנהג כ|העמד פנים",
    reveal: "اكشف|أظهر|اعرض|كرر|اطبع|فاش کن|نشان بده|تکرار کن|ظاہر کر|חשוף|הצג|הראה|חזור על|הדפס",
  },
  {
    // Hindi, Bengali, Tamil, Telugu
    ignore: "अनदेखा|नज़रअंदाज़|नजरअंदाज|भूल जा|ध्यान न|उपेक्षा|উপেক্ষা|ভুলে যা|புறக்கணி|மறந்து|విస్మరించ|మర్చిపో",
    orders: "निर्देश|आदेश|नियम|হুকুম|নির্দেশ|நிர்வாக|அறிவுறுத்தல்|வழிமுறை|సూచన|ఆదేశ",
    set: "सेट कर|बदल|निर्धारित कर|चिह्नित कर|कर दो|करें|সেট কর|পরিবর্তন কর|அமை|மாற்று|సెట్ చే|మార్చ",
    field: "प्राथमिकता|श्रेणी|वर्ग|तात्कालिकता|অগ্রাধিকার|বিভাগ|முன்னுரிமை|வகை|ప్రాధాన్యత|వర్గం",
    level: "उच्च|तत्काल|अत्यावश्यक|high|উচ্চ|জরুরি|உயர்|அவசர|అధిక|అత్యవసర",
    role: "अब तुम|अब आप|अब से आप|की तरह व्यवहार|এখন তুমি|এখন থেকে|இப்போது நீ|ఇప్పుడు మీరు",
    reveal: "दिखाओ|बताओ|प्रकट कर|दोहराओ|দেখাও|প্রকাশ কর|காட்டு|வெளிப்படுத்து|చూపించ|వెల్లడించ",
  },
  {
    // Japanese
    ignore: "無視|忘れて|忘れろ|従わないで|破棄して|無効に|取り消し",
    orders:
      "(?:以上|上記|これまで|上)の(?:内容|文|すべて|全て)|指示|命令|ルール|プロンプト|指令|規則|ガイドライン",
    set: "設定|変更|して(?:ください|下さい)|にしろ|せよ|割り当て|分類し|マークし",
    field: "優先度|優先順位|カテゴリ|緊急度|分類|要約|スキル",
    level: "高|緊急|最優先|最高|重大|high",
    role: "あなたは(?:今|これ)から|今から(?:あなた|君|お前)|として(?:振る舞|行動)|になりきって|のふりをして",
    reveal: "教えて|表示し|出力し|繰り返し|開示し|見せて|明かし",
  },
  {
    // Chinese
    ignore: "忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要理會|不要遵守|抛开|拋開|不予理会|跳过",
    orders:
      "之前的(?:内容|所有|一切|話|话)|以上(?:所有|内容|內容|一切)|上面的|指令|指示|说明|說明|规则|規則|提示词|提示詞|系统提示|系統提示|以上内容|以上內容|命令|要求",
    set: "设为|設為|设置|設置|設定|设定|改为|改為|调为|調為|标记|標記|分配|归类|歸類|列为|列為|提升",
    field: "优先级|優先級|优先度|優先順序|優先度|类别|類別|分类|分類|紧急程度|緊急程度|摘要|技能|工单|工單",
    level: "高|最高|紧急|緊急|严重|嚴重|high",
    role: "你现在是|你現在是|从现在起你|從現在起你|从现在开始你|从现在开始,你|假装你|假裝你|扮演|充当",
    reveal: "告诉我|告訴我|显示|顯示|输出|輸出|重复|重複|透露|泄露|洩露|打印|公开",
  },
  {
    // Korean
    ignore: "무시|잊어|잊고|따르지 마|무효",
    orders: "(?:위|이전)의? ?(?:내용|모든|글)|지시|명령|규칙|프롬프트|지침|안내",
    set: "설정|변경|바꿔|지정|분류|표시해|올려|할당|배정",
    field: "우선순위|우선 순위|카테고리|긴급도|분류|요약|기술",
    level: "높|최우선|긴급|심각|high",
    role: "당신은 이제|너는 이제|이제부터 (?:너|당신)|지금부터 (?:너|당신)|처럼 행동|역할을 (?:해|맡)|인 척",
    reveal: "알려|보여|출력|반복|공개|말해",
  },
  {
    // Vietnamese, Indonesian, Malay, Filipino, Thai, Swahili
    ignore:
      "bỏ qua|phớt lờ|quên (?:đi|hết|mọi|tất cả|các)|không (?:tuân|làm) theo|abaikan|lupakan|jangan (?:ikuti|patuhi|hiraukan)|kesampingkan|huwag (?:pansinin|sundin)|balewalain|kalimutan|เพิกเฉย|ละเว้น|ไม่ต้องสนใจ|ลืม|มองข้าม|puuza|sahau",
    orders:
      "mọi (?:thứ|điều) .{0,15}(?:trên|trước)|semua (?:yang )?(?:di ?atas|sebelumnya)|lahat ng nasa itaas|ทุกอย่าง.{0,15}(?:ข้างบน|ก่อน)|hướng dẫn|chỉ dẫn|lệnh|chỉ thị|quy tắc|instruksi|perintah|arahan|aturan|panduan|tagubilin|utos|panuto|คำสั่ง|คำแนะนำ|กฎ|maagizo|maelekezo|prompt",
    set: "đặt|thay đổi|đánh dấu|chuyển|gán|atur|setel|tetapkan|ubah|tandai|jadikan|itakda|gawin|baguhin|ตั้ง|กำหนด|เปลี่ยน|weka|badilisha",
    field:
      "mức độ ưu tiên|độ ưu tiên|ưu tiên|danh mục|prioritas|keutamaan|kategori|urgensi|prayoridad|kategorya|ความสำคัญ|ลำดับ|หมวดหมู่|kipaumbele|kundi",
    level: "cao|khẩn cấp|nghiêm trọng|tinggi|mendesak|kritis|mataas|สูง|ด่วน|วิกฤต|juu|high",
    role: "bây giờ bạn là|từ giờ bạn là|hãy đóng vai|sekarang kamu|sekarang anda|mulai sekarang|bertindak(?:lah)? sebagai|berpura-pura|ikaw ay ngayon|ตอนนี้คุณคือ|ตั้งแต่นี้ไปคุณ|แสร้ง|sasa wewe ni",
    reveal:
      "tiết lộ|hiển thị|lặp lại|in ra|cho tôi biết|ungkapkan|tampilkan|ulangi|cetak|beri tahu|ibunyag|ipakita|ulitin|เปิดเผย|แสดง|พิมพ์|onyesha|fichua",
  },
];

export interface TongueRule {
  /** The sentence, in lower case, must match these, nearest first: cheap tests before the dear one. */
  needs: RegExp;
  pattern: RegExp;
  /** A person may ask how to do this. */
  isMild: boolean;
  /** False where the tongue writes no Latin letters: plain ASCII holds none of its words. */
  isLatin: boolean;
}

const MACHINES =
  "(?<!\\p{L})(?:ki|ia|ai|ии|шi|ші|dan|llm|bot)(?!\\p{L})|tekoäly|sztuczn|umělá inteligence|gpt|gemini|chatbot|assist|asist|асист|ассист|modell|modèl|model|modelo|modello|модел|administrat|adminis|админ|entwickler|développeur|desarrollador|hacker|jailbreak|amministrat|助手|机器人|機器人|模型|アシスタント|モデル|ボット|어시스턴트|모델|봇|관리자|管理员|管理者|مساعد|نموذج|روبوت|دستیار|עוזר|מודל|בוט|सहायक|मॉडल|trợ lý|asisten|ผู้ช่วย|βοηθός|μοντέλο|yardımcı|yapay zeka";

/** What each tongue's words amount to; scripts without spaces have no word boundary to ask for. */
export const TONGUE_RULES: readonly TongueRule[] = TONGUES.flatMap((tongue) => {
  const isUnspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Hangul}]/u.test(tongue.ignore);
  const isLatin = /\p{sc=Latin}/u.test(tongue.ignore);
  const begin = isUnspaced ? "" : "(?<![\\p{L}\\p{M}\\p{N}])";
  const end = isUnspaced ? "" : "(?![\\p{L}\\p{M}])";
  const near = isUnspaced ? ".{0,25}" : ".{0,60}";
  // Arabic and Hebrew write "and" as the first letter of the word.
  const order = (verbs: string): string => `${begin}[وفו]?(?:${verbs})${end}`;
  const thing = (stems: string): string => `${begin}(?:${stems})`;
  const rule = (needs: string, isMild: boolean, ...parts: [string, string][]): TongueRule => ({
    isMild,
    isLatin,
    needs: new RegExp(needs, "u"),
    pattern: new RegExp(parts.map(([first, second]) => `${first}${near}${second}`).join("|"), "u"),
  });
  const { ignore, orders, set, field, level, role, reveal } = tongue;
  const system = `(?:${systemOf(orders)})`;
  return [
    rule(orders, false, [order(ignore), thing(orders)], [thing(orders), order(ignore)]),
    rule(
      field,
      true,
      [order(set), `${thing(field)}${near}${thing(level)}`],
      [thing(field), `${thing(level)}${near}${order(set)}`],
      [order(set), `${thing(level)}${near}${thing(field)}`],
    ),
    rule(MACHINES, false, [order(role), `(?:${MACHINES})`]),
    rule(orders, true, [order(reveal), system], [system, order(reveal)]),
  ];
});

/** To tell somebody's instructions is ordinary; to tell the system's is not. */
function systemOf(orders: string): string {
  const system =
    "system|système|sistema|systeem|sisteem|системн|النظام|نظام|سیستم|מערכת|सिस्टम|システム|系统|系統|시스템|hệ thống|ระบบ|prompt|промпт|プロンプト|提示词|提示詞|프롬프트|interne|geheim|secret|nascost|ocult|скрыт|κρυφ|gizli|ukryt|rejtett|隐藏|隠";
  return `(?:${system}).{0,20}(?:${orders})|(?:${orders}).{0,20}(?:${system})`;
}
