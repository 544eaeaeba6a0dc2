/** What functions return, as JSON text. */

/**
 * As `JSON.stringify`, but for what that cannot write: `undefined` and functions become null, a bigint is left out, and
 * a reference back to what holds it becomes "[Circular]". The SDK does the same for an answer over HTTP.
 * Throws only what a `toJSON` of the value throws.
 */
export function toJsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch {
    text = JSON.stringify(value, createLenientReplacer());
  }
  return text ?? "null";
}

function createLenientReplacer(): (this: unknown, key: string, value: unknown) => unknown {
  const holders: unknown[] = [];
  return function (_key, value) {
    if (typeof value === "bigint") return undefined;
    if (value === null || typeof value !== "object") return value;
    while (holders.length > 0 && holders.at(-1) !== this) holders.pop();
    if (holders.includes(value)) return "[Circular]";
    holders.push(value);
    return value;
  };
}
