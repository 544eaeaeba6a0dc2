/** The desk's own list of categories. */
import { type Sql, storableText } from "./client.ts";

export interface CategoryRow {
  name: string;
  description: string;
  /** Where it stands in lists: by this, then by name. */
  position: number;
  /** False: retired. Tickets keep it, and no new one gets it. */
  active: boolean;
}

/** Lists are short: a desk has tens of categories, and a classifier could not tell hundreds apart. */
export const CATEGORIES_MAX = 500;

export async function listCategories(sql: Sql): Promise<CategoryRow[]> {
  return sql<CategoryRow[]>`
    select name, description, position, active from categories
    order by active desc, position, name limit ${CATEGORIES_MAX}`;
}

/** Those in use, in the desk's order. */
export async function listActiveCategories(sql: Sql): Promise<Pick<CategoryRow, "name" | "description">[]> {
  const rows = await sql<Pick<CategoryRow, "name" | "description">[]>`
    select name, description from categories where active order by position, name`;
  return [...rows];
}

/** All of them, locked in one order, so that two changes come one after the other. */
export async function lockCategories(sql: Sql): Promise<CategoryRow[]> {
  return sql<CategoryRow[]>`
    select name, description, position, active from categories order by name for no key update`;
}

/** False where there is one of this name. */
export async function insertCategory(sql: Sql, category: Omit<CategoryRow, "active">): Promise<boolean> {
  const { name, description, position } = category;
  const result = await sql`
    insert into categories (name, description, position)
    values (${storableText(name)}, ${storableText(description)}, ${position}) on conflict do nothing`;
  return result.count === 1;
}

/** Tickets follow a new name by themselves; so do the corrections that name it. */
export async function updateCategory(sql: Sql, name: string, category: CategoryRow): Promise<void> {
  const became = storableText(category.name);
  await sql`
    update categories set name = ${became}, description = ${storableText(category.description)},
      position = ${category.position}, active = ${category.active}, updated_at = now()
    where name = ${name}`;
  if (became === name) return;
  await sql`update corrections set was = ${became} where field = 'category' and was = ${name}`;
  await sql`update corrections set became = ${became} where field = 'category' and became = ${name}`;
}
