/** The model of the configuration, or null: then the local classifier triages. */
import type { Config } from "../config.ts";
import type { Log } from "../core/log.ts";
import type { Classifier } from "../core/triage.ts";
import { createGeminiClassifier } from "../triage/gemini.ts";

export function createModel({ gemini }: Pick<Config, "gemini">, log: Log): Classifier | null {
  if (gemini === null) return null;
  const { baseUrl, ...settings } = gemini;
  return createGeminiClassifier({ ...settings, log, ...(baseUrl === null ? {} : { baseUrl }) });
}
