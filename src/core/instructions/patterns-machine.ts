/** What is said to a machine about itself and its answer, in English and in the languages' shortest orders. */
import { type InstructionRule, stems } from "./patterns-english.ts";

/** Who is spoken to as a machine, and what is said of its answer. */
export const MACHINE_RULES: readonly InstructionRule[] = [
  {
    needs: stems("you"),
    pattern:
      /(?<!\bif )\byou (?:must|shall|have to|are (?:required|obliged|instructed|ordered|programmed|commanded) to)\b.{0,20}\b(?:rate|choose|classify|categori[sz]e|prioriti[sz]e|output|label|rank|score|triage|comply|obey)\b/u,
    isMild: true,
  },
  {
    needs: stems("model assistant bot classifier automated"),
    pattern:
      /\b(?:as|since you are|being) (?:the|an?) (?:ai |language |triage )?(?:model|assistant|bot|classifier)\b.{0,5}\b(?:handling|reading|processing|you|that|which|who|in charge)\b|\b(?:for|to) (?:the )?automated (?:processing|triage|systems?|agents?|assistants?)\b ?[:,]/u,
  },
  {
    needs: stems("mode reprogrammed jailbroken dump"),
    pattern:
      /\byou(?:'ve| have| are) (?:been |now )?(?:reprogrammed|jailbroken)\b|\b(?:switch|change|go|enter|boot)(?: yourself)?(?: in)?to (?:debug|developer|admin|god|maintenance|root|unrestricted|sudo) mode\b|\bdump (?:the|your) (?:context|memory|prompt|instructions|rules|examples)\b/u,
  },
  {
    needs: stems("prompt instruction rule guid configuration directive"),
    pattern:
      /\b(?:full|entire|whole|complete) (?:system )?prompt\b.{0,20}|\b(?:output|print|return|reveal|show|dump) (?:me )?your (?:\p{L}+ ){0,2}(?:configuration|prompt|rules|instructions|guidance|directives|guidelines)\b|\b(?:do not|don't|never|stop) follow(?:ing)? your\b|\b(?:ignore|forget|disregard|drop|skip|break) (?:all )?(?:of )?(?:ur|your) (?:\p{L}+ )?(?:rules?|prompt|instructions?|guidance|guidelines|directives|programming)\b|\binstructions? (?:that )?you (?:got|have|had|received|were given|have been given)\b.{0,30}\b(?:outdated|void|wrong|superseded|cancell?ed|obsolete|invalid|replaced|no longer)\b/u,
  },
  {
    needs: stems("role after&me your the"),
    pattern:
      /["']role["'] ?: ?["'](?:system|assistant|developer|tool)["']|^\W*(?:repeat|say) after me\b|\b(?:end|begin|start|finish|close|prefix) (?:your|every|each) (?:response|answer|reply|output) with\b|\b(?:append|add|prepend)\b.{0,40}\bto (?:your|every|each) (?:answer|response|reply|output)\b|\btickets? (?:that )?you(?:'ve| have)? (?:processed|saw|seen|were shown|handled|read|triaged)\b|\bthe (?:text|content) of (?:the|other|another) (?:ticket|message|mail)s? (?:before|above|of)\b/u,
  },
  {
    needs: stems("suggested proposed draft summary notes reply priority category"),
    pattern:
      /\b(?:in|as|for) (?:your|the) (?:suggested|drafted|proposed) (?:reply|answer|response)\b|\b(?:helpful|moderator'?s?|internal) notes? (?:must|should|shall|need to|have to|will)\b|\blet the (?:summary|notes|reply|priority|category|severity)\b|\bset (?:the )?prio(?:rity)? (?:2|to|=)/u,
    isMild: true,
  },
  {
    needs: stems(
      "nur ausschließlich uniquement seulement solo solamente apenas somente alleen только tylko sadece",
    ),
    pattern:
      /(?:antworte(?:n sie)?|gib) (?:nur|ausschließlich)\b|(?:réponds|répondez) (?:uniquement|seulement)|(?:responde|responda|contesta) (?:solo|sólo|solamente|únicamente|apenas|somente)|(?:rispondi|rispondete) (?:solo|soltanto|solamente)|antwoord alleen|отвечай(?:те)? только|ответь(?:те)? только|odpowiedz tylko|sadece .{0,30}(?:cevapla|yanıtla)/u,
  },
  {
    needs: stems("regeln règles consignes reglas regras regole regels zasad правил kural"),
    pattern:
      /(?:ignor|vergiss|umgeh|brich|missacht|befolg|oubli|respect|suis|suivez|caso|sigas|olvid|rompe|esque|siga|dimentic|segui|negeer|vergeet|volg|zapomnij|łam|забудь|следуй|соблюдай|unut)\p{L}*.{0,30}(?:deine|eure|tes|vos|tus|sus|suas|tuas|tue|vostre|je|jouw|twoich|swoich|твои\p{L}*|свои\p{L}*|ваши\p{L}*) (?:\p{L}+ )?(?:regeln|règles|consignes|reglas|regras|regole|regels|zasad|правил|kural)|(?:не следуй|не соблюдай)\p{L}* .{0,15}правил/u,
  },
];
