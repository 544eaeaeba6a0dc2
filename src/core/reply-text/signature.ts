/** What stands under somebody's words and is not theirs: signatures, "Sent from my iPhone", scanners' footers. */
import { isBlank, type Line, stripMarkup } from "./lines.ts";
import { isRule } from "./markers.ts";

/** After `-- ` (RFC 3676) come at most this many lines; more is no signature but a part of the text. */
const SIGNATURE_LINES_MAX = 30;
const LOOSE_SIGNATURE_LINES_MAX = 15;
const LIST_FOOTER_LINES_MAX = 8;
/** Somebody's own and the mailing list's, and some to spare. */
const SIGNATURES_MAX = 4;
const FOOTER_LENGTH_MAX = 220;

const DEVICE =
  "(?:iphone|ipad|ipod|i-phone|apple watch|android|mobile|mobil\\p{L}*|handy|smartphone|phone|cell|blackberry|samsung|galaxy|huawei|xiaomi|redmi|oneplus|pixel|nexus|htc|lg|motorola|nokia|sony|xperia|windows|outlook|yahoo|aol|gmx|web\\.de|proton ?mail|gmail|mailbox|mail|airmail|spark|newton|k-9|fairemail|bluemail|nine|tablet|tablette|surface|mac|macbook|tel[eé]f\\p{L}*|t[eé]l[eé]ph\\p{L}*|portable|m[oó]vil|cellulare|celular|telemóvel|telefoon|telefon\\p{L}*|mobiel\\p{L}*|puhelim\\p{L}*|komórk\\p{L}*|телефон\\p{L}*|смартфон\\p{L}*|iphon'?\\p{L}*|ti-85|device|gerät)";

