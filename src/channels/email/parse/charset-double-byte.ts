/** How well bytes fit the charsets of Chinese, Japanese and Korean, by the zones where their common characters lie. */

/** The score of a character of one or two bytes, or null where no such character exists. `trail` is -1 at the end. */
export type DoubleByteRules = (lead: number, trail: number) => { score: number; length: 1 | 2 } | null;

const within = (byte: number, from: number, to: number): boolean => byte >= from && byte <= to;
const pair = (score: number) => ({ score, length: 2 }) as const;

/** Rows A1 to A3 are punctuation, digits and full-width Latin in all of these. */
const PUNCTUATION = 0.8;
/** The space as wide as a character begins paragraphs; as letters of another charset it makes no sense. */
const WIDE_SPACE = 1.5;
const isWideSpace = (lead: number, trail: number): boolean => lead === 0xa1 && trail === 0xa1;

/** GB 2312 has the 3,755 common characters in rows B0 to D7, GBK the rest around them. */
const gb: DoubleByteRules = (lead, trail) => {
  if (!within(lead, 0x81, 0xfe)) return null;
  if (within(trail, 0x30, 0x39)) return pair(-0.5);
  if (!within(trail, 0x40, 0xfe) || trail === 0x7f) return null;
  if (trail < 0xa1 || lead < 0xa1 || lead > 0xf7) return pair(-0.6);
  if (lead <= 0xa3) return pair(isWideSpace(lead, trail) ? WIDE_SPACE : PUNCTUATION);
  if (within(lead, 0xb0, 0xd7)) return pair(1.2);
  return pair(lead < 0xb0 ? -0.2 : 0);
};

/** KS X 1001 has Hangul in rows B0 to C8 and Hanja, which nobody writes any more, in CA to FD. */
const korean: DoubleByteRules = (lead, trail) => {
  if (!within(lead, 0x81, 0xfe)) return null;
  const isStandard = lead >= 0xa1 && within(trail, 0xa1, 0xfe);
  if (!isStandard && !(within(trail, 0x41, 0x5a) || within(trail, 0x61, 0x7a) || within(trail, 0x81, 0xfe))) {
    return null;
  }
  if (!isStandard) return pair(lead <= 0xc6 ? -0.4 : -2);
  if (within(lead, 0xb0, 0xc8)) return pair(1.5);
  if (lead <= 0xa3) return pair(PUNCTUATION);
  return pair(lead === 0xc9 || lead === 0xfe ? -1.5 : -0.5);
};

/** Big5 has the 5,401 common characters in rows A4 to C6, the rare ones in C9 to F9. */
const big5: DoubleByteRules = (lead, trail) => {
  if (!within(lead, 0x81, 0xfe) || !(within(trail, 0x40, 0x7e) || within(trail, 0xa1, 0xfe))) return null;
  // What stands behind C67E is no standard.
  if (lead === 0xc6 && trail > 0x7e) return pair(-1);
  if (within(lead, 0xa4, 0xc6)) return pair(1.25);
  if (lead === 0xa1 && trail === 0x40) return pair(WIDE_SPACE);
  if (within(lead, 0xa1, 0xa3)) return pair(PUNCTUATION);
  return pair(within(lead, 0xc9, 0xf9) ? -0.3 : -1.5);
};

const japaneseEuc: DoubleByteRules = (lead, trail) => {
  if (lead === 0x8e) return within(trail, 0xa1, 0xdf) ? pair(0) : null;
  if (!within(lead, 0xa1, 0xfe) || !within(trail, 0xa1, 0xfe)) return null;
  if (lead === 0xa4 || lead === 0xa5) return pair(trail <= 0xf6 ? 1.4 : -1);
  if (lead === 0xa1 || lead === 0xa3) return pair(PUNCTUATION);
  if (within(lead, 0xb0, 0xcf)) return pair(0.9);
  return pair(within(lead, 0xd0, 0xf4) ? -0.1 : -1);
};

const shiftJis: DoubleByteRules = (lead, trail) => {
  if (within(lead, 0xa1, 0xdf)) return { score: -0.3, length: 1 };
  if (!within(lead, 0x81, 0xfc) || lead === 0xa0) return null;
  if (!within(trail, 0x40, 0xfc) || trail === 0x7f) return null;
  if (lead === 0x82) return trail >= 0x9f ? pair(1.4) : pair(0.6);
  if (lead === 0x83) return pair(trail <= 0x96 ? 1.4 : -0.3);
  if (lead === 0x81) return pair(PUNCTUATION);
  if (within(lead, 0x88, 0x9f)) return pair(0.9);
  return pair(within(lead, 0xe0, 0xea) ? -0.1 : -0.8);
};

