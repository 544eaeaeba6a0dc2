/** Lines that a device, a mail program or a virus scanner wrote under somebody's words. */
import { type Line, stripMarkup } from "./lines.ts";

const FOOTER_LENGTH_MAX = 220;
const SHORT_LENGTH_MAX = 110;
const SHORT_WORDS_MAX = 16;

/** "Mail" alone is what people send; with a system's name it is a program. */
const MAIL_PROGRAM =
  "(?:e-?mail|mail|e-post|posta|poczt\\p{L}*|почт\\p{L}*|correo|courrier|boîte) ?.{0,20}(?:windows|android|ios|iphone|app|mobile|mail\\.ru|orange|yahoo|libero|https?:)|(?:libero|tiscali|virgilio|rambler|tuta) ?mail|mail\\.ru";
const DEVICE =
  "(?:i-?phone|ipad|ipod|apple watch|ios|android|mobile?|mobil\\p{L}*|handy|smartphone|phone|cell|blackberry|samsung|galaxy|huawei|xiaomi|redmi|oneplus|pixel|nexus|htc|lg|motorola|nokia|sony|xperia|windows|outlook|yahoo!?|aol|gmx|web\\.de|proton ?mail|gmail|mailbox|airmail|spark|superhuman|mailspring|mymail|newton|k-9|fairemail|bluemail|nine|tablet|tablette|surface|mac|macbook|tel[eé]f\\p{L}*|t[eé]l[eé]ph\\p{L}*|portable|m[oó]vil|cellulare|celular|telemóvel|telefoon|telefon\\p{L}*|mobiel\\p{L}*|puhelim\\p{L}*|κινητό|điện thoại|ponsel|komórk\\p{L}*|телефон\\p{L}*|смартфон\\p{L}*|устройств\\p{L}*|пристро\\p{L}*|iphon['’]?\\p{L}*|ti-85|device|gerät)";

