/** An admin keeps the desk's list of categories: adds, renames, orders, retires. */
import type { StaffActor } from "../core/actor.ts";
import { findByCategoryName, foldCategoryName } from "../core/category-name.ts";
import { AppError } from "../core/errors.ts";
import {
  CATEGORIES_MAX,
  type CategoryRow,
  insertCategory,
  lockCategories,
  updateCategory,
} from "../db/categories.ts";
import { inTransaction, type Sql, storableText } from "../db/client.ts";
import { addDeskEvent } from "../db/desk-events.ts";

/** Rejects with `conflict` where there is one of this name, or too many. */
export async function addCategory(
  sql: Sql,
  actor: StaffActor,
  category: { name: string; description: string; position: number | null },
): Promise<CategoryRow> {
  requireAdmin(actor);
  return inTransaction(sql, async (tx) => {
    const all = await lockCategories(tx);
    requireFreeName(all, category.name);
    if (all.length >= CATEGORIES_MAX) {
      throw new AppError("conflict", `A desk has ${CATEGORIES_MAX} categories at most.`);
    }
    const last = Math.max(0, ...all.map(({ position }) => position));
    const added = { ...category, position: category.position ?? last + 1 };
    if (!(await insertCategory(tx, added)))
      throw new AppError("conflict", `There is a category ${added.name}.`);
    await addDeskEvent(tx, "category-added", actor, added);
    return { ...added, name: storableText(added.name), active: true };
  });
}

export type CategoryChange = { [Field in keyof CategoryRow]?: CategoryRow[Field] | undefined };

/** Rejects with `not_found`, or `conflict` for a name in use or the last category that is not retired. */
export async function reviseCategory(
  sql: Sql,
  actor: StaffActor,
  name: string,
  change: CategoryChange,
): Promise<CategoryRow> {
  requireAdmin(actor);
  return inTransaction(sql, async (tx) => {
    const all = await lockCategories(tx);
    const was = findByCategoryName(all, name);
    if (!was) throw new AppError("not_found", "The desk has no such category.");
    const others = all.filter((one) => one !== was);
    if (change.name !== undefined) requireFreeName(others, change.name);
    if (change.active === false && !others.some(({ active }) => active)) {
      throw new AppError("conflict", "This is the last category: add another before you retire it.");
    }
    const became: CategoryRow = {
      name: storableText(change.name ?? was.name),
      description: change.description ?? was.description,
      position: change.position ?? was.position,
      active: change.active ?? was.active,
    };
    await updateCategory(tx, was.name, became);
    await addDeskEvent(tx, "category-changed", actor, { was, became });
    return became;
  });
}

function requireFreeName(categories: readonly CategoryRow[], name: string): void {
  const taken = categories.find((one) => foldCategoryName(one.name) === foldCategoryName(name));
  if (!taken) return;
  throw new AppError(
    "conflict",
    `There is a category ${taken.name}${taken.active ? "" : ", which is retired"}.`,
  );
}

function requireAdmin(actor: StaffActor): void {
  if (actor.kind !== "admin") throw new AppError("forbidden", "Only an admin changes categories.");
}