interface DoubleByteCharset {
  label: string;
  rules: DoubleByteRules;
  /** Characters that make up a third or more of ordinary text. */
  common: string;
}

const KANA =
  "のにはをたがでてとしれさいるなもかこまうあきらりっくよすけおそせちやわつみめえろじほだどばぶべげごび" +
  "ンスルトーリイラクアシレタカッドジコフプグサマバメテロムデニエ";

export const DOUBLE_BYTE: readonly DoubleByteCharset[] = [
  {
    label: "gb18030",
    rules: gb,
    common:
      "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年过发后作里用道行" +
      "所然家种事成方多经么去法学如都同现当没动面起看定天分还进好小部其些主样理心本前开但因只从想实日军者意无" +
      "力它与长把机十民第公此已工使情明性知全三又关点正业外将两高间由问很最重并物手应战向头文体政美相见被利什" +
      "您请帮处谢通题票件电箱网务信系统服联系价格产品客户订单货款费",
  },
  {
    label: "euc-kr",
    rules: korean,
    common:
      "이다는가에고의을하지은로기어사니리도자를한나인서스시아라그보해대으만수정들부일전여소제구음상주오관요" +
      "과있장우것안성공원세비조유신게야면되습합까했무너문계드와연물",
  },
  {
    label: "big5",
    rules: big5,
    common:
      "的一是不了在人有我他這個們中來上大為和國地到以說時要就出會可也你對生能而子那得於著下自之年過發後作裡用道行" +
      "所然家種事成方多經麼去法學如都同現當沒動面起看定天分還進好小部其些主樣理心本前開但因只從想實日者意無力它" +
      "與長把機十民第公此已工使情明性知全三又關點正業外將兩高間由問很最重並物手應戰向頭文體政美相見被利什您請幫" +
      "處謝通題票件電箱網務信系統服聯繫價格產品客戶訂單貨款費",
  },
  {
    label: "euc-jp",
    rules: japaneseEuc,
    common: `${KANA}日本人会年大社部事者発行電話返信件名様お願先中内問合`,
  },
  {
    label: "shift_jis",
    rules: shiftJis,
    common: `${KANA}日本人会年大社部事者発行電話返信件名様お願先中内問合`,
  },
];

/** Which share of the ideographs, kana and Hangul of a text is among `common`. */
export function shareOf(common: string, text: string): number {
  const letters = text.match(/[\u3041-\u30ff\u3400-\u9fff\uac00-\ud7a3]/g) ?? [];
  return letters.length === 0 ? 0 : letters.filter((char) => common.includes(char)).length / letters.length;
}

/** Of the characters beyond ASCII this share may be broken: a line cut in two, a byte lost on the way. */
const BROKEN_SHARE_MAX = 0.05;
/** One ideograph in the middle of a Latin word is two accented letters. */
const INSIDE_WORD_PENALTY = 3;

/** The same few characters over and over draw a line; they are no words. */
const PATTERN_COUNT_MIN = 12;
const PATTERN_SHARE_MAX = 0.2;
const PATTERN_PENALTY = 2;

/** The average over the characters beyond ASCII, or null where the bytes are not written in these rules. */
export function scoreDoubleByte(bytes: Uint8Array, rules: DoubleByteRules): number | null {
  let sum = 0;
  let count = 0;
  let broken = 0;
  const pairs = new Set<number>();
  for (let at = 0; at < bytes.length; at++) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) continue;
    count++;
    const found = rules(lead, bytes[at + 1] ?? -1);
    if (found === null) {
      broken++;
      continue;
    }
    if (isLatin(bytes[at - 1]) && isLatin(bytes[at + found.length])) sum -= INSIDE_WORD_PENALTY;
    sum += found.score;
    if (found.length === 2) pairs.add(lead * 256 + (bytes[at + 1] ?? 0));
    at += found.length - 1;
  }
  if (pairs.size === 0 || broken > Math.max(count * BROKEN_SHARE_MAX, bytes.length >= 40 ? 1 : 0))
    return null;
  const isPattern = count >= PATTERN_COUNT_MIN && pairs.size < count * PATTERN_SHARE_MAX;
  return (sum - 4 * broken) / count - (isPattern ? PATTERN_PENALTY : 0);
}

function isLatin(byte: number | undefined): boolean {
  return byte !== undefined && (within(byte, 0x41, 0x5a) || within(byte, 0x61, 0x7a));
}
