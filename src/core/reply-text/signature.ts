/** What stands under somebody's words and is not theirs: signatures, "Sent from my iPhone", scanners' footers. */
import { trimNotices } from "./disclaimers.ts";
import { isFooter } from "./footers.ts";
import { isBlank, type Line } from "./lines.ts";
import { isRule } from "./markers.ts";

/** After `-- ` (RFC 3676) come at most this many lines; more is no signature but a part of the text. */
const SIGNATURE_LINES_MAX = 30;
const LOOSE_SIGNATURE_LINES_MAX = 15;
const LIST_FOOTER_LINES_MAX = 8;
/** Somebody's own and the mailing list's, and some to spare. */
const SIGNATURES_MAX = 4;
/**
 * The number of lines of `lines[from..to)` that stay once signature, footers, rules and blank lines at the end are
 * taken away, counted from the start of the array.
 */
export function trimSignature(lines: Line[], from: number, to: number): number {
  let end = trimFooters(lines, from, trimNotices(lines, from, trimFooters(lines, from, to)));
  for (let round = 0; round < SIGNATURES_MAX; round++) {
    const start = findSignature(lines, from, end);
    if (start < 0) break;
    end = trimFooters(lines, from, trimNotices(lines, from, trimFooters(lines, from, start)));
  }
  return end;
}

function findSignature(lines: Line[], from: number, to: number): number {
  const delimiter = findSignatureDelimiter(lines, from, to);
  if (delimiter >= 0) return delimiter;
  const loose = findLooseSignature(lines, from, to);
  if (loose >= 0) return loose;
  const card = findCard(lines, from, to);
  return card >= 0 ? card : findContactDetails(lines, from, to);
}

const CARD_LINES_MAX = 16;

/** NetEase's card: what its table leaves in a text, lines of `|` alone around a name and an address. */
function findCard(lines: Line[], from: number, to: number): number {
  const isEdge = (index: number) => /^\|(?: ?\|)*$/.test(lines[index]?.text ?? "");
  if (!isEdge(to - 1)) return -1;
  let top = -1;
  for (let index = to - 2; index >= Math.max(from, to - CARD_LINES_MAX); index--)
    if (isEdge(index)) top = index;
  return top;
}

