-- Since when a ticket has its status, and the statuses before: what deadlines and closing are decided from. Kept by a
-- trigger, so that no way of changing a status can forget it.
alter table tickets add column status_since timestamptz not null default now();
update tickets set status_since = coalesce(closed_at, resolved_at, updated_at);
create index tickets_quiet_idx on tickets (status, status_since) where status in ('waiting', 'resolved');

create table ticket_status_changes (
  id        bigint generated always as identity primary key,
  ticket_id uuid not null references tickets on delete cascade,
  status    text not null,
  at        timestamptz not null
);
create index ticket_status_changes_ticket_idx on ticket_status_changes (ticket_id, id);
insert into ticket_status_changes (ticket_id, status, at)
select id, status, status_since from tickets where status <> 'open';

create function keep_ticket_status() returns trigger language plpgsql as $$
begin
  new.status_since := now();
  insert into ticket_status_changes (ticket_id, status, at) values (new.id, new.status, now());
  return new;
end $$;
create trigger ticket_status_is_kept before update of status on tickets
  for each row when (old.status is distinct from new.status) execute function keep_ticket_status();

-- By when a ticket is to be answered and to be resolved. `wake_at` is when there is something to tell of it.
create table ticket_deadlines (
  ticket_id   uuid not null references tickets on delete cascade,
  kind        text not null check (kind in ('answer', 'resolve')),
  state       text not null check (state in ('running', 'paused', 'ended')),
  since       timestamptz, -- tells one deadline from the next of its kind
  remind_at   timestamptz,
  due_at      timestamptz,
  reminded_at timestamptz,
  missed_at   timestamptz,
  wake_at     timestamptz generated always as (
    case when state <> 'running' or missed_at is not null then null
      when reminded_at is null then remind_at else due_at end
  ) stored,
  primary key (ticket_id, kind),
  check ((state = 'running') = (due_at is not null and remind_at is not null))
);
create index ticket_deadlines_wake_idx on ticket_deadlines (wake_at) where wake_at is not null;

-- The warning that went out before a quiet ticket is resolved, for the wait that it was about.
create table ticket_close_warnings (
  ticket_id    uuid primary key references tickets on delete cascade,
  status_since timestamptz not null,
  warned_at    timestamptz not null
);
