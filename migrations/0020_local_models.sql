-- The local classifier as trained on this desk's own tickets. Every process loads the newest; a few older ones stay to
-- go back to (delete the newest row).
create table local_models (
  version     bigint generated always as identity primary key,
  trained_at  timestamptz not null default now(),
  row_count   int not null check (row_count >= 0), -- the desk's own tickets that it was trained on
  learned_from text not null, -- fingerprint of categories and tickets: the same means that nothing new is to be learned
  figures     jsonb not null, -- by cross-validation
  content     bytea not null,
  size_bytes  int generated always as (octet_length(content)) stored
);
-- Weights are as good as random: trying to compress them is time spent for nothing.
alter table local_models alter column content set storage external;

-- What the desk learns from, without looking at every ticket; those that people corrected have an index of 0021.
create index tickets_settled_idx on tickets (number desc)
  where status in ('resolved', 'closed') and category is not null;
