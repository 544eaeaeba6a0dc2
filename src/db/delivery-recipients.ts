/** What became of each recipient of a mail of ours. */
import type { RecipientOutcome, RecipientState } from "../core/delivery.ts";
import { type Sql, storableText } from "./client.ts";

/** Addresses of a delivery whom no server has taken or refused yet. */
export async function listWaitingRecipients(sql: Sql, deliveryId: string): Promise<string[]> {
  const rows = await sql<{ address: string }[]>`
    select address from delivery_recipients where delivery_id = ${deliveryId} and state = 'waiting' order by address`;
  return rows.map((row) => row.address);
}

/** Writes what the server said; an address that it did not judge for good keeps waiting, with the reason. */
export async function setRecipientOutcomes(
  sql: Sql,
  deliveryId: string,
  outcomes: readonly RecipientOutcome[],
): Promise<void> {
  await sql`
    update delivery_recipients r set
      state = said.state, error = said.error, error_class = said.error_class, status = said.status, changed_at = now()
    from unnest(
      ${outcomes.map(({ address }) => address.toLowerCase())}::text[], ${outcomes.map(({ state }) => state)}::text[],
      ${outcomes.map(({ error }) => storable(error))}::text[], ${outcomes.map(({ errorClass }) => errorClass)}::text[],
      ${outcomes.map(({ status }) => status)}::text[]
    ) said (address, state, error, error_class, status)
    where r.delivery_id = ${deliveryId} and r.address = said.address and r.state = 'waiting'`;
}

/** Nobody tries any more: who still waits will not get it. */
export async function failWaitingRecipients(
  sql: Sql,
  deliveryId: string,
  trouble: { error: string; errorClass: string | null },
): Promise<void> {
  await sql`
    update delivery_recipients set state = 'failed', error = ${storable(trouble.error)},
      error_class = coalesce(${trouble.errorClass}, error_class), changed_at = now()
    where delivery_id = ${deliveryId} and state = 'waiting'`;
}

export async function listRecipientStates(sql: Sql, deliveryId: string): Promise<RecipientState[]> {
  const rows = await sql<{ state: RecipientState }[]>`
    select state from delivery_recipients where delivery_id = ${deliveryId}`;
  return rows.map((row) => row.state);
}

export interface RecipientRow {
  address: string;
  role: "to" | "cc";
  state: RecipientState;
  error: string | null;
  errorClass: string | null;
}

export async function listRecipients(sql: Sql, deliveryId: string): Promise<RecipientRow[]> {
  return sql<RecipientRow[]>`
    select address, role, state, error, error_class as "errorClass"
    from delivery_recipients where delivery_id = ${deliveryId} order by role desc, address`;
}

function storable(text: string | null): string | null {
  return text === null ? null : storableText(text).slice(0, 1000);
}
