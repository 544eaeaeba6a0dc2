/** A stand-in for Gemini with a classifier in front of it, for one test. */
import type { Desk, TriageInput } from "../../src/core/triage.ts";
import { createGeminiStandIn, type GeminiBehaviour } from "../../src/demo/gemini-stand-in.ts";
import { createGeminiClassifier, type GeminiOptions as Settings } from "../../src/triage/gemini.ts";

export const DESK: Desk = {
  categories: [
    { name: "Access & Accounts", description: "Passwords, sign-in, permissions" },
    { name: "Hardware", description: "Laptops, printers" },
    { name: "Network", description: "VPN, Wi-Fi" },
    { name: "Billing", description: "Invoices, payments" },
    { name: "Security", description: "Phishing, lost devices" },
  ],
  skills: [
    { name: "VPN", aliases: ["wireguard"] },
    { name: "Java", aliases: [] },
    { name: "JavaScript", aliases: ["js"] },
    { name: "Billing", aliases: ["invoicing"] },
  ],
  examples: [],
};

export function createInput(text: string, title = "Help"): TriageInput {
  return { ticketId: "t-1", title, text, channel: "email" };
}

export interface GeminiOptions extends Partial<Pick<Settings, "redact" | "prices" | "linkHosts">> {
  timeoutMs?: number;
  retryAfterMs?: number;
}

/** `stop` it when done. `logged` has what was logged, as text. */
export async function startGemini(behaviour: GeminiBehaviour, options: GeminiOptions = {}) {
  const { timeoutMs = 5000, retryAfterMs = 1500, ...rest } = options;
  const standIn = await createGeminiStandIn({ behaviour, retryAfterMs });
  const logged: string[] = [];
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const settings = { apiKey: "test-key-0815", model: "gemini-test", baseUrl: standIn.url, timeoutMs };
  const classifier = createGeminiClassifier({ ...settings, ...rest, log: { info: write, warn: write } });
  return { standIn, classifier, settings, logged };
}

/** A log that says nothing. */
export const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
