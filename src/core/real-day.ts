/** Does a text begin with a day that exists (`2026-11-22…`)? Date takes the 30th of February for the 2nd of March. */
export function beginsWithRealDay(text: string): boolean {
  const [day] = /^\d{4}-\d{2}-\d{2}(?!\d)/.exec(text) ?? [];
  if (day === undefined) return false;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}
