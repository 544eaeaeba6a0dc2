/** Reads what Slack posts: events as JSON, clicks and forms as JSON in a `payload` field, commands as plain fields. */

const FORM = "application/x-www-form-urlencoded";

export type SlackBody = Record<string, unknown>;

/**
 * The whole body of a request to us, or null where it is larger than `maxBytes`. A length that is announced is the
 * length that HTTP delivers: then the body is read at once, which spares a stream for each request of a burst.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const announced = Number(request.headers.get("content-length") ?? Number.NaN);
  const isExact = announced <= maxBytes && !request.headers.has("transfer-encoding");
  if (!isExact) return readLimited(request, maxBytes);
  const bytes = new Uint8Array(await request.arrayBuffer());
  return bytes.length > maxBytes ? null : bytes;
}

/** The whole body, or null where it is larger than `maxBytes`; stops reading there. */
export async function readLimited(
  source: { body: ReadableStream<Uint8Array> | null; headers: Headers },
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (Number(source.headers.get("content-length") ?? 0) > maxBytes) {
    await source.body?.cancel();
    return null;
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = source.body?.getReader();
  for (let next = await reader?.read(); next !== undefined && !next.done; next = await reader?.read()) {
    size += next.value.length;
    if (size > maxBytes) {
      await reader?.cancel();
      return null;
    }
    chunks.push(next.value);
  }
  return join(chunks, size);
}

function join(chunks: Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}

/** Slack's check of our certificate: a small unsigned form that asks for nothing. */
export function isSslCheck(contentType: string, bytes: Uint8Array): boolean {
  if (!contentType.startsWith(FORM) || bytes.length > 1000) return false;
  return new URLSearchParams(new TextDecoder().decode(bytes)).get("ssl_check") === "1";
}

/** The request as one object, or null where it is none of Slack's three forms. */
export function parseSlackBody(contentType: string, bytes: Uint8Array): SlackBody | null {
  const text = new TextDecoder().decode(bytes);
  if (!contentType.startsWith(FORM)) return parseObject(text);
  const fields = new URLSearchParams(text);
  const payload = fields.get("payload");
  return payload === null ? Object.fromEntries(fields) : parseObject(payload);
}

function parseObject(json: string): SlackBody | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as SlackBody) : null;
  } catch {
    return null;
  }
}
