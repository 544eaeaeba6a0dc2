-- Who may be given a ticket and when, proposals of skills, and what corrections were corrections of.

-- Working hours are optional, as text ("Mon-Fri 09:00-17:00"); without them somebody is there unless away.
alter table users
  add column deactivated_at timestamptz,
  add column away_since     timestamptz,
  add column hands_over     boolean not null default false, -- gone for long: their open tickets go to others
  add column takes_general  boolean not null default false, -- is given tickets that need no skill we know
  add column time_zone      text,
  add column working_hours  text,
  add constraint users_hours_check check ((time_zone is null) = (working_hours is null));
update users set away_since = now() where away;
-- Those who may still hold tickets that they cannot work on.
create index users_left_idx on users (id)
  where last_assigned_at is not null and (role = 'user' or deactivated_at is not null or away);

-- The load of each person, weighted by priority, from the index alone.
create index tickets_open_load_idx on tickets (assignee_id, priority) where status in ('open', 'in_progress', 'waiting');
drop index tickets_load_idx;

-- A skill that a classifier named and the desk does not have is proposed, and counted once for each ticket.
alter table skills drop constraint skills_status_check;
alter table skills add constraint skills_status_check check (status in ('active', 'proposed', 'refused', 'retired'));
alter table skills
  add column seen         integer not null default 0,
  add column last_seen_at timestamptz,
  add column decided_by   uuid references users on delete set null,
  add column decided_at   timestamptz;
create index skills_status_idx on skills (status, seen desc, normalised);
create table skill_sightings (
  skill_id  uuid not null references skills on delete cascade,
  ticket_id uuid not null references tickets,
  seen_at   timestamptz not null default now(),
  primary key (skill_id, ticket_id)
);
create index skill_sightings_ticket_idx on skill_sightings (ticket_id);

-- Names are compared by stricter rules: only known frameworks are the same with and without "js", and "++" is spelled.
update skills set normalised = normalised || 'js'
where lower(name) ~ 'js\s*$' and normalised !~ 'js$' and normalised <> all (array[
    'react', 'preact', 'vue', 'svelte', 'ember', 'express', 'next', 'nuxt', 'nest', 'backbone', 'meteor', 'gatsby',
    'electron', 'knockout', 'jquery', 'redux', 'koa', 'hapi', 'fastify', 'handlebars', 'lodash', 'underscore', 'moment',
    'three', 'babylon', 'd3', 'phaser', 'p5', 'leaflet'])
  and not exists (select 1 from skills other where other.normalised = skills.normalised || 'js');
update skills set normalised = left(normalised, -2) || 'plusplus'
where name ~ '\+\+\s*$' and normalised like '%pp' and normalised <> 'cpp'
  and not exists (select 1 from skills other where other.normalised = left(skills.normalised, -2) || 'plusplus');

-- What a person corrected: whose label it was, and how sure of it that was.
alter table corrections
  add column source      text check (source in ('gemini', 'local', 'person')),
  add column confidence  real check (confidence between 0 and 1),
  add column provisional boolean not null default false,
  add column via         text check (via in ('email', 'slack', 'api', 'workflow', 'cli'));
drop index corrections_ticket_idx;
create index corrections_ticket_idx on corrections (ticket_id, field, created_at);

-- The report of triage looks for what was triaged in a time, and for what people did on it.
create index tickets_triaged_idx on tickets (triaged_at) where triaged_at is not null;
create index ticket_events_staff_idx on ticket_events (ticket_id) where actor_kind in ('moderator', 'admin');

alter table categories
  add column created_at timestamptz not null default now(),
  add column updated_at timestamptz not null default now();
