/** Notes that help whoever takes the ticket: facts quoted from the message, and what to check first. */
import { normaliseSkill } from "../../core/skills.ts";

export interface Notes {
  /** Lines of plain text. */
  helpfulNotes: string;
  /** The facts, verbatim, each with the line's label. */
  facts: { label: string; quote: string }[];
}

const READ_LENGTH_MAX = 20_000;
const FACTS_MAX = 6;

const FACT_PATTERNS: [string, RegExp][] = [
  ["Error", /(?<![\p{L}\p{N}])0x[0-9a-f]{4,16}(?![\p{L}\p{N}])/giu],
  [
    "Error",
    /(?<![\p{L}\p{N}])(?:error|fehler(?:code)?|erreur|errore?|erro|c[óo]digo|code|http|status|エラー)[ :#]{0,3}(?:code[ :]{0,2})?(?:\d{2,6}|[A-Z]{2,6}[-_]?\d{2,6})(?:[._]\d{1,4})*(?![\p{L}\p{N}])/giu,
  ],
  [
    "Error",
    /(?<![\p{L}\p{N}])(?:ERR_[A-Z_]{3,60}|E[A-Z]{4,14}(?=[\s:,.)])(?<=E(?:CONNREFUSED|CONNRESET|TIMEDOUT|ACCES|NOTFOUND|HOSTUNREACH|PERM|EXIST)))/gu,
  ],
  ["Address", /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2}|:\d{2,5})?(?![\d.])/gu],
  [
    "Host",
    /(?<![@\p{L}\p{N}.-])(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,5}(?:com|net|org|io|dev|app|local|internal|corp|lan|example|test|de|fr|es|pt|jp|eu)(?![\p{L}\p{N}-])/giu,
  ],
  ["Device", /(?<![\p{L}\p{N}-])[A-Z]{2,6}-(?:[A-Z]{1,6}-)?\d{2,6}(?![\p{L}\p{N}-])/gu],
  [
    "Number",
    /(?<![\p{L}\p{N}])(?:invoice|order|po|purchase order|rechnung|bestellung|facture|commande|factura|pedido|fatura|請求書|注文)[ :#]{0,3}(?:no\.?|nr\.?|number|nummer|n[ºo°])?[ :#]{0,2}[A-Z]{0,4}-?\d[\d-]{2,20}(?![\p{L}\p{N}])/giu,
  ],
  [
    "Version",
    /(?<![\p{L}\p{N}.])(?:v(?:ersion)? ?\d{1,4}(?:\.\d{1,6}){1,3}|(?:windows|macos|android|ios|ubuntu) \d{1,4}(?:\.\d{1,3}){0,2})(?![\p{L}\p{N}])/giu,
  ],
  [
    "When",
    /(?<![\p{L}\p{N}])(?:by (?:noon|tonight|tomorrow|(?:next )?(?:mon|tues|wednes|thurs|fri|satur|sun)day|end of (?:the )?(?:day|week|month))|until (?:tomorrow|(?:mon|tues|wednes|thurs|fri)day)|since (?:this morning|yesterday|today|(?:mon|tues|wednes|thurs|fri|satur|sun)day|noon|last week|\d{1,2}(?::\d{2})?(?: ?(?:am|pm|o['’]clock))?)|in (?:an|one|two|\d{1,2}) hours?|bis (?:heute|morgen|montag|dienstag|mittwoch|donnerstag|freitag)|seit (?:heute|gestern|montag|dienstag|mittwoch|donnerstag|freitag)(?: (?:morgen|mittag|fr[üu]h))?|depuis (?:ce matin|hier|lundi|mardi)|desde (?:ayer|hoy|esta ma[ñn]ana|ontem|hoje))(?![\p{L}\p{N}])/giu,
  ],
];

/** What is usually asked first, by category of the start. A desk's own category has none. */
const CHECKLISTS: Record<string, string[]> = {
  accessaccounts: [
    "Is the account locked, expired or disabled?",
    "Has the manager approved what is asked for?",
  ],
  hardware: [
    "Which device is it, and is it under warranty?",
    "Does another cable, port or power supply help?",
  ],
  software: [
    "Which version is it, and since which change?",
    "Does it happen to others, or on another computer?",
  ],
  network: ["One person or the whole site?", "Cable, Wi-Fi or VPN, and since when?"],
  emailcalendar: ["Does webmail show the same?", "For bounces: ask for the whole returned message."],
  billing: ["Which invoice or order, and which amount?", "Do the contract and the payment record agree?"],
  product: ["Can it be repeated, and with which steps?", "Is it a known defect or on the roadmap?"],
  security: [
    "Contain first: change the password, end sessions, isolate the device.",
    "Keep the evidence: do not delete mails or logs.",
  ],
};

/** Facts found in the message, then a short checklist for the category. */
export function writeNotes(message: { title: string; text: string }, category: string): Notes {
  const facts = findFacts(message);
  const factLines = facts.map(({ label, quote }) => `${label}: ${quote}`);
  const checks = (CHECKLISTS[normaliseSkill(category)] ?? []).map((line) => `Check: ${line}`);
  return { helpfulNotes: [...factLines, ...checks].join("\n"), facts };
}

function findFacts(message: { title: string; text: string }): { label: string; quote: string }[] {
  const facts: { label: string; quote: string }[] = [];
  const seen = new Set<string>();
  for (const [label, pattern] of FACT_PATTERNS) {
    for (const part of [message.title, message.text.slice(0, READ_LENGTH_MAX)]) {
      for (const match of part.matchAll(pattern)) {
        const quote = match[0].replace(/\s+/gu, " ").trim();
        const folded = quote.toLowerCase();
        if (seen.has(folded) || facts.length === FACTS_MAX) continue;
        seen.add(folded);
        facts.push({ label, quote });
      }
    }
  }
  return facts;
}
