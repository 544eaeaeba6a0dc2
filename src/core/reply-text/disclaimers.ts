/** What firms add around their people's words: legal notices under them, warnings of outside senders above them. */
import { isBlank, type Line } from "./lines.ts";
import { isRule } from "./markers.ts";

const NOTICE_LENGTH_MIN = 80;
const NOTICE_LINES_MAX = 60;
const BANNER_LINES_MAX = 6;
const BANNER_LENGTH_MAX = 600;

/**
 * A notice speaks of at least three of these, and always of secrecy (the first) or of an error (the last). Each is one
 * thing said in many languages, as beginnings of words.
 */
const NOTICE_SIGNS: RegExp[] = [
  /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{sc=Grek}])(?:confidential|privileged|proprietary|vertraulich|confidentiel|confidencial|privilegiad|riservat|confidenzial|vertrouwelijk|konfident|fortrolig|luottamuksell|poufn|důvěrn|dôvern|bizalmas|confidențial|povjerljiv|poverljiv|zaup|konfidenci|конфиденц|конфіденц|поверител|поверљив|εμπιστευτικ|gizli|סודי|סרي|سري|機密|机密|保密|기밀|비밀|rahasia|bảo mật)/iu,
  /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{sc=Grek}])(?:intended|addressee|recipient|empfänger|adressat|destinataire|destinatari|destinatário|geadresseerde|bestemd|ontvanger|mottagare|modtager|mottaker|vastaanottaj|adresat|odbiorc|příjemc|príjemc|címzett|primatel|prejemnik|получател|адресат|одержувач|παραλήπτ|alıcı|נמען|المستلم|宛先|受信者|收件人|수신자|penerima|người nhận)/iu,
  /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{sc=Grek}])(?:(?:this|the) (?:e-?mail|message|communication|transmission)|diese[rs]? (?:e-?mail|nachricht)|ce (?:message|courriel|mail|courrier)|cet e-?mail|est[ea] (?:mensaje|correo|e-?mail|mensagem)|quest[oa] (?:messaggio|e-?mail|comunicazione)|dit (?:e-?mail|bericht)|deze e-?mail|detta (?:e-?post|meddelande|mail)|denn[ae] e-?(?:post|mail)|denne meddelelse|tämä (?:viesti|sähköposti)|t[aey]j? wiadomoś|niniejsz|tato zpráva|táto správa|ez az (?:e-?mail|üzenet)|acest (?:mesaj|e-?mail)|ova (?:poruka|e-?)|данн(?:ое|ого) (?:сообщени|письм)|это сообщени|це повідомлен|това съобщени|αυτό το (?:μήνυμα|e-?mail)|bu (?:e-?posta|mesaj|ileti)|本(?:メール|邮件|電郵|郵件)|이 (?:메일|이메일))/iu,
  /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{sc=Grek}])(?:delete|destroy|notify|immediately|unauthori[sz]ed|prohibited|disclos|liab|lösch|vernicht|unverzüglich|informier|unbefugt|haft|supprim|détrui|avertir|interdit|elimin|borr|notifi|prohib|apague|proibid|cancell|distrugg|vietat|verwijder|vernietig|verboden|radera|förstör|slet|makulér|poista|usuń|usuni|zabronion|smaž|vymaž|töröl|ștergeți|distrug|obriš|izbriš|удали|уничтож|видал|изтри|διαγρά|siliniz|silin|מחק|حذف|削除|删除|刪除|삭제|hapus|xóa)/iu,
  /(?<![\p{sc=Latin}\p{sc=Cyrl}\p{sc=Grek}])(?:intended (?:only|solely)|not the (?:intended|named)|in error|irrtümlich|nicht der (?:richtige|beabsichtigte)|par erreur|por error|por engano|por erro|per errore|abusievelijk|ten onrechte|av misstag|ved en fejl|ved en feil|vahingossa|omyłk|pomyłk|omylem|tévedés|din greșeală|greškom|по ошибке|помилков|по погрешка|εκ παραδρομής|yanlışlıkla|בטעות|誤って|误收|誤收)/iu,
];

/** A line over a notice. */
const NOTICE_HEADING =
  /^[*_\s]*(?:(?:legal |email |e-mail )?disclaimer|confidentiality(?: notice| note| statement)?|privacy notice|important notice|legal notice|aviso legal|aviso de confidencia\p{L}*|avis de confidentialité|rechtlicher hinweis|haftungsausschluss|vertraulichkeitshinweis|avviso di riservatezza)[*_\s]*[:：]?[*_\s]*$/iu;

