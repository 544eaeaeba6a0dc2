/** The model of one desk: the built-in start, as far as the desk has those categories, and the desk's own examples. */
import type { Desk, TriageExample } from "../../core/triage.ts";
import { SEED_TERMS, SEED_TICKETS, type SeedTicket } from "./seed/seed.ts";
import { type LabelledDocument, type Model, trainModel } from "./train.ts";

/** Tickets of the start in categories that the desk does not have: they teach what ordinary words are worth. */
const BACKGROUND = "\u0000";
/** A single term says less than a ticket. */
const TERM_WEIGHT = 0.5;
/** What a person of this desk decided says more than a ticket of the start. */
const EXAMPLE_WEIGHT = 2;
const EXAMPLES_MAX = 10_000;
/** The start's tickets are easier than real ones: until the desk has so many of its own, be no surer than without them. */
const EXAMPLES_TRUSTED_FROM = 200;
const EXAMPLE_LENGTH_MAX = 6000;

/**
 * Trains a model that knows the desk's categories and no others. A category that the start does not know has its name
 * and description to go by until there are examples.
 */
export function trainDeskModel(desk: Pick<Desk, "categories">, examples: TriageExample[]): Model {
  const names = new Map(desk.categories.map(({ name }) => [foldName(name), name]));
  const fromStart = (tickets: SeedTicket[], weight: number): LabelledDocument[] =>
    tickets.map(({ text, category }) => {
      const label = names.get(foldName(category)) ?? `${BACKGROUND}${category}`;
      return { title: "", text, label, weight };
    });
  const start = [...fromStart(SEED_TICKETS, 1), ...fromStart(SEED_TERMS, TERM_WEIGHT)];
  const learned = examples.slice(0, EXAMPLES_MAX).flatMap(({ text, category }): LabelledDocument[] => {
    const name = category === null ? undefined : names.get(foldName(category));
    if (name === undefined) return [];
    return [{ title: "", text: text.slice(0, EXAMPLE_LENGTH_MAX), label: name, weight: EXAMPLE_WEIGHT }];
  });
  const known = [...start, ...learned];
  // Trained again and again while tickets wait, and almost without titles: not worth trying out how to read them.
  const model = trainModel([...describeCategories(desk, known), ...known], { choosesSettings: false });
  const temperature =
    learned.length < EXAMPLES_TRUSTED_FROM ? Math.max(1, model.temperature) : model.temperature;
  return keepLabels({ ...model, temperature }, [...names.values()]);
}

/** Without the background's columns: its part is played once the others have learned what does not tell them apart. */
function keepLabels(model: Model, labels: string[]): Model {
  const columns = labels.map((label) => model.labels.indexOf(label)).filter((column) => column >= 0);
  if (columns.length === model.labels.length) return model;
  const features = model.vocabulary.keys.length;
  const weights = new Float32Array(features * columns.length);
  for (let feature = 0; feature < features; feature++) {
    columns.forEach((column, c) => {
      weights[feature * columns.length + c] = model.weights[feature * model.labels.length + column] as number;
    });
  }
  return {
    ...model,
    labels: columns.map((column) => model.labels[column] as string),
    weights,
    // How the start's tickets are spread says nothing about this desk's.
    bias: new Float32Array(columns.length),
  };
}

/** A category with fewer examples is shown its own description until it has about as many. */
const EXAMPLES_WANTED = 20;

/** A name is one example, and so is each piece of the description; repeated where there is little else. */
function describeCategories(desk: Pick<Desk, "categories">, known: LabelledDocument[]): LabelledDocument[] {
  return desk.categories.flatMap(({ name, description }) => {
    const described = { title: name, text: description, label: name };
    const missing = EXAMPLES_WANTED - known.filter(({ label }) => label === name).length;
    if (missing <= 0) return [described];
    const pieces = description.split(/[,;.、。]/u).filter((piece) => /\p{L}/u.test(piece));
    const all = [
      described,
      { ...described, text: "" },
      ...pieces.map((text) => ({ title: "", text, label: name })),
    ];
    return Array.from({ length: Math.ceil(missing / all.length) }, () => all).flat();
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
