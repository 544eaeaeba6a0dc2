import { REDACTION_KINDS, type RedactionKind } from "../core/redaction.ts";
import type { SettingsReader } from "./settings-reader.ts";

export interface GeminiConfig {
  apiKey: string;
  model: string;
  baseUrl: string | null;
  timeoutMs: number;
  /** What is taken out of a ticket before it leaves. */
  redact: RedactionKind[];
  /** Of a million tokens, in a currency of the operator's; null where they are not set. */
  prices: { in: number; out: number } | null;
  /** Hosts that notes may link to; a leading dot means every host below. */
  linkHosts: string[];
}

const REDACT_FIX = `Set off, or some of: ${REDACTION_KINDS.join(", ")}.`;

export function readGemini(reader: SettingsReader): GeminiConfig | null {
  const apiKey = reader.text("GEMINI_API_KEY");
  const timeoutMs = reader.integer("GEMINI_TIMEOUT_MS", { fallback: 20_000, min: 100, max: 120_000 });
  const baseUrl = reader.httpUrl("GEMINI_BASE_URL");
  const redact = readRedact(reader);
  const prices = readPrices(reader);
  const linkHosts = reader.list("TRIAGE_LINK_HOSTS").map((host) => readHost(reader, host));
  const model = reader.textOr("GEMINI_MODEL", "gemini-2.5-flash");
  if (apiKey === null) return null;
  return { apiKey, model, baseUrl, timeoutMs, redact, prices, linkHosts };
}

function readRedact(reader: SettingsReader): RedactionKind[] {
  const wanted = reader.list("GEMINI_REDACT", "cards, ibans, secrets").map((kind) => kind.toLowerCase());
  if (wanted.length === 1 && wanted[0] === "off") return [];
  const known = REDACTION_KINDS.filter((kind) => wanted.includes(kind));
  if (known.length !== new Set(wanted).size) {
    reader.report("GEMINI_REDACT", "it names something that cannot be taken out.", REDACT_FIX);
  }
  return known;
}

function readPrices(reader: SettingsReader): GeminiConfig["prices"] {
  const problemsBefore = reader.problemCount;
  const paid = readPrice(reader, "GEMINI_PRICE_IN");
  const earned = readPrice(reader, "GEMINI_PRICE_OUT");
  if ((paid === null && earned === null) || reader.problemCount > problemsBefore) return null;
  if (paid === null || earned === null) {
    const missing = paid === null ? "GEMINI_PRICE_IN" : "GEMINI_PRICE_OUT";
    reader.report(missing, "it is missing, and the other price is set.", "Set both, or neither.");
    return null;
  }
  return { in: paid, out: earned };
}

function readPrice(reader: SettingsReader, key: string): number | null {
  const text = reader.text(key);
  if (text === null) return null;
  if (/^\d{1,6}(?:\.\d{1,6})?$/.test(text)) return Number(text);
  reader.report(key, "it is not a price.", "Set what a million tokens cost, such as 0.30.");
  return null;
}

function readHost(reader: SettingsReader, host: string): string {
  if (/^\.?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i.test(host)) return host.toLowerCase();
  reader.report(
    "TRIAGE_LINK_HOSTS",
    "it has something that is not a host name.",
    "Example: help.example.com, .corp.example.com",
  );
  return host;
}
