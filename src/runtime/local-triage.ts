/** Trains the local classifier once for each state of the desk's corrections, and not for each ticket. */
import type { Classifier, TriageExample } from "../core/triage.ts";
import { createLocalClassifier } from "../triage/local/local-classifier.ts";

export function createLocalTriage(): (examples: TriageExample[]) => Classifier {
  let trainedOn: string | null = null;
  let classifier: Classifier | null = null;
  return (examples) => {
    const state = JSON.stringify(examples);
    if (classifier === null || state !== trainedOn) {
      classifier = createLocalClassifier({ examples });
      trainedOn = state;
    }
    return classifier;
  };
}