/** The end of `lines[from..to)` without the legal notices at its end. At least one paragraph stays. */
export function trimNotices(lines: Line[], from: number, to: number): number {
  let end = to;
  for (;;) {
    let last = end;
    while (last > from && (isBlank(lines[last - 1]) || isRule(lines[last - 1] as Line))) last--;
    let start = last;
    while (start > from && !isBlank(lines[start - 1]) && last - start < NOTICE_LINES_MAX) start--;
    if (start <= from || start === last || !isNotice(lines, start, last)) return end;
    end = start;
  }
}

function isNotice(lines: Line[], start: number, end: number): boolean {
  const first = lines[start] as Line;
  if (end - start === 1 && NOTICE_HEADING.test(first.text)) return true;
  const text = lines
    .slice(start, end)
    .map((line) => line.raw.slice(0, 2_000))
    .join(" ")
    .slice(0, 4_000);
  if (text.length < NOTICE_LENGTH_MIN) return false;
  const signs = NOTICE_SIGNS.map((sign) => sign.test(text));
  return signs.filter(Boolean).length >= 3 && (signs[0] === true || signs.at(-1) === true);
}

const BANNER_START =
  /^[^\p{L}\p{N}]*(?:caution|warning|attention|external|extern|exterieur|extérieur|achtung|warnung|vorsicht|hinweis|attenzione|atención|precaución|cuidado|atenção|let op|waarschuwing|obs|varning|advarsel|uwaga|upozornění|внимание|увага|注意|this (?:e-?mail|message) (?:originated|came|is from|was sent)|diese (?:e-?mail|nachricht) (?:stammt|kommt)|ce (?:message|courriel|mail) (?:provient|vient)|cet e-?mail (?:provient|vient)|este (?:correo|mensaje|e-?mail) (?:proviene|procede|se originó|é de|foi))/iu;
const BANNER_SIGN =
  /outside (?:of )?(?:the|your|our)|external (?:sender|e-?mail|source)|originated (?:from )?outside|externen? (?:absender|e-?mail)|von extern|außerhalb|expéditeur externe|extérieur|remitente externo|fuera de|remetente externo|fora da|mittente esterno|all['’]esterno|externe afzender|buiten (?:de|uw|onze)|extern avsändare|utanför|ekstern afsender|uden for|spoza|z zewnątrz|mimo organizaci|внешн\p{L}+ отправител|зовнішн/iu;
const BANNER_ADVICE =
  /click|links?\b|attachment|open|recogni[sz]e|klick|anh[aä]ng|öffnen|liens?\b|pièces? jointes?|ouvr|cliqu|enlaces?|adjunt|abrir|hacer clic|allegat|apri|collegament|koppeling|bijlage|länk|bilag|bifog|łącz|załącz|odkaz|přílo|ссыл|вложен|посилан|вкладен/iu;
/** The frame of a mail signed with PGP in the clear (RFC 9580, 7). */
const CLEARTEXT = /^-----BEGIN PGP SIGNED MESSAGE-----$|^Hash: [A-Z0-9, -]{3,40}$/;
/** Outlook's tip over the first mail of a sender. */
const SENDER_TIP =
  /aka\.ms\/LearnAboutSenderIdentification|^\[?(?:you don['’]t often get e-?mail from|some people who received this message don['’]t often get e-?mail from|sie erhalten nicht (?:häufig|oft) e-?mails von|vous n['’]obtenez pas souvent|no suele recibir correo|non si ricevono spesso|u ontvangt niet vaak e-?mail|você não costuma receber)/iu;

/** The first line of `lines[from..to)` that is no warning of an outside sender, put there by a mail server. */
export function skipBanners(lines: Line[], from: number, to: number): number {
  let start = from;
  for (let round = 0; round < 3; round++) {
    let first = start;
    while (first < to && (isBlank(lines[first]) || isRule(lines[first] as Line))) first++;
    const line = lines[first];
    if (line === undefined || first >= to) return start;
    const end =
      SENDER_TIP.test(line.text) || CLEARTEXT.test(line.text) ? first + 1 : readBanner(lines, first, to);
    if (end < 0) return start;
    start = end;
    while (start < to && (isBlank(lines[start]) || isRule(lines[start] as Line))) start++;
  }
  return start;
}

/** The end of the warning that begins at `first`, or -1. */
function readBanner(lines: Line[], first: number, to: number): number {
  if (!BANNER_START.test(lines[first]?.text ?? "")) return -1;
  let text = "";
  for (let index = first; index < Math.min(to, first + BANNER_LINES_MAX); index++) {
    const line = lines[index] as Line;
    if (isBlank(line)) break;
    if (line.isLong || text.length > BANNER_LENGTH_MAX) return -1;
    text += ` ${line.text}`;
    const isLast = isBlank(lines[index + 1]) || isRule(lines[index + 1] as Line);
    if (isLast) return BANNER_SIGN.test(text) && BANNER_ADVICE.test(text) ? index + 1 : -1;
  }
  return -1;
}
