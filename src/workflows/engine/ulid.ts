/** Ids of runs and events: ULIDs (https://github.com/ulid/spec), 26 characters that sort by creation. */

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** `entropy` is 10 bytes. */
export function encodeUlid(timeMs: number, entropy: Uint8Array): string {
  if (entropy.length !== 10) throw new RangeError("A ULID needs 10 bytes of entropy.");
  let time = Math.min(Math.max(0, Math.floor(timeMs)), 2 ** 48 - 1);
  let timePart = "";
  for (let i = 0; i < 10; i++) {
    timePart = ALPHABET.charAt(time % 32) + timePart;
    time = Math.floor(time / 32);
  }
  let randomPart = "";
  for (let start = 0; start < 10; start += 5) {
    // 40 bits at a time are 8 characters, and fit a number exactly.
    let bits = 0;
    for (const byte of entropy.subarray(start, start + 5)) bits = bits * 256 + byte;
    let part = "";
    for (let i = 0; i < 8; i++) {
      part = ALPHABET.charAt(bits % 32) + part;
      bits = Math.floor(bits / 32);
    }
    randomPart += part;
  }
  return timePart + randomPart;
}

export function createUlid(timeMs: number): string {
  return encodeUlid(timeMs, crypto.getRandomValues(new Uint8Array(10)));
}

/** The least id of a moment: what was created before it has a lesser one. */
export function firstUlidOf(timeMs: number): string {
  return encodeUlid(timeMs, new Uint8Array(10));
}

/**
 * Ids that a repeated request gets again, from the SDK's header `x-inngest-event-id-seed` ("{ms},{10 bytes in base64}"):
 * when the answer to a send was lost, sending it again must not double the events.
 * Returns undefined when the header is absent or malformed.
 */
export function createSeededUlids(seed: string | null | undefined): ((index: number) => string) | undefined {
  const match = /^(\d{1,15}),([A-Za-z0-9+/=]+)$/.exec(seed ?? "");
  const bytes = match?.[2] === undefined ? undefined : decodeBase64(match[2]);
  if (!match || bytes?.length !== 10) return undefined;
  const timeMs = Number(match[1]);
  return (index) => {
    const entropy = Uint8Array.from(bytes);
    const tail = new DataView(entropy.buffer);
    tail.setUint32(6, (tail.getUint32(6) + index) >>> 0);
    return encodeUlid(timeMs, entropy);
  };
}

function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
