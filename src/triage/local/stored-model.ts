/** The stored form of what a desk has learned: a short header in JSON, then the numbers as they lie in memory. */
import { AppError } from "../../core/errors.ts";
import type { DeskModel } from "./desk-model.ts";
import type { Model, ModelFigures } from "./train.ts";
import { indexVocabulary, type VectorSettings } from "./vectors.ts";

/** Rises with every change of the features or of this form: an older model is then trained again. */
export const STORED_FORMAT = 3;
const MAGIC = [0x44, 0x48, 0x4c, 0x4d];
const HEAD_BYTES = 8;
const HEADER_BYTES_MAX = 1_000_000;

interface PartHeader {
  labels: string[];
  features: number;
  settings: VectorSettings;
  temperature: number;
  bias: number[];
  /** Weights are 16-bit steps of so much. */
  step: number;
  figures: ModelFigures | null;
}

interface Header {
  format: number;
  categories: PartHeader;
  priorities: PartHeader | null;
}

/** Below 20 MB, mostly below 8; `unpackDeskModel` reads it back with weights exact to 1/32767 of the largest. */
export function packDeskModel({ categories, priorities }: DeskModel): Uint8Array {
  const parts = priorities === null ? [categories] : [categories, priorities];
  const steps = parts.map(chooseStep);
  const headers = parts.map((part, i) => describePart(part, steps[i] as number));
  const header: Header = {
    format: STORED_FORMAT,
    categories: headers[0] as PartHeader,
    priorities: headers[1] ?? null,
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const numbers = parts.flatMap((part, i) => packNumbers(part, steps[i] as number));
  const pieces = [text, ...numbers];
  const packed = new Uint8Array(HEAD_BYTES + pieces.reduce((sum, { length }) => sum + padded(length), 0));
  packed.set(MAGIC);
  new DataView(packed.buffer).setUint32(4, text.length, true);
  let at = HEAD_BYTES;
  for (const piece of pieces) {
    packed.set(piece, at);
    at += padded(piece.length);
  }
  return packed;
}

function chooseStep({ weights }: Model): number {
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, Math.abs(weight));
  return largest / 32_767 || 1;
}

function describePart({ labels, vocabulary, temperature, bias, figures }: Model, step: number): PartHeader {
  const { settings, keys } = vocabulary;
  return { labels, features: keys.length, settings, temperature, bias: [...bias], step, figures };
}

function packNumbers({ vocabulary, weights }: Model, step: number): Uint8Array[] {
  const steps = Int16Array.from(weights, (weight) => Math.round(weight / step));
  return [vocabulary.keys, vocabulary.idf, steps].map(
    ({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength),
  );
}

/** So that each array begins where its numbers may lie. */
function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** Throws `invalid` on what `packDeskModel` of this version did not write, in whatever way it is broken. */
export function unpackDeskModel(packed: Uint8Array): DeskModel {
  try {
    return readModel(packed);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw unreadable();
  }
}

function readModel(packed: Uint8Array): DeskModel {
  if (packed.length < HEAD_BYTES || MAGIC.some((byte, i) => packed[i] !== byte)) throw unreadable();
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const length = view.getUint32(4, true);
  if (length > Math.min(HEADER_BYTES_MAX, packed.length - HEAD_BYTES)) throw unreadable();
  const text = new TextDecoder("utf-8", { fatal: true }).decode(
    packed.subarray(HEAD_BYTES, HEAD_BYTES + length),
  );
  const header = JSON.parse(text) as Header;
  if (header.format !== STORED_FORMAT) throw unreadable();
  const categories = readPart(header.categories, packed, HEAD_BYTES + padded(length));
  const priorities = header.priorities ? readPart(header.priorities, packed, categories.end) : null;
  if ((priorities ?? categories).end !== packed.length) throw unreadable();
  return { categories: categories.model, priorities: priorities?.model ?? null };
}

function readPart(part: PartHeader, packed: Uint8Array, start: number): { model: Model; end: number } {
  const { labels, features, settings, temperature, bias, step, figures } = part;
  const isWhole =
    Array.isArray(labels) &&
    labels.every((label) => typeof label === "string") &&
    Array.isArray(bias) &&
    [features, temperature, step, ...bias, settings.titleWeight, settings.rarity].every(Number.isFinite);
  if (!isWhole || bias.length !== labels.length || !(temperature > 0)) throw unreadable();
  let at = start;
  const take = (bytes: number): ArrayBuffer => {
    if (at + bytes > packed.length) throw unreadable();
    // A copy, so that the numbers lie where they may; a Buffer's own `slice` would be none.
    const taken = new Uint8Array(packed.subarray(at, at + bytes)).buffer;
    at += padded(bytes);
    return taken;
  };
  const keys = new Int32Array(take(features * 4));
  const idf = new Float32Array(take(features * 4));
  const steps = new Int16Array(take(features * labels.length * 2));
  const vocabulary = indexVocabulary(keys, idf, settings);
  const weights = Float32Array.from(steps, (value) => value * step);
  const model: Model = {
    version: 1,
    labels,
    vocabulary,
    weights,
    bias: Float32Array.from(bias),
    temperature,
    figures: figures ?? null,
  };
  return { model, end: at };
}

function unreadable(): AppError {
  return new AppError("invalid", "This is not a stored classifier of this version: train it again.");
}
