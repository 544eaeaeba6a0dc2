/** The words by which a ticket is looked up among others. */

const WORDS_MAX = 12;
const SCANNED_LENGTH_MAX = 4_000;

/** Words that stand in tickets of any sort, in the languages that most are written in. */
const COMMON = new Set(
  (
    "about after again also and any are been before being but can cannot could did does doing done dont for from get " +
    "had has have having hello help her here his how into its just like may need needs never not now only our out " +
    "please problem regards see she since some still team thank thanks that the their them then there these they " +
    "thing this those ticket today too trying under use want was what when where which while who why will with work " +
    "working works would you your yours aber auch auf aus bei bin bitte danke das dass dem den der des die diese doch " +
    "ein eine einen einer es fur gruesse hallo hat haben ich ihre ist kann mein meine mehr mit nach nicht noch oder " +
    "schon sein seit sich sie sind und uns unser von was wenn wer werden wie wir wird zum zur avec bonjour ces cette " +
    "dans depuis des elle est les leur merci mais mon nous par pas plus pour pouvez que qui ses son sont sur une vous " +
    "como con del desde esta este gracias hola las los para pero por puede que una"
  ).split(" "),
);

/** Distinct words of three characters or more, with a letter in them, in lower case and in their order; at most 12. */
export function significantWords(...texts: string[]): string[] {
  const scanned = texts.join("\n").slice(0, SCANNED_LENGTH_MAX).normalize("NFKC").toLowerCase();
  const kept = (scanned.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => {
    const length = Array.from(word).length;
    return length >= 3 && length <= 40 && /\p{L}/u.test(word) && !COMMON.has(word);
  });
  return [...new Set(kept)].slice(0, WORDS_MAX);
}
