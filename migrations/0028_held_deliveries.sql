-- An answer whose channel is off waits until it is on again: it is neither lost nor failed.
alter table deliveries add column held_at timestamptz;
create index deliveries_held_idx on deliveries (held_at) where held_at is not null;
