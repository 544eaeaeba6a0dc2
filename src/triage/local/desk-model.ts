/** The model of one desk: the built-in start, as far as the desk has those categories, and the desk's own examples. */
import { PRIORITIES } from "../../core/ticket.ts";
import type { Desk, TriageExample } from "../../core/triage.ts";
import { guessStartCategories } from "./seed/category-names.ts";
import { SEED_CATEGORIES, SEED_TERMS, SEED_TICKETS, type SeedTicket } from "./seed/seed.ts";
import { finishSteps } from "./softmax.ts";
import { tokenise } from "./tokenise.ts";
import { type LabelledDocument, type Model, scaleSteps, trainInSteps } from "./train.ts";

export interface DeskModel {
  categories: Model;
  /** Null while the desk has decided too few priorities to learn from: the cues decide alone. */
  priorities: Model | null;
}

/** Tickets of the start in categories that the desk does not have: they teach what ordinary words are worth. */
const BACKGROUND = "\u0000";
/** A single term says less than a ticket. */
const TERM_WEIGHT = 0.5;
/** What a person of this desk corrected says more than a ticket of the start; what was closed as triaged, a little more. */
const CORRECTED_WEIGHT = 2;
const SETTLED_WEIGHT = 1.2;
export const EXAMPLES_MAX = 10_000;
/** The start's tickets are easier than real ones: until the desk has so many of its own, be no surer than without them. */
const EXAMPLES_TRUSTED_FROM = 200;
const EXAMPLE_LENGTH_MAX = 6000;
const PRIORITY_EXAMPLES_MIN = 30;
const PRIORITY_EXAMPLES_OF_EACH_MIN = 5;

/**
 * Trains a model that knows the desk's categories and no others. A category that the start does not know has its name
 * and description to go by until there are examples.
 */
export function trainDeskModel(desk: Pick<Desk, "categories">, examples: TriageExample[]): DeskModel {
  return finishSteps(trainDeskModelInSteps(desk, examples));
}

/** `trainDeskModel` with rests between: yields the share that is done, 0 to 1. */
export function* trainDeskModelInSteps(
  desk: Pick<Desk, "categories">,
  examples: TriageExample[],
): Generator<number, DeskModel> {
  const newest = examples.slice(0, EXAMPLES_MAX);
  const categories = yield* scaleSteps(trainCategories(desk, newest), 0, 0.7);
  const priorities = yield* scaleSteps(trainPriorities(newest), 0.7, 1);
  return { categories, priorities };
}

function* trainCategories(
  desk: Pick<Desk, "categories">,
  examples: TriageExample[],
): Generator<number, Model> {
  const names = new Map(desk.categories.map(({ name }) => [foldName(name), name]));
  const meaning = readMeanings(desk);
  const fromStart = (tickets: SeedTicket[], weight: number): LabelledDocument[] =>
    tickets.flatMap(({ text, category }) => {
      const meant = meaning.get(category) ?? [`${BACKGROUND}${category}`];
      return meant.map((label) => ({ title: "", text, label, weight: weight / meant.length }));
    });
  const start = [...fromStart(SEED_TICKETS, 1), ...fromStart(SEED_TERMS, TERM_WEIGHT)];
  const learned = examples.flatMap((example): LabelledDocument[] => {
    const name = example.category === null ? undefined : names.get(foldName(example.category));
    return name === undefined ? [] : [toDocument(example, name)];
  });
  const known = [...start, ...learned];
  // While the start is most of it, what fits the start best says nothing about the desk's tickets.
  const choosesSettings = learned.length > start.length;
  const model = yield* trainInSteps([...describeCategories(desk, known), ...known], { choosesSettings });
  const temperature =
    learned.length < EXAMPLES_TRUSTED_FROM ? Math.max(1, model.temperature) : model.temperature;
  return keepLabels({ ...model, temperature }, [...names.values()]);
}

/**
 * For each category of the start the desk's own: the one of the same name, else those whose name means it ("Logins").
 * A name with words of several ("Hardware & Software") takes part in each.
 */
function readMeanings(desk: Pick<Desk, "categories">): Map<string, string[]> {
  const meanings = new Map<string, string[]>();
  const known = new Map(SEED_CATEGORIES.map((category) => [foldName(category), category]));
  const others: string[] = [];
  for (const { name } of desk.categories) {
    const same = known.get(foldName(name));
    if (same === undefined) others.push(name);
    else meanings.set(same, [name]);
  }
  const taken = new Set(meanings.keys());
  for (const name of others) {
    for (const category of guessStartCategories(readWords(name))) {
      if (!taken.has(category)) meanings.set(category, [...(meanings.get(category) ?? []), name]);
    }
  }
  return meanings;
}

/** Also out of `camelCase` and `snake_case`. */
function readWords(name: string): string[] {
  const apart = name.replace(/_/gu, " ").replace(/(?<=\p{Ll})(?=\p{Lu})/gu, " ");
  return tokenise(apart).map(({ word }) => word);
}

function* trainPriorities(examples: TriageExample[]): Generator<number, Model | null> {
  const decided = examples.flatMap((example) =>
    example.priority === null ? [] : [toDocument(example, example.priority)],
  );
  const counts = PRIORITIES.map((priority) => decided.filter(({ label }) => label === priority).length);
  const isEnough = counts.filter((count) => count >= PRIORITY_EXAMPLES_OF_EACH_MIN).length >= 2;
  if (decided.length < PRIORITY_EXAMPLES_MIN || !isEnough) return null;
  return yield* trainInSteps(decided);
}

function toDocument({ title, text, corrected }: TriageExample, label: string): LabelledDocument {
  const weight = corrected === false ? SETTLED_WEIGHT : CORRECTED_WEIGHT;
  return { title: title ?? "", text: text.slice(0, EXAMPLE_LENGTH_MAX), label, weight };
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
    const described = { title: readWords(name).join(" "), text: description, label: name };
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
