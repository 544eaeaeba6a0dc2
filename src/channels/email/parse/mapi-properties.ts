/** A list of MAPI properties as TNEF encodes it: MS-OXTNEF, 2.1.3.4. */
import { decodeBytes } from "./charset.ts";

const PROPERTIES_MAX = 10_000;
const VALUES_MAX = 10_000;
const MULTI_VALUED = 0x1000;

const TYPE = {
  short: 0x02,
  long: 0x03,
  boolean: 0x0b,
  string8: 0x1e,
  unicode: 0x1f,
  binary: 0x102,
  object: 0x0d,
} as const;
/** Of the types with a fixed size, in bytes, padded to four. */
const SIZES: Readonly<Record<number, number>> = {
  [TYPE.short]: 4,
  [TYPE.long]: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 8,
  10: 4,
  [TYPE.boolean]: 4,
  20: 8,
  64: 8,
  72: 16,
};

export interface MapiProperties {
  /** Empty where there is no such property, or it is no text. */
  text(id: number): string;
  bytes(id: number): Uint8Array | null;
  number(id: number): number | null;
}

/** `charset` is that of 8-bit strings. Reads as far as the bytes make sense. */
export function readMapiProperties(data: Uint8Array, charset: string): MapiProperties {
  const values = new Map<number, { type: number; value: Uint8Array }>();
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  try {
    const count = Math.min(view.getUint32(0, true), PROPERTIES_MAX);
    let at = 4;
    for (let read = 0; read < count; read++) {
      const type = view.getUint16(at, true);
      const id = view.getUint16(at + 2, true);
      at += 4;
      if (id >= 0x8000) at = skipName(view, at);
      const { value, next } = readValue(data, view, type, at);
      if (!values.has(id)) values.set(id, { type: type & ~MULTI_VALUED, value });
      at = next;
    }
  } catch (error) {
    // The list was cut: what came before the cut counts.
    if (!(error instanceof RangeError)) throw error;
  }
  return {
    text: (id) => decodeProperty(values.get(id), charset),
    bytes: (id) => values.get(id)?.value ?? null,
    number: (id) => readNumber(values.get(id)),
  };
}

function skipName(view: DataView, at: number): number {
  const kind = view.getUint32(at + 16, true);
  return kind === 0 ? at + 24 : at + 24 + pad(view.getUint32(at + 20, true));
}

function readValue(
  data: Uint8Array,
  view: DataView,
  type: number,
  start: number,
): { value: Uint8Array; next: number } {
  const base = type & ~MULTI_VALUED;
  const size = SIZES[base];
  const isMany = (type & MULTI_VALUED) !== 0;
  if (size !== undefined) {
    const count = isMany ? view.getUint32(start, true) : 1;
    const at = isMany ? start + 4 : start;
    return { value: data.subarray(at, at + size), next: at + size * count };
  }
  if (base !== TYPE.string8 && base !== TYPE.unicode && base !== TYPE.binary && base !== TYPE.object) {
    throw new RangeError(`MAPI type ${base} is not known.`);
  }
  const count = view.getUint32(start, true);
  let at = start + 4;
  let first: Uint8Array | null = null;
  for (let read = 0; read < Math.min(count, VALUES_MAX); read++) {
    const length = view.getUint32(at, true);
    first ??= data.subarray(at + 4, at + 4 + length);
    at += 4 + pad(length);
  }
  return { value: first ?? new Uint8Array(), next: at };
}

function pad(length: number): number {
  return (length + 3) & ~3;
}

function decodeProperty(found: { type: number; value: Uint8Array } | undefined, charset: string): string {
  if (found === undefined) return "";
  if (found.type === TYPE.unicode) return new TextDecoder("utf-16le").decode(found.value).replace(/\0+$/, "");
  return found.type === TYPE.string8 ? decodeBytes(found.value, charset).replace(/\0+$/, "") : "";
}

function readNumber(found: { type: number; value: Uint8Array } | undefined): number | null {
  if (found?.type !== TYPE.long || found.value.length < 4) return null;
  return new DataView(found.value.buffer, found.value.byteOffset, 4).getUint32(0, true);
}
