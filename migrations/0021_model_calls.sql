-- What each call of a model cost, and how it failed: `away` (no answer), `answer` (one that cannot be used),
-- `leak` (it gave away its instructions), `unread` (nothing was left to show it).
alter table triage_results
  add column tokens_thinking integer,
  add column cost numeric(14, 8), -- in the currency of GEMINI_PRICE_IN and GEMINI_PRICE_OUT; null where they are not set
  add column failure text check (failure in ('away', 'answer', 'leak', 'unread'));
update triage_results set failure = 'away' where error is not null;
create index triage_results_created_idx on triage_results (created_at);

-- Whether a model can be asked, shared by every process: one row for each source that has ever failed.
create table model_health (
  source     text primary key check (source in ('gemini')),
  failures   integer not null default 0, -- in a row
  openings   integer not null default 0, -- in a row: each doubles the pause
  away_since timestamptz, -- null: it is asked
  retry_at   timestamptz, -- nobody asks before; then one asks for all
  probe_until timestamptz, -- somebody is asking for all
  code       text,
  reason     text,
  updated_at timestamptz not null default now()
);

-- Tickets whose labels a person has set: the examples of prompts are looked up among them by their words.
create index tickets_corrected_idx on tickets (updated_at desc) where person_changed <> '{}';
create index tickets_corrected_search_idx on tickets using gin (search) where person_changed <> '{}';