/** Words that make a sentence of it: "Sent from my desk is easier than from my phone." */
const PROSE =
  /\b(?:is|are|was|were|but|does|doesn't|didn't|did|can|cannot|can't|when|because|which|never|app|yesterday|today|this morning)\b/i;

/** Only where no word of prose follows. */
const SENT_FROM: RegExp[] = [
  new RegExp(
    `^[<(\\[]{0,2}(?:sent|written|typed|posted|dictated)(?: to you)? (?:from|via|with|by|on|using|through) .{0,30}(?<!\\p{L})${DEVICE}(?!\\p{L}).{0,100}$`,
    "iu",
  ),
  /^[<(]{0,2}sent (?:from|via|with|using|by|on) (?:my |a |the |mail |\[mail\])[^.!?]{1,60}$/iu,
  /^[<(]{0,2}[Ss]ent (?:from|via|with|using) [\p{Lu}\d][\p{L}\d.+-]{0,30}(?: [\p{Lu}\d][\p{L}\d.+-]{0,30}){0,3} ?(?:[<([]?https?:\S{1,150})?$/u,
];

const FOOTERS: RegExp[] = [
  /^(?:get|télécharge[rz]?|obtenir|obtén|obtener|obter|scarica|ottieni|download|holen sie sich|laden sie|hanki|skaffa|hämta|hent|få|pobierz|скачать|obter o|descarga[r]?|télécharger) \[?(?:outlook|yahoo mail|bluemail|gmail)\b.{0,160}$/iu,
  new RegExp(
    `^(?:von meinem?|von unterwegs|vom|gesendet (?:von|mit|über|via)|diese (?:nachricht|e-?mail) wurde|mit (?:der|dem|freundlichen grüßen vom)) .{0,80}(?:${DEVICE}|gesendet)`,
    "iu",
  ),
  /^von (?:meinem|unterwegs|mobil) .{0,60}gesendet\.?$/iu,
  new RegExp(
    `^(?:envoyé|envoy[eé]e?|expédié|télécharg\\p{L}*) (?:de|depuis|à partir d\\p{L}*|par|via|avec|du|d['’]).{0,60}${DEVICE}`,
    "iu",
  ),
  new RegExp(
    `^(?:enviado|enviada|mandado|enviat) (?:desde|de|do|da|a partir d\\p{L}*|via|vía|pelo|con|des d\\p{L}*) ?.{0,60}${DEVICE}`,
    "iu",
  ),
  new RegExp(`^(?:inviato|scritto|spedito) (?:da|dal|con|tramite|da[l]?) ?.{0,60}${DEVICE}`, "iu"),
  new RegExp(`^(?:verzonden|verstuurd|gestuurd) (?:vanaf|met|van|via|door) .{0,60}${DEVICE}`, "iu"),
  new RegExp(`^(?:skickat|skickades|sendt|sent) (?:från|fra|med|via) .{0,60}${DEVICE}`, "iu"),
  /^(?:lähetetty|lähettänyt) .{1,60}$|^saadetud minu .{1,60}$/iu,
  new RegExp(
    `^(?:wysłan[eoya]|odesláno|odoslané|odeslané|poslano|poslato|küldve|trimis|отправлено|отправлен[оа]?|надіслано|изпратено|послато|στάλθηκε|εστάλη) (?:z|ze|s|sa|zo|mojego|preko|iz|sa|az|från|din|de pe|с|со|из|з|від|от|од|από)? ?.{0,60}(?:${DEVICE}|iphon|телефон|устройств)`,
    "iu",
  ),
  /^(?:elküldve|az? |.{0,30})(?:iphone|ipad|android|telefon)\p{L}*[- ](?:omról|ról|ről|emről|omból)? ?küldve\.?$/iu,
  /^(?:iphone|ipad|android)['’]?(?:um|im|ım)?(?:dan|den|'dan|'den)? gönderildi\.?$/iu,
  /^נשלח מ.{1,40}$|^(?:أرسلت من|أُرسلت من|مرسل من|تم الإرسال من).{1,40}$|^ارسال شده از.{1,40}$/u,
  /^(?:从我的|從我的|发自我的|發自我的|来自我的|發送自|发送自|寄自我的|我的).{1,30}(?:发送|傳送|發送|寄出)?$|^发自.{1,30}$/u,
  /^(?:私の)?(?:iphone|ipad|android|スマートフォン|携帯)\p{L}{0,10}から(?:送信|送りました).{0,10}$/iu,
  /^(?:나의|내|제)? ?(?:iphone|ipad|galaxy|갤럭시|아이폰|삼성|안드로이드).{0,20}에서 (?:보냄|보냈습니다|보낸 메일).{0,5}$/iu,
  /^(?:được|đã) gửi từ .{1,40}$|^(?:下载|获取|取得|从) ?outlook .{1,20}$|^outlook (?:voor|für|for) (?:ios|android|iphone)\b.{0,15} (?:downloaden|herunterladen|laden)$|^(?:dikirim|terkirim) dari .{1,40}$|^ส่งจาก .{1,40}$/iu,
  /^(?:virus-free|virenfrei|sans virus|libre de virus|livre de vírus|privo di virus|virusvrij|без вирусов)\b.{0,120}(?:avast|avg|https?:)/iu,
  /^(?:this (?:e-?mail|message) (?:has been|was|is) (?:checked|scanned|virus|free)|diese e-?mail wurde .{0,40}auf viren|cet e-?mail a été vérifié|este (?:correo|e-?mail).{0,40}(?:analizado|verificado)|questa e-?mail è stata controllata|deze e-?mail is gecontroleerd)\b.{0,180}$/iu,
  /^(?:https?:\/\/)?(?:www\.)?(?:avast|avg)\.com\S*$/iu,
  /^\[?cid:[^\s\]]+\]?$|^<https?:\/\/www\.avast\.com\S*>$/iu,
  /^(?:do you yahoo!\?|yahoo! .{0,60}messenger.{0,60}|_+ ?do you yahoo!\?.*)$/iu,
  /^(?:please )?excuse (?:any |my )?(?:typos?|brevity|spelling|the brevity).{0,60}$|^please excuse .{0,30}(?:brevity|typos?).{0,40}$/iu,
  /^(?:someone )?from mobile\.?$|^from my (?:iphone|ipad|android|mobile|phone)\b.{0,20}$/iu,
];

/** A line that a device or scanner wrote under the text. */
export function isFooter(line: Line): boolean {
  if (line.isLong || line.text === "" || line.text.length > FOOTER_LENGTH_MAX) return false;
  const text = stripMarkup(line.text).replace(/^[-–—•~]+ ?(?=\S)/u, "");
  if (/[?]$/.test(text)) return false;
  return (
    FOOTERS.some((pattern) => pattern.test(text)) ||
    (!PROSE.test(text) && SENT_FROM.some((pattern) => pattern.test(text)))
  );
}

/**
 * The number of lines of `lines[from..to)` that stay once signature, footers, rules and blank lines at the end are
 * taken away, counted from the start of the array.
 */
export function trimSignature(lines: Line[], from: number, to: number): number {
  let end = trimFooters(lines, from, to);
  for (let round = 0; round < SIGNATURES_MAX; round++) {
    const delimiter = findSignatureDelimiter(lines, from, end);
    const start = delimiter >= 0 ? delimiter : findLooseSignature(lines, from, end);
    if (start < 0) break;
    end = trimFooters(lines, from, start);
  }
  return end;
}

/** `____` and a few short lines, or a mailing list's footer, at the very end. */
function findLooseSignature(lines: Line[], from: number, to: number): number {
  let following = 0;
  let namesList = false;
  for (let index = to - 1; index >= from && following <= LIST_FOOTER_LINES_MAX; index--) {
    const line = lines[index] as Line;
    if (/^(?:_{2,}|-{5,})$/.test(line.text))
      return namesList || (following <= 3 && /^_/.test(line.text)) ? index : -1;
    namesList ||=
      /mailing list|listinfo|unsubscribe|google groups?|you received this (?:message|email) because/i.test(
        line.text,
      );
    if (line.text.length > 100) return -1;
    if (!isBlank(line)) following++;
  }
  return -1;
}

function trimFooters(lines: Line[], from: number, to: number): number {
  let end = to;
  while (end > from) {
    const line = lines[end - 1] as Line;
    if (!isBlank(line) && !isRule(line) && !isFooter(line)) break;
    end--;
  }
  return end;
}

/** `-- ` of RFC 3676, or `--` and its typographic kin, with few enough lines after it. */
function findSignatureDelimiter(lines: Line[], from: number, to: number): number {
  let following = 0;
  let found = -1;
  for (let index = to - 1; index >= from; index--) {
    const line = lines[index] as Line;
    if (/^(?:--|––|——)$/u.test(line.text)) {
      const max = /^-- $/.test(line.raw) ? SIGNATURE_LINES_MAX : LOOSE_SIGNATURE_LINES_MAX;
      if (following <= max) found = index;
    }
    if (!isBlank(line)) following++;
    if (following > SIGNATURE_LINES_MAX) break;
  }
  return found;
}