/** Words that make a sentence of it: "Sent from my desk is easier than from my phone." */
const PROSE =
  /(?<!\p{L})(?:is|are|was|were|but|does|doesn't|didn't|did|can|cannot|can't|when|because|which|never|yesterday|today|this morning|und|aber|nicht|habe|mais|pas|pero|ayer|hoy|ma|non|maar|niet|och|inte|ikke|ale|nie|но|не|вчера)(?!\p{L})/iu;

/** Only where no word of prose follows. */
const SENT_FROM: RegExp[] = [
  new RegExp(
    `^[<(\\[]{0,2}(?:sent|written|typed|posted|dictated)(?: wirelessly)?(?: to you)? (?:from|via|with|by|on|using|through) .{0,30}(?<!\\p{L})(?:${DEVICE}|mail)(?!\\p{L}).{0,100}$`,
    "iu",
  ),
  /^[<(]{0,2}sent (?:from|via|with|using|by|on) (?:my |a |the |mail |\[mail\])[^.!?]{1,60}$/iu,
  /^[<(]{0,2}[Ss]ent (?:from|via|with|using) [\p{Lu}\d][\p{L}\d.+-]{0,30}(?: [\p{Lu}\d][\p{L}\d.+-]{0,30}){0,3} ?(?:[<([]{0,2} ?https?:\S{1,150}[ )>\]]{0,3})?$/u,
];

/** "Sent" as a phone begins its line with, and as it ends it with. */
const SENT_FIRST =
  "(?:gesendet|versendet|envoyée?|envoye|expédié|provenance|enviad[oa]|mandado|enviat|inviat[oa]|scritto|spedito|verzonden|verstuurd|gestuurd|skickat|skickades|sendt|lähetetty|saadetud|nosūtīts|išsiųsta|wysłan[oea]|odesláno|odoslan[ée]|odesílám|(?:el)?küldve|trimis|poslano|poslato|послато|отправлен[оа]?|надіслано|відправлено|изпратено|στάλθηκε|εστάλη|αποστολή|(?:απε)?σταλμένο|ارسال شده|dikirim|terkirim|dihantar|(?:(?:đã|được) )?gửi)";
const SENT_LAST = "(?:gesendet|geschickt|gönderildi|küldve|भेजा गया)";
const FROM =
  "(?:from|v[oa]n|vom|mit|über|via|vía|aus|de|du|d['’]|depuis|à partir|par|avec|desde|dende|do|da|dal|dall['’]|a partir|pel[oa]|con|tramite|des|vanaf|vanuit|met|door|från|fra|med|minu|läbi|no|iš|z|ze|s|sa|zo|prostřednictvím|iz|az|din|prin|pe|са|с|со|из|з|зі|від|от|чрез|από|dari|daripada|từ|از|[:：]|iphone|outlook|saadetud)";
const STARTS_SENT = new RegExp(
  `^[<(]?${SENT_FIRST} ?(?:sans fil )?${FROM}(?!\\p{L}).{0,60}?(?:(?<!\\p{L})|(?<=['’]))(?:${DEVICE}|${MAIL_PROGRAM})[^,;?!]{0,60}$`,
  "iu",
);
const SENT_WITH_INFLECTION =
  /^(?:lähetetty|saadetud|küldve|nosūtīts|išsiųsta) .{0,20}(?:iphone|ipad|android|galaxy|outlook|windows|puhelim|kännyk)[^,;?!]{0,40}$/iu;
const ENDS_SENT = new RegExp(
  `(?:${DEVICE}|${MAIL_PROGRAM}|telekom mail|e-?mail app).{0,40}(?<!\\p{L})${SENT_LAST}\\.?$`,
  "iu",
);
/** Without spaces between the words. */
const SENT_UNSPACED =
  /^נשלח מ.{1,40}$|^(?:أرسلت من|أُرسلت من|مرسل من|تم الإرسال من|ارسال شده از).{0,12}(?:iphone|ipad|android|galaxy|outlook|yahoo|هاتف|جوال|جهاز|موبايل|آيفون|آیفون|گوشی).{0,30}$|^(?:从我的|從我的|发自|發自|来自我的|來自我的|發送自|发送自|傳送自|寄自我的).{1,30}$|^[从從].{1,20}(?:发送|傳送|發送|寄出)$|^寄件來源[:：] ?.{1,20}$|^.{0,20}(?:iphone|ipad|android|ios|galaxy|xperia|outlook|gmail|yahoo|windows|スマ|携帯|アプリ).{0,16}から(?:送信(?:しました|されました|しています)?|送りました)[。.]?$|^(?:나의|내|제)? ?.{0,10}(?:iphone|ipad|android|ios|galaxy|outlook|갤럭시|아이폰|삼성|안드로이드|스마트폰|휴대|windows|네이버|카카오|메일 ?앱).{0,14}에서 (?:보냄|보냈습니다|보낸 메일)[.]?$|^nire .{1,24}[td]ik bidalia$|^ส่งจาก .{1,40}$|^签名由.{1,30}定制$/iu;

const GET_FIRST =
  "(?:get(?: the new)?|hae|download|získa[tť]|hol(?:en)?|laden|lade|télécharge[rz]?|obtenir|obten\\p{L}*|obtén|obter|obtin\\p{L}*|obțin\\p{L}*|baixe|baixar|scarica|ottieni|downloaden?|descarg\\p{L}*|descărc\\p{L}*|hämta|skaffa|hent|få|skaff|hanki\\p{L}*|iegūt|gauti|pobierz|uzyskaj|získej\\p{L}*|získaj\\p{L}*|stáhn\\p{L}*|stiahn\\p{L}*|az|preuzmi\\p{L}*|prenesi\\p{L}*|скача\\p{L}*|получи\\p{L}*|отрима\\p{L}*|завантаж\\p{L}*|изтегл\\p{L}*|λήψη|αποκτήστε|השג|תן לי|הורד|الحصول|احصل|تنزيل|รับ|tải|nhận|dapatkan|unduh|获取|下载\\p{L}*|取得|下載\\p{L}*)";
const STARTS_GET = new RegExp(
  `^${GET_FIRST}(?!\\p{L}).{0,30}(?:outlook|yahoo mail|bluemail|gmail)(?!\\p{L}).{0,20}?(?:ios|android|iphone|ipad|mac(?!h)|windows|mobile|https?:).{0,160}$`,
  "iu",
);
const ENDS_GET =
  /outlook.{0,20}(?:downloaden|herunterladen|laden|beziehen|holen|krijgen|を?入手|가져오기|다운로드|edinin|indirin|beszerzése|letöltése|获取|下载)(?: ?[<[(].{0,150})?$/iu;
const GET_ADDRESS = /^[<([]?https?:\/\/(?:aka\.ms|go\.microsoft\.com)\/\S{1,150}$/i;

const OTHERS: RegExp[] = [
  /^von unterwegs .{0,60}gesendet\.?$/iu,
  /^(?:lähetetty|lähettänyt) \S{1,40}(?:sta|stä)\.?$|^(?:下载|下載|获取|取得|从) ?.{0,14}outlook.{0,20}$/iu,
  /^(?:this (?:e-?mail|message) (?:has been|was|is) (?:checked|scanned|virus|free)|diese e-?mail wurde .{0,40}auf viren|cet e-?mail a été vérifié|l['’]absence de virus|este (?:correo|e-?mail|mensaje).{0,40}(?:analizado|verificado)|este e-?mail foi (?:escaneado|verificado)|questa e-?mail è stata controllata|deze e-?mail is gecontroleerd|tento e-?mail byl zkontrolován|ta wiadomość e-mail została sprawdzona|detta e-postmeddelande har kontrollerats)\b.{0,180}$/iu,
  /^(?:virus-?free|virenfrei|garanti sans virus|sans virus|libre de virus|livre de vírus|não contém vírus|mail priva di virus|privo di virus|virusvrij|vírusmentes|virusmentes|wolny od wirusów|neobsahuje žádné viry|fără viruși|fri från virus|без вирусов|без вірусів|χωρίς ιούς)\p{P}? ?.{0,60}(?:avast|avg|https?:|www\.).{0,100}$/iu,
  /^(?:<|\[)?(?:https?:\/\/)?(?:www\.)?(?:avast|avg)\.(?:com|[a-z]{2})\S*$/iu,
  /^\[?cid:[^\s\]]+\]?$|^<#DAB4FAD8-[0-9A-F-]+>$/iu,
  /^yahoo mail: search, organize, conquer.{0,80}$|^get the (?:all[- ])?new aol app\b.{0,60}$/iu,
  /^(?:(?:securely )?sent (?:securely )?|gesendet |envoyé |enviado |inviato |verzonden |skickat |wysłan[eo] )(?:with|from|using|mit|avec|con|met|från|med|z) .{0,30}\b(?:tuta(?:nota)?|proton ?mail)\b.{0,60}$/iu,
  /^typed (?:with|by|on|using) (?:my |one )?(?:(?:fat )?thumbs?|fingers?|phone|mobile|iphone|ipad|hand)\b.{0,40}$/iu,
  /^(?:do you yahoo!\?|yahoo! .{0,60}messenger.{0,60}|_+ ?do you yahoo!\?.*)$/iu,
  /^(?:please )?excuse (?:any |my )?(?:typos?|brevity|spelling|the brevity).{0,60}$|^please excuse .{0,30}(?:brevity|typos?).{0,40}$/iu,
  /^(?:someone )?from mobile\.?$|^from my (?:iphone|ipad|android|mobile|phone)\b.{0,20}$/iu,
  /^(?:please )?(?:consider|think (?:of|about)) (?:the|our) environment before (?:you print|printing)\b.{0,60}$|^(?:bitte )?(?:denken sie an die|schonen sie (?:die|unsere)) umwelt\b.{0,120}$|^(?:pensez à|merci de penser à) l['’]environnement\b.{0,100}$|^antes de imprimir\b.{0,140}$|^prima di stampare\b.{0,120}$|^denk aan het milieu\b.{0,100}$/iu,
];

/** A line that a device, a mail program or a scanner wrote under the text. */
export function isFooter(line: Line): boolean {
  if (line.isLong || line.text === "" || line.text.length > FOOTER_LENGTH_MAX) return false;
  const text = stripMarkup(line.text).replace(/^[-–—•~]+ ?(?=\S)/u, "");
  if (/[?？]$/.test(text)) return false;
  if (OTHERS.some((pattern) => pattern.test(text)) || GET_ADDRESS.test(text)) return true;
  return isSentFrom(text) || isGetProgram(text);
}

/** "Sent from my iPhone", in any language. */
function isSentFrom(text: string): boolean {
  if (PROSE.test(text)) return false;
  if (SENT_FROM.some((pattern) => pattern.test(text))) return true;
  if (text.length > SHORT_LENGTH_MAX || text.split(" ").length > SHORT_WORDS_MAX) return false;
  return [STARTS_SENT, SENT_WITH_INFLECTION, ENDS_SENT, SENT_UNSPACED].some((pattern) => pattern.test(text));
}

/** "Get Outlook for iOS", in any language. */
function isGetProgram(text: string): boolean {
  const words = text.replace(/[<[(]?https?:\S*/gi, "").split(" ").length;
  return words <= 9 && (STARTS_GET.test(text) || ENDS_GET.test(text));
}