/** Drawn over a signature, and often under it. */
const SIGNATURE_RULE =
  /^(?:_{2,}|-{5,}|={5,}|\*{5,}|~{5,}|#{5,}|\+{5,}|[—–―]{3,}|[━─═＝＊～〜・…■□◆◇☆★]{4,}|(?:[-=*~+] ){4,}[-=*~+])$/u;

/** `____` and a few short lines, or a mailing list's footer, at the very end. */
function findLooseSignature(lines: Line[], from: number, to: number): number {
  let following = 0;
  let namesList = false;
  for (let index = to - 1; index >= from && following <= LIST_FOOTER_LINES_MAX; index--) {
    const line = lines[index] as Line;
    if (SIGNATURE_RULE.test(line.text)) {
      const isSignature = following <= 3 && /^[_—–―]/u.test(line.text);
      const isOver =
        isSignature || (!isUnderline(lines, index, from) && hasContacts(lines, index + 1, to, 1));
      return namesList || isOver ? index : -1;
    }
    namesList ||=
      /mailing list|listinfo|unsubscribe|google groups?|you received this (?:message|email) because/i.test(
        line.text,
      );
    if (line.isCode || line.text.length > 100) return -1;
    if (!isBlank(line)) following++;
  }
  return -1;
}

/** A rule right below words makes a heading of them: what follows is a section of the text. */
function isUnderline(lines: Line[], index: number, from: number): boolean {
  const above = lines[index - 1];
  if (index <= from || above === undefined || isBlank(above)) return false;
  return (
    !/^[_—–―]/u.test(lines[index]?.text ?? "") && !/[.,!。！]$/u.test(above.text) && !CLOSING.test(above.text)
  );
}

const ARMOUR_LINES_MAX = 80;

/** The first line of a PGP signature in ASCII armour (RFC 9580, 6.2) that ends before `to`, or -1. */
function findArmourStart(lines: Line[], from: number, to: number): number {
  for (let index = to - 1; index >= Math.max(from, to - ARMOUR_LINES_MAX); index--)
    if (/^-----BEGIN PGP SIGNATURE-----$/.test(lines[index]?.text ?? "")) return index;
  return -1;
}

/** Over "Sent from Mailbox". */
const LONE_DASH = /^[-–—]$/;

function trimFooters(lines: Line[], from: number, to: number): number {
  let end = to;
  while (end > from) {
    const line = lines[end - 1] as Line;
    const armour = /^-----END PGP SIGNATURE-----$/.test(line.text) ? findArmourStart(lines, from, end) : -1;
    if (armour < 0 && !isBlank(line) && !isRule(line) && !LONE_DASH.test(line.text) && !isFooter(line)) break;
    end = armour >= 0 ? armour : end - 1;
  }
  return end;
}

/** `-- ` of RFC 3676, `- -- ` within PGP's cleartext, or `--` and its typographic kin, with few enough lines after it. */
function findSignatureDelimiter(lines: Line[], from: number, to: number): number {
  let following = 0;
  let found = -1;
  for (let index = to - 1; index >= from; index--) {
    const line = lines[index] as Line;
    if (line.isCode) break;
    if (/^(?:- )?(?:--|––|——)$/u.test(line.text)) {
      const max = /^-- $/.test(line.raw) ? SIGNATURE_LINES_MAX : LOOSE_SIGNATURE_LINES_MAX;
      if (following <= max) found = index;
    }
    if (!isBlank(line)) following++;
    if (following > SIGNATURE_LINES_MAX) break;
  }
  return found;
}

const CONTACT_LINES_MAX = 14;
/** Under these words stands a name, and under the name whatever a firm wants to be there. */
const CLOSING =
  /^(?:(?:kind|best|warm|warmest|many|with (?:kind|best))? ?(?:regards|wishes)|(?:yours )?(?:sincerely|truly|faithfully)(?: yours)?|cheers|thanks|thank you|many thanks|thanks and regards|(?:mit )?(?:freundlich|best|herzlich|lieb|viel|schön)e[nm]? (?:grü(?:ß|ss)en?|gruß|gruss)|mfg|lg|vg|(?:bien )?cordialement|(?:bien )?à vous|salutations|bien à toi|sincères salutations|(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|atenciosamente|att|cumprimentos|(?:com os )?melhores cumprimentos|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groet(?:en|jes)?|mvg|med vänlig(?:a)? hälsning(?:ar)?|vänliga hälsningar|hälsningar|med venlig hilsen|venlig hilsen|mvh|med vennlig hilsen|vennlig hilsen|ystävällisin terveisin|terveisin|z poważaniem|pozdrawiam|s pozdravem|s pozdravom|üdvözlettel|cu stimă|srdačan pozdrav|lep pozdrav|с уважением|з повагою|поздрави|с уважение|με εκτίμηση|saygılarımla|iyi çalışmalar|בברכה|مع أطيب التحيات|تحياتي|よろしくお願いします|此致|祝好|감사합니다|trân trọng|salam|hormat kami)[ ,.!-]*$/iu;
const PHONE =
  /^(?:(?:tel|tél|telefon|telephone|téléphone|teléfono|telefono|phone|ph|mob|mobile?|mobil|mobiltelefon|cell|cel|celular|móvil|direct|office|fax|hotline|whatsapp|t|m|p|f|c|d|o|тел|моб|電話|电话|手机|전화)\p{P}{0,2} ?){1,2}[:：.]? ?\+?[\d(][\d\s()./+-]{5,}\d(?:\W.*)?$|^\+ ?[\d(][\d\s()./-]{7,}\d$|^(?!(?:19|20)\d\d[./-])\(?\d{2,5}\)? ?[\s./-] ?\d{2,8}(?:[\s./-]\d{2,6}){0,4}$/iu;
const WEB =
  /^(?:(?:web|website|www|internet|homepage|site|url)[:：.]? ?)?<?(?:https?:\/\/|www\.)[^\s<>]+>?$/iu;
const MAIL =
  /^(?:(?:e-?mail|mail|courriel|correo|e)[:：.]? ?)?<?[^\s<>@]{1,64}@[^\s<>@]+\.[a-z]{2,}>?(?: ?[<[].*)?$/iu;

/**
 * Title, firm, telephone and web address under a closing and a name, with no delimiter over them: the first line to
 * cut, or -1. The closing and the name stay. Certain signs only: a closing, and under the name two lines or more that
 * hold nothing but a telephone number, an address of the web or of mail, and no long line.
 */
function findContactDetails(lines: Line[], from: number, to: number): number {
  let following = 0;
  for (let index = to - 1; index > from && following <= CONTACT_LINES_MAX; index--) {
    const line = lines[index] as Line;
    if (line.text.length > 120) return -1;
    if (CLOSING.test(line.text)) {
      let name = index + 1;
      while (name < to && isBlank(lines[name])) name++;
      return hasContacts(lines, name + 1, to, 2) ? name + 1 : -1;
    }
    if (!isBlank(line)) following++;
  }
  return -1;
}

function hasContacts(lines: Line[], from: number, to: number, min: number): boolean {
  const isContact = (line: Line) => [PHONE, WEB, MAIL].some((pattern) => pattern.test(line.text));
  const signature = lines.slice(from, to);
  if (signature.some((line) => /[?？]$|\p{Ll}{2} \p{Ll}.*[.!]$/u.test(line.text))) return false;
  return signature.filter(isContact).length >= min;
}
