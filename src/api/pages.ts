/** Keyset pages: `limit` rows, and in `nextCursor` the place where the next page begins. */
import { z } from "@hono/zod-openapi";

const ROWS_MAX = 100;
const ROWS_USUAL = 20;

/** The query of a list whose cursors look like this. */
export function pageQuery(cursor: RegExp) {
  return {
    cursor: z
      .string()
      .regex(cursor, "must be the nextCursor of the page before")
      .optional()
      .openapi({ description: "`nextCursor` of the page before." }),
    limit: z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_USUAL),
  };
}

/** `rows` were asked for with one more than `limit`: whether it is there tells whether there is a next page. */
export function cutPage<Row>(
  rows: readonly Row[],
  limit: number,
  cursorOf: (last: Row) => string,
): { page: Row[]; nextCursor: string | null } {
  const page = rows.slice(0, limit);
  const last = rows.length > limit ? page.at(-1) : undefined;
  return { page, nextCursor: last === undefined ? null : cursorOf(last) };
}
