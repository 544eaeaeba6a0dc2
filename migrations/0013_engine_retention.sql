-- What the nightly pruning looks for. Runs need no index of their own: their ids sort by creation. Events arrive in the
-- order of their times, so that a block range index finds the old ones and costs an insert nothing.
create index engine_events_received_idx on engine_events using brin (received_at)
  with (pages_per_range = 32, autosummarize = on);
