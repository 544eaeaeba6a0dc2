-- What moderators do in Slack: each click once, declined tickets, proposed changes of skills, App Home.

-- A click or a submitted form that was carried out; a second delivery of it finds its key here and changes nothing.
create table handled_actions (
  key        text primary key check (key <> ''),
  handled_at timestamptz not null default now()
);
create index handled_actions_at_idx on handled_actions (handled_at);

-- "Not mine": whoever declined a ticket is not given it again.
create table ticket_declines (
  ticket_id  uuid not null references tickets,
  user_id    uuid not null references users on delete cascade,
  reason     text not null check (reason in ('skill', 'topic', 'time', 'other')),
  note       text not null default '',
  created_at timestamptz not null default now(),
  primary key (ticket_id, user_id)
);

-- A skill that somebody says they do not have after all; an admin decides.
create table skill_proposals (
  id         uuid primary key default gen_random_uuid(),
  user_id    uuid not null references users on delete cascade,
  skill_id   uuid not null references skills on delete cascade,
  ticket_id  uuid not null references tickets,
  note       text not null default '',
  state      text not null default 'open' check (state in ('open', 'accepted', 'ignored')),
  decided_by uuid references users on delete set null,
  decided_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index skill_proposals_open on skill_proposals (user_id, skill_id) where state = 'open';
create index skill_proposals_ticket_idx on skill_proposals (ticket_id);

-- Drawings of a card are counted when they begin and when they end, so that an older one cannot stay on top of a newer.
alter table slack_cards
  add column begun      integer not null default 0,
  add column finished   integer not null default 0,
  add column shown_hash text;

-- Who opened App Home, when, and what it shows.
create table slack_homes (
  slack_user_id text primary key check (slack_user_id <> ''),
  team          text not null default '',
  name          text not null default '',
  email         text check (email = lower(email)),
  opened_at     timestamptz not null default now(),
  shown_hash    text,
  shown_tickets uuid[] not null default '{}'
);
create index slack_homes_opened_idx on slack_homes (opened_at);

-- The audit trail of what concerns people rather than one ticket: the away switch, decided proposals.
create table desk_events (
  id         bigint generated always as identity primary key,
  type       text not null,
  actor_kind text not null check (actor_kind in ('moderator', 'admin', 'system')),
  actor_id   uuid,
  via        text not null check (via in ('email', 'slack', 'api', 'workflow', 'cli')),
  data       jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index desk_events_created_idx on desk_events (created_at);
