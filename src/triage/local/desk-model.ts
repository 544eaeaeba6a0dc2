/** The model of one desk: the built-in start, as far as the desk has those categories, and the desk's own examples. */
import type { Desk, TriageExample } from "../../core/triage.ts";
import { SEED_TICKETS } from "./seed/seed.ts";
import { type LabelledDocument, type Model, trainModel } from "./train.ts";

/** What a person of this desk decided says more than a ticket of the start. */
const EXAMPLE_WEIGHT = 2;
const EXAMPLES_MAX = 10_000;
const EXAMPLE_LENGTH_MAX = 6000;

/**
 * Trains a model that knows the desk's categories and no others. A category that the start does not know has its name
 * and description to go by until there are examples.
 */
export function trainDeskModel(desk: Pick<Desk, "categories">, examples: TriageExample[]): Model {
  const names = new Map(desk.categories.map(({ name }) => [foldName(name), name]));
  const seeded = SEED_TICKETS.flatMap(({ text, category }) => {
    const name = names.get(foldName(category));
    return name === undefined ? [] : [{ title: "", text, label: name }];
  });
  const learned = examples.slice(0, EXAMPLES_MAX).flatMap(({ text, category }): LabelledDocument[] => {
    const name = category === null ? undefined : names.get(foldName(category));
    if (name === undefined) return [];
    return [{ title: "", text: text.slice(0, EXAMPLE_LENGTH_MAX), label: name, weight: EXAMPLE_WEIGHT }];
  });
  return trainModel([...describeCategories(desk, seeded), ...seeded, ...learned]);
}

/** A name is one example; for a category without a start, each piece of its description is another. */
function describeCategories(desk: Pick<Desk, "categories">, seeded: LabelledDocument[]): LabelledDocument[] {
  const known = new Set(seeded.map(({ label }) => label));
  return desk.categories.flatMap(({ name, description }) => {
    const described = { title: name, text: description, label: name };
    if (known.has(name)) return [described];
    const pieces = description.split(/[,;.、。]/u).filter((piece) => /\p{L}/u.test(piece));
    return [
      described,
      { ...described, text: "" },
      ...pieces.map((text) => ({ title: "", text, label: name })),
    ];
  });
}

function foldName(name: string): string {
  return name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Changes when the desk's categories or the examples change: then the model has to be trained again. */
export function fingerprintDesk(desk: Pick<Desk, "categories">, examples: TriageExample[]): string {
  let hash = 0x811c9dc5;
  const add = (text: string) => {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  };
  for (const { text, category } of examples) {
    add(text);
    add(category ?? "");
  }
  const names = desk.categories.map(({ name, description }) => `${name}\u001f${description}`);
  return `${names.join("\u001e")}\u001e${examples.length}\u001e${hash >>> 0}`;
}
