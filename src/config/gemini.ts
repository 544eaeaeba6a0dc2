import type { SettingsReader } from "./settings-reader.ts";

export interface GeminiConfig {
  apiKey: string;
  model: string;
  baseUrl: string | null;
  timeoutMs: number;
}

export function readGemini(reader: SettingsReader): GeminiConfig | null {
  const apiKey = reader.text("GEMINI_API_KEY");
  const timeoutMs = reader.integer("GEMINI_TIMEOUT_MS", { fallback: 20_000, min: 100, max: 120_000 });
  const baseUrl = reader.httpUrl("GEMINI_BASE_URL");
  if (apiKey === null) return null;
  return { apiKey, model: reader.text("GEMINI_MODEL") ?? "gemini-2.5-flash", baseUrl, timeoutMs };
}
