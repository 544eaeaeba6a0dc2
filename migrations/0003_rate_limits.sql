-- How often somebody tried within a window. Counted here and not in memory, so that the limit holds over all processes.
create table rate_limits (
  key      text primary key check (key <> ''),
  attempts integer not null,
  ends_at  timestamptz not null
);
create index rate_limits_ends_idx on rate_limits (ends_at);
