-- The embedded workflow engine: events, the runs they start, and what each run has done, waits for and does next.
-- JSON is kept as `json`, not `jsonb`: step results come back byte for byte, and NUL characters survive.

-- What was sent. An event id is taken once: a second sending starts nothing.
create table engine_events (
  id          text primary key check (id <> ''),
  name        text not null check (name <> ''),
  payload     json not null, -- the event as functions see it: {id, name, data, ts, ...}
  routed      boolean not null default false, -- its runs are created, and the waits it ends are ended
  received_at timestamptz not null
);
create index engine_events_unrouted_idx on engine_events (received_at, id) where not routed;

-- One run for each function that an event starts.
create table engine_runs (
  id             text primary key, -- a ULID: sorts by creation
  function_id    text not null,
  event_id       text not null references engine_events,
  state          text not null default 'active' check (state in ('active', 'finished', 'dead', 'cancelled')),
  output         json,
  error          json,
  limit_key      text, -- the value of the function's concurrency key
  parent_run_id  text, -- the run whose step.invoke started this one
  parent_step_id text,
  created_at     timestamptz not null,
  ended_at       timestamptz,
  constraint engine_runs_event_key unique (event_id, function_id),
  check ((state = 'active') = (ended_at is null))
);
create index engine_runs_active_idx on engine_runs (id) where state = 'active';
create index engine_runs_dead_idx on engine_runs (id) where state = 'dead';
create index engine_runs_cancelled_idx on engine_runs (id) where state = 'cancelled';

-- Results that a run never computes again. step_id is the SDK's hash of the step's name.
create table engine_steps (
  run_id    text not null references engine_runs on delete cascade,
  step_id   text not null,
  seq       bigint generated always as identity,
  name      text not null,
  kind      text not null check (kind in ('run', 'sleep', 'event', 'invoke')),
  data      json,
  error     json, -- the step failed for good; null: it succeeded with data
  stored_at timestamptz not null,
  primary key (run_id, step_id)
);

-- Calls to make: the function from its start over the stored results ('step'), or one planned parallel step.
-- A claim is a lease: available_at moves to the lease's end, so a dead process's call comes up again by itself.
create table engine_queue (
  id           bigint generated always as identity primary key,
  run_id       text not null references engine_runs on delete cascade,
  function_id  text not null,
  step_id      text not null,
  name         text not null default '',
  attempt      integer not null default 0,
  available_at timestamptz not null,
  claimed_by   text, -- the engine that holds the lease
  claims       integer not null default 0, -- counts claims: (id, claims) names one lease and fences its writes
  lapses       integer not null default 0, -- leases that ran out: the process died, perhaps of this very call
  again        boolean not null default false, -- something was stored while the call was under way: call once more
  fresh        boolean not null default false, -- made with the run: at its first claim there is nothing stored
  limit_key    text,
  constraint engine_queue_call_key unique (run_id, step_id)
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
create index engine_queue_due_idx on engine_queue (function_id, available_at);
create index engine_queue_claimed_idx on engine_queue (function_id, limit_key) where claimed_by is not null;

-- What a run waits for: a time ('sleep'), an event or its time-out ('event'), another run ('invoke'),
-- and the events that would cancel it ('cancel').
create table engine_waits (
  run_id      text not null references engine_runs on delete cascade,
  step_id     text not null,
  name        text not null,
  kind        text not null check (kind in ('sleep', 'event', 'invoke', 'cancel')),
  due_at      timestamptz not null, -- the sleep's end, or the time-out
  event_name  text,
  match_path  text not null default '', -- '' where only `condition` can tell
  match_value text not null default '',
  condition   text, -- an expression over event and async; null: path and value say it all
  created_at  timestamptz not null,
  primary key (run_id, step_id)
) with (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500);
create index engine_waits_due_idx on engine_waits (due_at);
create index engine_waits_event_idx on engine_waits (event_name, match_path, match_value) where event_name is not null;

-- The paths by which waits have ever matched an event's name: which index keys an arriving event must look up.
create table engine_listeners (
  event_name text not null,
  match_path text not null,
  primary key (event_name, match_path)
);

-- When each cron trigger fires next. Whoever moves next_at forward fires it: once, over any number of processes.
create table engine_crons (
  function_id text not null,
  expression  text not null,
  next_at     timestamptz not null,
  primary key (function_id, expression)
);

-- Functions with an idempotency key: one run for each key until it expires.
create table engine_idempotency (
  function_id text not null,
  key         text not null,
  run_id      text not null,
  expires_at  timestamptz not null,
  primary key (function_id, key)
);
