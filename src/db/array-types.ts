/**
 * Arrays of Postgres' built-in types, known without asking the server.
 *
 * postgres.js asks each new connection for its array types, in a query whose failure nobody awaits: a server that stops
 * at that moment ends our process with an unhandled rejection (porsager/postgres issues 1192 and 1223). It also costs a
 * round trip and 10 KB. Their numbers have been the same in every Postgres release, so they stand here instead.
 */
import type { Sql } from "postgres";

/** Element type → array type, as in `pg_type.dat` of the Postgres source. */
export const ARRAY_TYPES: ReadonlyArray<readonly [elementOid: number, arrayOid: number]> = [
  [16, 1000], // bool
  [17, 1001], // bytea
  [20, 1016], // int8
  [21, 1005], // int2
  [23, 1007], // int4
  [25, 1009], // text
  [26, 1028], // oid
  [19, 1003], // name
  [114, 199], // json
  [700, 1021], // float4
  [701, 1022], // float8
  [1042, 1014], // char(n)
  [1043, 1015], // varchar
  [1082, 1182], // date
  [1114, 1115], // timestamp
  [1184, 1185], // timestamptz
  [1700, 1231], // numeric
  [2950, 2951], // uuid
  [3802, 3807], // jsonb
];

type Convert = (value: unknown) => unknown;

/** Teaches a pool the arrays above. `options` are those of the pool: its connections read them. */
export function registerArrayTypes(options: Sql["options"]): void {
  // Not in the published types: it is how `sql.array(…)` finds the array type of its elements.
  const { typeArrayMap } = (options as unknown as { shared: { typeArrayMap: Record<number, number> } })
    .shared;
  for (const [elementOid, arrayOid] of ARRAY_TYPES) {
    typeArrayMap[elementOid] = arrayOid;
    const parse: Convert = options.parsers[elementOid] ?? ((text) => text);
    const serialize: Convert = options.serializers[elementOid] ?? String;
    options.parsers[arrayOid] = (text: string) => parseArray(text, parse);
    options.serializers[arrayOid] = (value: unknown) => serializeArray(value, serialize);
  }
}

/**
 * Reads an array literal such as `{1,NULL,"a, \"b\""}` or `{{1,2},{3,4}}`; a leading `[0:1]=` is skipped.
 * https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
 */
export function parseArray(text: string, parse: Convert): unknown[] {
  let at = text.indexOf("{");
  const readQuoted = (): unknown => {
    let value = "";
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === "\\") at++;
      value += text[at];
    }
    at++;
    return parse(value);
  };
  const readBare = (): unknown => {
    const start = at;
    while (text[at] !== "," && text[at] !== "}") at++;
    const value = text.slice(start, at);
    return value === "NULL" ? null : parse(value);
  };
  const readArray = (): unknown[] => {
    const items: unknown[] = [];
    at++;
    while (text[at] !== "}") {
      if (text[at] === ",") at++;
      items.push(text[at] === "{" ? readArray() : text[at] === '"' ? readQuoted() : readBare());
    }
    at++;
    return items;
  };
  return readArray();
}

/** Writes an array literal. A string is taken for a literal already, as postgres.js does. */
export function serializeArray(value: unknown, serialize: Convert): string {
  if (!Array.isArray(value)) return String(value);
  const items = value.map((item: unknown) => {
    if (item === null || item === undefined) return "NULL";
    if (Array.isArray(item)) return serializeArray(item, serialize);
    return `"${String(serialize(item)).replace(/["\\]/g, "\\$&")}"`;
  });
  return `{${items.join(",")}}`;
}
