/** Sentences for the benchmark's mails, in several languages and charsets. */
import type { Random } from "./random.ts";

export interface Language {
  /** The charset that mails in this language are sent in here, as iconv-lite calls it. */
  charset: string;
  greeting: string;
  closing: string;
  wrote: string;
  words: readonly string[];
}

const split = (text: string): string[] => text.split(" ");

const ENGLISH = split(
  "the printer on our second floor does not answer since this morning and nobody can print the labels that we need " +
    "for today please look at it when you have a minute because we tried to restart the router twice but it still " +
    "shows error code in red invoice from March seems to contain an amount that was never ordered could you check " +
    "whether my account has been locked again after three attempts VPN connects for some seconds then drops thanks",
);
const GERMAN = split(
  "der Rechner im Büro zeigt seit gestern nur noch einen schwarzen Bildschirm und läßt sich nicht mehr einschalten " +
    "können Sie bitte prüfen ob die Rechnung für März schon bezahlt wurde ich habe mein Kennwort vergessen möchte " +
    "aber über die neue Adresse wieder Zugang erhalten außerdem fehlt uns ein Schlüssel für das Gerät Grüße",
);
const FRENCH = split(
  "bonjour depuis hier matin l'imprimante du troisième étage ne répond plus et nous n'arrivons pas à recevoir les " +
    "fichiers envoyés par le siège pourriez-vous vérifier que mon compte n'a pas été bloqué après la mise à jour merci",
);
const JAPANESE = split(
  "お世話になっております 昨日から プリンターが 動きません 再起動しても 同じ エラーが 表示されます ご確認 ください よろしく お願いします",
);
const RUSSIAN = split(
  "здравствуйте со вчерашнего дня не работает принтер на втором этаже и мы не можем войти в систему проверьте " +
    "пожалуйста счёт за март спасибо",
);

export const LANGUAGES: readonly (Language & { share: number })[] = [
  {
    share: 0.62,
    charset: "utf-8",
    greeting: "Hello,",
    closing: "Kind regards",
    wrote: "wrote:",
    words: ENGLISH,
  },
  { share: 0.08, charset: "us-ascii", greeting: "Hi,", closing: "Thanks", wrote: "wrote:", words: ENGLISH },
  {
    share: 0.1,
    charset: "iso-8859-1",
    greeting: "Guten Tag,",
    closing: "Mit freundlichen Grüßen",
    wrote: "schrieb:",
    words: GERMAN,
  },
  {
    share: 0.08,
    charset: "windows-1252",
    greeting: "Bonjour,",
    closing: "Cordialement",
    wrote: "a écrit :",
    words: FRENCH,
  },
  {
    share: 0.05,
    charset: "utf-8",
    greeting: "サポート様",
    closing: "よろしくお願いします",
    wrote: "wrote:",
    words: JAPANESE,
  },
  {
    share: 0.07,
    charset: "koi8-r",
    greeting: "Здравствуйте,",
    closing: "С уважением",
    wrote: "пишет:",
    words: RUSSIAN,
  },
];

export function pickLanguage(random: Random): Language {
  let left = random.next();
  for (const language of LANGUAGES) {
    left -= language.share;
    if (left < 0) return language;
  }
  return LANGUAGES[0] as Language;
}

export function writeSentence(random: Random, { words }: Language): string {
  const sentence = Array.from({ length: random.whole(6, 18) }, () => random.pick(words)).join(" ");
  return `${sentence}.`;
}

/** Paragraphs, each on one line. */
export function writeParagraphs(random: Random, language: Language, count: number): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length: random.whole(1, 4) }, () => writeSentence(random, language)).join(" "),
  );
}
