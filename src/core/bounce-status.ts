/** Status codes of bounces: RFC 3463 where they give one, else what their reply code or their words come to. */
import type { BounceReport } from "./inbound.ts";

/** The first enhanced status code (RFC 3463) in a text, e.g. `5.1.1`; an IP address or a version is none. */
export function readStatus(text: string): string | null {
  return /(?<![\w.\-/])[245]\.[0-7]\.\d{1,3}(?![.-]?\w)/.exec(text)?.[0] ?? null;
}

const NOUN = "(?:user|recipient|mailbox|account|address|customer|subscriber|alias|e-?mail account)";

/** What is said where no enhanced code is given, with the code that RFC 3463 has for it. The first that fits counts. */
const WORDS: readonly [RegExp, string][] = [
  [
    /(?:mail|in)?box(?: is|'s)?(?: (?:currently|over))* ?(?:full|exceed|over)|over ?quota|quota (?:is )?(?:exceeded|full|exceed)|exceed(?:s|ed|ing)? (?:the |its |his |storage )*(?:quota|allotment|allocation)|disk ?quota|insufficient (?:disk|storage)|not enough (?:storage|space)|storage (?:quota|limit)|postfach (?:ist )?(?:voll|überfüllt)|bo[iî]te .{0,20}pleine|buz[óo]n .{0,20}lleno|casella .{0,20}piena|caixa .{0,20}cheia|ящик .{0,20}переполнен|メールボックス.{0,20}(?:いっぱい|容量)|容量.{0,10}超/iu,
    "5.2.2",
  ],
  [
    /(?:message|mail|e-?mail)(?: body)? (?:size )?(?:is |was )?(?:too (?:large|big)|exceeds|larger than)|size (?:limit|exceed)|exceeds? .{0,40}(?:maximum|size)|too large/i,
    "5.3.4",
  ],
  [
    new RegExp(
      `(?:unknown|no such|invalid|non-?existent|unrouteable|unrecognized|illegal|bad destination|not a valid|no valid) (?:\\w+ ){0,2}${NOUN}|${NOUN}(?: \\S{1,80})? ?(?:is |was |has been )?(?:unknown|not (?:found|known|listed|recognized|valid|exist)|unavailable|does(?: not|n't) exist|invalid|rejected)|(?:does(?: not|n't)|did not) (?:exist|have an?\\b.{0,40}account)|user(?:name)? \\S{0,80} ?not|no mailbox (?:here )?by that name|no such (?:local )?(?:user|person)|there is no (?:such|one)|unrouteable address|is not a (?:valid|known)|have an? \\S+ account|that's not a valid user|empfänger.{0,30}unbekannt|existe pas|no existe|não existe|non esiste|не (?:существует|найден)|not listed in|宛先不明|存在し(?:ません|ない)|リストにありません|不存在`,
      "iu",
    ),
    "5.1.1",
  ],
  [
    /(?:host|domain|name server|mx)(?: name)?(?: \S{1,80})? ?(?:is |was )?(?:unknown|not found|not known|unresolv|does(?: not|n't) exist|lookup fail)|(?:unknown|no such|bad|invalid) (?:host|domain)|unable to resolve|couldn't find any host|cannot find (?:your )?(?:domain|host)|domain name not found|no (?:mx|dns) /i,
    "5.1.2",
  ],
  [/malformed|syntax error|bad (?:address|recipient) syntax|incorrectly constructed/i, "5.1.3"],
  [
    /(?:account|mailbox|user|address)(?: \S{1,80})? ?(?:is |was |has been )?(?:disabled|suspended|inactive|deactivated|closed|locked|blocked|expired|no longer)|no longer (?:active|valid|available|in use)|disabled (?:due|account)/i,
    "5.2.1",
  ],
  [
    /spam|blacklist|blocklist|black ?list|blocked|policy|content|virus|banned|dmarc|spf|dkim|reputation|relay(?:ing)? (?:access )?(?:denied|not|prohibited)|unable to relay|not allowed|not permitted|refused|denied|unauthori[sz]ed|not (?:a )?member|permission|prohibited|moderat|rejected by/i,
    "5.7.1",
  ],
  [
    /retry time(?:out)? (?:not reached|exceeded)|retry timeout|timed? ?out|expired|too long|exceeded the maximum time|given up after|could not (?:connect|establish)|couldn't (?:connect|establish)|connection (?:refused|reset|timed|dropped)|network (?:is )?unreachable|no (?:route|response)|unreachable|not respond|timeout|did not respond|delayed|temporar|for the last \d+ seconds|accept our requests? to connect|socket error|failed \d+ attempts|all hosts|not accepting/i,
    "4.4.7",
  ],
];

const CODE = /(?:^|[^\d.\w])([45])[0-5]\d(?:[ \-#]+|: ?)(?=\D)/m;

/**
 * The status that a bounce's text comes to: its enhanced code, else its SMTP reply code (or a failure without any)
 * with what the words say, else `<class>.0.0`; null where neither a code nor a word says anything.
 */
export function readTextStatus(text: string): string | null {
  const stated = readStatus(text);
  if (stated !== null && !/^[45]\.0\.0$/.test(stated)) return stated;
  const reply = CODE.exec(text);
  const words = WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
  const kind = stated?.[0] ?? reply?.[1] ?? null;
  if (kind === null) return words;
  return words === null ? `${kind}.0.0` : `${kind}${words.slice(1)}`;
}

/** Class 5 is for good and class 4 is not (RFC 3463); but a full mailbox (x.2.2) may empty itself. */
export function decideBounceKind(isDelay: boolean, status: string | null): BounceReport["kind"] {
  if (isDelay || status?.startsWith("4")) return "soft";
  return status !== null && /^\d\.2\.2$/.test(status) ? "soft" : "hard";
}

/**
 * Does the bounce say that nobody can be reached at its recipient? A refusal for what the mail holds, who sent it or
 * what the server can do (x.7.x, x.6.x, x.5.x, x.3.x, x.1.7, x.1.8, x.2.3 and the like) says nothing about the address.
 */
export function condemnsAddress({ kind, status }: Pick<BounceReport, "kind" | "status">): boolean {
  return kind === "hard" && (status === null || /^5\.(?:0\.0|1\.(?![78]$)\d+|2\.[01]|4\.4)$/.test(status));
}
