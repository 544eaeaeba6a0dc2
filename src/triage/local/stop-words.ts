/** The commonest words by language, folded as tokenise.ts folds: for telling languages apart and for dull evidence. */

const LISTS: Record<string, string> = {
  en: "a about after all also am an and any are as at be because been before but by can could did do does doing done dear else every for from get had has have he hello help her hi him his how i if in into is it its just know let like me more most my need no not now of off on once one only or other our out over own per please regards s she should since so some such t than thank thanks that the their them then there these they this those through to too under until up us use used using very via was we were what when where which while who why will with would yet you your",
  de: "aber als am an auch auf aus bei beim bin bis bitte da damit danke das dass dem den der des die diese dieser dieses doch durch ein eine einem einen einer eines er es fur gibt gruss grussen guten habe haben hallo hat ich ihr ihre im in ist ja kann kein keine konnen man mehr mein meine meinem meinen mich mir mit nach nicht noch nur oder ohne schon sehr sehr geehrte sein seit sich sie sind so uber um und uns unser unsere unter vielen vom von vor war was wegen wenn werden wie wieder wir wird wurde zu zum zur",
  fr: "ai alors apres au aucun aussi autre aux avec avez avoir avons bonjour car ce cela ces cet cette chez comme cordialement d dans de depuis des du elle en encore est et etait ete etre fait il ils j je jour l la le les leur lors m ma mais me merci mes moi mon n ne nos notre nous on ont ou par pas peut plus pour pouvez puis qu quand que quel qui s sa sans se ses si son sont sur ta te toujours tous tout tres un une vos votre vous y",
  es: "al algo algun alguna ante antes aqui asi aun ayer buenas buenos cada como con cuando de del desde dias donde dos el ella en entre era es esa ese eso esta estan estar este esto estoy fue gracias ha haber hace han hasta hay hola la las le les lo los mas me mi mis muy necesito ni no nos nuestra nuestro o otra otro para pero por porque puede pueden puedo que quien saludos se ser si sin sobre son su sus tambien tengo tiene todo todos tras tu un una uno unos usted y ya yo",
  pt: "a agora ainda ao aos apos as ate bom com como da das de dela dele depois desde dia do dos e ela ele em entre era essa esse esta estao estou eu foi ha isso isto ja la mais mas me mesmo meu meus minha muito na nao nas nem no nos nossa nosso num numa o obrigada obrigado ola onde os ou para pela pelo por porque posso preciso quando que quem sao se sem ser seu seus so sobre sua tambem tem tenho todo todos um uma voce voces",
  it: "abbiamo ai al alla anche avete buongiorno c che chi ci come con cosa cui da dal dalla degli dei del della delle di dopo dove e ed era essere fa gli grazie ha hanno ho i il in io l la le lei lo loro ma me mi mia mio molto ne nei nel nella no noi non nostra nostro o ogni per perche piu poi posso puo quale quando quella quello questa questo saluti salve se sei si siamo sono su sua sul sulla suo te ti tra tu tutti tutto un una uno vi",
  nl: "aan af al alle als ben bij dan dat de deze die dit door een en er geen goedemorgen graag groet groeten had heb hebben heeft het hij hoe hun ik in is ja je kan kunnen maar meer met mij mijn moet na naar niet nog nu of om omdat onder ons onze ook op over sinds te tot u uit uw van veel voor waar wat we weer wel werd wij wil wordt worden zal ze zich zij zijn zonder",
  sv: "alla allt att av bli blir da de den denna det detta dig din du efter ej eller en er ett fran for fore ga gar ha hade hande har hej hur i igen icke ingen inte ja jag kan kunde man med mig min mina mot mycket nagon nar nej ni nu och om oss pa sa sedan sig sin ska som tack till under upp ut utan vad var vara vi vid vill",
  da: "af alle at blev blive da de dem den der deres det dette dig din du efter eller en end er et for fra han har havde hej her hilsen hun hvad hvis hvor i ikke ind jeg kan kunne man mange med meget men mig min mit mod ned noget nogle nu nar og ogsa om op os over pa sig sin skal som tak til ud under var ved vi vil",
  pl: "aby ale bardzo bez bo by byc byl byla co czy dla do dzien dobry dziekuje gdy gdzie go ich i ja jak jako je jego jest jestem juz kiedy ktora ktore ktory lub ma mam mi mnie moge moj moja mozna na nad nam nas nie nim o od oraz po pod pozdrawiam prosze przez przy sa sie ta tak tego tej ten to tylko tym u w we wiec z za ze",
  tr: "ama ancak bana ben bir biz bu bunu cok da daha de degil diye en gibi hic icin ile ise iyi kadar ki lutfen merhaba mi mu ne neden nasil o olarak oldu olan once onu sonra sen siz su tesekkurler tum ve veya var ya yok",
};

const BY_LANGUAGE = new Map(
  Object.entries(LISTS).map(([language, words]) => [language, new Set(words.split(" "))] as const),
);

/** How many of the lists hold a word: "de" says less about the language than "nicht". */
const SPREAD = new Map<string, number>();
for (const words of BY_LANGUAGE.values()) {
  for (const word of words) SPREAD.set(word, (SPREAD.get(word) ?? 0) + 1);
}

/** A word of the commonest of any language: no evidence for anything. */
export function isStopWord(foldedWord: string): boolean {
  return SPREAD.has(foldedWord);
}

/** For each language, how strongly the word speaks for it: 1 where it is in no other list. */
export function weighLanguages(foldedWord: string): { language: string; weight: number }[] {
  const spread = SPREAD.get(foldedWord);
  if (spread === undefined) return [];
  return [...BY_LANGUAGE]
    .filter(([, words]) => words.has(foldedWord))
    .map(([language]) => ({ language, weight: 1 / spread }));
}
