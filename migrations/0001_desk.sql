-- The desk: people, tickets, what was said, what was sent, and one ledger row for everything that came in.

create table users (
  id                uuid primary key default gen_random_uuid(),
  email             text not null check (email = lower(email) and email like '%_@_%'),
  name              text not null default '',
  role              text not null default 'user' check (role in ('user', 'moderator', 'admin')),
  password_hash     text,
  email_verified_at timestamptz,
  slack_user_id     text unique check (slack_user_id <> ''),
  capacity          integer not null default 10 check (capacity between 0 and 1000),
  away              boolean not null default false,
  last_assigned_at  timestamptz,
  created_at        timestamptz not null default now(),
  updated_at        timestamptz not null default now(),
  constraint users_email_key unique (email)
);
create index users_role_idx on users (role) where role <> 'user';
create index users_created_idx on users (created_at, id);

-- A skill is matched by its normalised name ("React.js" and "ReactJS" are "react"); aliases lead to the same row.
create table skills (
  id         uuid primary key default gen_random_uuid(),
  name       text not null,
  normalised text not null unique check (normalised <> ''),
  status     text not null default 'active' check (status in ('active', 'proposed')),
  created_at timestamptz not null default now()
);
create table skill_aliases (
  normalised text primary key check (normalised <> ''),
  skill_id   uuid not null references skills on delete cascade
);
create table user_skills (
  user_id  uuid not null references users on delete cascade,
  skill_id uuid not null references skills on delete cascade,
  primary key (user_id, skill_id)
);
create index user_skills_skill_idx on user_skills (skill_id);

create table categories (
  name        text primary key check (name <> ''),
  description text not null default '',
  position    integer not null default 0,
  active      boolean not null default true
);

-- Who writes to us. A requester is not an account: an address that mailed us gets one only after it is verified.
create table requesters (
  id         uuid primary key default gen_random_uuid(),
  channel    text not null check (channel in ('email', 'slack', 'api')),
  address    text not null check (address <> ''), -- mail address in lower case, Slack team/user, or user id
  name       text not null default '',
  email      text check (email = lower(email)),
  user_id    uuid references users on delete set null,
  mail_state text not null default 'ok' check (mail_state in ('ok', 'bouncing')),
  created_at timestamptz not null default now(),
  constraint requesters_identity_key unique (channel, address)
);
create index requesters_user_idx on requesters (user_id) where user_id is not null;
create index requesters_email_idx on requesters (email) where email is not null;

create sequence ticket_number start 1000;
create table tickets (
  id              uuid primary key default gen_random_uuid(),
  number          bigint not null unique default nextval('ticket_number'),
  title           text not null check (title <> ''),
  description     text not null,
  status          text not null default 'open' check (status in ('open', 'in_progress', 'waiting', 'resolved', 'closed')),
  priority        text not null default 'medium' check (priority in ('low', 'medium', 'high')),
  category        text references categories (name) on update cascade,
  summary         text not null default '',
  helpful_notes   text not null default '',
  suggested_reply text not null default '',
  related_skills  text[] not null default '{}',
  language        text,
  confidence      real check (confidence between 0 and 1),
  triage_source   text check (triage_source in ('gemini', 'local', 'person')),
  provisional     boolean not null default false,
  triaged_at      timestamptz,
  person_changed  text[] not null default '{}', -- fields that a person has set: triage never writes them again
  channel         text not null check (channel in ('email', 'slack', 'api')),
  account         text not null default '',
  requester_id    uuid not null references requesters,
  assignee_id     uuid references users on delete set null,
  assigned_at     timestamptz,
  assignment      jsonb, -- the whole decision: chosen, why, who else was considered
  follow_up_of    uuid references tickets,
  no_automatic_answer text, -- why the requester gets no automatic message; null: they may
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  resolved_at     timestamptz,
  closed_at       timestamptz,
  search          tsvector generated always as (
    setweight(to_tsvector('simple', left(title, 2000)), 'A') || to_tsvector('simple', left(summary || ' ' || description, 100000))
  ) stored
);
alter sequence ticket_number owned by tickets.number;
create index tickets_requester_idx on tickets (requester_id, number desc);
create index tickets_status_idx on tickets (status, number desc);
create index tickets_priority_idx on tickets (priority, number desc);
create index tickets_category_idx on tickets (category, number desc);
create index tickets_assignee_idx on tickets (assignee_id, number desc);
create index tickets_load_idx on tickets (assignee_id) where status in ('open', 'in_progress', 'waiting');
create index tickets_unassigned_idx on tickets (number) where assignee_id is null and status in ('open', 'in_progress', 'waiting');
create index tickets_provisional_idx on tickets (number) where provisional;
create index tickets_search_idx on tickets using gin (search);

-- The original of a mail, byte for byte.
create table raw_messages (
  id         uuid primary key default gen_random_uuid(),
  sha256     text not null,
  size_bytes integer not null,
  source     bytea not null,
  created_at timestamptz not null default now()
);
create index raw_messages_created_idx on raw_messages (created_at);

create table messages (
  id              uuid primary key default gen_random_uuid(),
  ticket_id       uuid not null references tickets,
  kind            text not null check (kind in ('message', 'reply', 'note', 'acknowledgement', 'notice')),
  visibility      text not null default 'public' check (visibility in ('public', 'internal')),
  direction       text not null check (direction in ('inbound', 'outbound')),
  channel         text not null check (channel in ('email', 'slack', 'api')),
  author_user_id  uuid references users on delete set null,
  author_requester_id uuid references requesters,
  author_name     text not null default '',
  subject         text not null default '',
  text            text not null,
  text_trimmed    text not null,
  html            text,
  email_message_id text check (email_message_id <> ''),
  in_reply_to     text,
  email_references text[] not null default '{}',
  from_address    text,
  to_addresses    jsonb not null default '[]', -- [{address, name}]
  cc_addresses    jsonb not null default '[]',
  reply_to_addresses jsonb not null default '[]',
  slack_channel   text,
  slack_ts        text,
  raw_id          uuid references raw_messages on delete set null,
  authentication  jsonb,
  submission_key  text unique check (submission_key <> ''), -- one form sent twice writes one message
  created_at      timestamptz not null default now()
);
create index messages_ticket_idx on messages (ticket_id, created_at, id);
create index messages_email_id_idx on messages (email_message_id) where email_message_id is not null;
create unique index messages_one_acknowledgement on messages (ticket_id) where kind = 'acknowledgement';
create unique index messages_slack_key on messages (slack_channel, slack_ts) where slack_ts is not null;

create table attachments (
  id           uuid primary key default gen_random_uuid(),
  message_id   uuid not null references messages,
  filename     text not null,
  content_type text not null,
  size_bytes   integer not null,
  content_id   text,
  inline       boolean not null default false,
  sha256       text not null,
  content      bytea not null
);
create index attachments_message_idx on attachments (message_id);

-- Zero gap: every mail UID, Slack message and API call that reached us has exactly one row and one outcome here.
create table intake_ledger (
  id           uuid primary key default gen_random_uuid(),
  channel      text not null check (channel in ('email', 'slack', 'api')),
  account      text not null check (account <> ''),
  external_id  text not null check (external_id <> ''),
  outcome      text not null check (outcome in
                 ('ticket', 'reply', 'duplicate', 'auto-reply', 'bounce', 'report', 'list', 'own', 'parked')),
  reason       text not null,
  ticket_id    uuid references tickets,
  message_id   uuid references messages,
  raw_id       uuid references raw_messages on delete set null,
  email_message_id text,
  recorded_at  timestamptz not null default now(),
  constraint intake_ledger_source_key unique (channel, account, external_id)
);
create index intake_ledger_outcome_idx on intake_ledger (outcome, recorded_at);
create index intake_ledger_ticket_idx on intake_ledger (ticket_id);

-- One row for each distinct content: the second delivery of the same mail is a duplicate, whoever delivers it.
create table intake_fingerprints (
  fingerprint text primary key check (fingerprint <> ''),
  ledger_id   uuid not null references intake_ledger
);

create table mailbox_cursors (
  mailbox      text primary key check (mailbox <> ''),
  uid_validity bigint not null,
  first_uid    bigint not null, -- where we began: older mail is not ours to explain
  last_uid     bigint not null,
  since        timestamptz not null, -- after a new UIDVALIDITY, mail received before this is not ours either
  updated_at   timestamptz not null default now()
);

-- A Slack thread belongs to one ticket: the requester's own thread, or the one under the moderators' card.
create table slack_threads (
  channel   text not null check (channel <> ''),
  thread_ts text not null check (thread_ts <> ''),
  role      text not null check (role in ('requester', 'card')),
  ticket_id uuid not null references tickets,
  primary key (channel, thread_ts),
  constraint slack_threads_role_key unique (ticket_id, role)
);

-- Slack channels that we answer for, and since when: what reconcile compares with the ledger.
create table slack_watches (
  channel  text primary key check (channel <> ''),
  since_ts text not null
);

-- The moderators' card. 'posting' is committed before Slack is called: a crash in between is noticed, not repeated.
create table slack_cards (
  ticket_id uuid primary key references tickets,
  state     text not null check (state in ('posting', 'posted')),
  channel   text,
  ts        text,
  check (state = 'posting' or (channel is not null and ts is not null))
);

create table deliveries (
  id          uuid primary key default gen_random_uuid(),
  message_id  uuid not null unique references messages,
  ticket_id   uuid not null references tickets,
  channel     text not null check (channel in ('email', 'slack')),
  state       text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'bounced', 'failed', 'cancelled')),
  recipients  jsonb not null, -- email: {to: [], cc: []}; Slack: {channel, threadTs}
  not_before  timestamptz not null default now(),
  attempts    integer not null default 0,
  last_error  text,
  external_id text, -- the Message-ID, or the Slack ts
  created_at  timestamptz not null default now(),
  sent_at     timestamptz
);
create index deliveries_state_idx on deliveries (state, created_at) where state <> 'sent';
create index deliveries_ticket_idx on deliveries (ticket_id);

-- Each try of each classifier, kept with what it said and what it cost.
create table triage_results (
  id             uuid primary key default gen_random_uuid(),
  ticket_id      uuid not null references tickets,
  run_id         text not null, -- the workflow run that tried: a step run twice stores one row
  source         text not null check (source in ('gemini', 'local')),
  model          text not null,
  prompt_version text not null,
  result         jsonb,
  error          text,
  latency_ms     integer not null,
  tokens_in      integer,
  tokens_out     integer,
  created_at     timestamptz not null default now(),
  check ((result is null) <> (error is null)),
  constraint triage_results_run_key unique (ticket_id, run_id, source)
);
create index triage_results_ticket_idx on triage_results (ticket_id, created_at);

create table corrections (
  id         uuid primary key default gen_random_uuid(),
  ticket_id  uuid not null references tickets,
  user_id    uuid references users on delete set null,
  field      text not null check (field in ('category', 'priority', 'skills')),
  was        text,
  became     text not null,
  created_at timestamptz not null default now()
);
create index corrections_created_idx on corrections (created_at);
create index corrections_ticket_idx on corrections (ticket_id);

-- The audit trail: who did what to a ticket, and by which door.
create table ticket_events (
  id         bigint generated always as identity primary key,
  ticket_id  uuid not null references tickets,
  type       text not null,
  actor_kind text not null check (actor_kind in ('requester', 'moderator', 'admin', 'system')),
  actor_id   uuid,
  via        text not null check (via in ('email', 'slack', 'api', 'workflow', 'cli')),
  data       jsonb not null default '{}',
  created_at timestamptz not null default now()
);
create index ticket_events_ticket_idx on ticket_events (ticket_id, id);

-- Events leave in the transaction that made them true; the relay hands them to the workflows.
create table outbox (
  id         bigint generated always as identity primary key,
  name       text not null,
  data       jsonb not null,
  created_at timestamptz not null default now(),
  sent_at    timestamptz,
  attempts   integer not null default 0,
  last_error text
);
create index outbox_waiting_idx on outbox (id) where sent_at is null;
create index outbox_sent_idx on outbox (sent_at) where sent_at is not null;
create function notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('outbox', '');
  return null;
end $$;
create trigger outbox_wakes_relay after insert on outbox for each statement execute function notify_outbox();

insert into categories (name, description, position) values
  ('Access & Accounts', 'Passwords, sign-in, permissions, locked or new accounts, single sign-on, two-factor', 1),
  ('Hardware', 'Laptops, monitors, printers, phones, docks, keyboards, batteries', 2),
  ('Software', 'Installing, updating, licences, crashes and errors of desktop and web applications', 3),
  ('Network', 'VPN, Wi-Fi, DNS, slow or no connection, firewall, remote access', 4),
  ('Email & Calendar', 'Mailboxes, delivery, spam, calendars, meetings, shared inboxes', 5),
  ('Billing', 'Invoices, payments, refunds, subscriptions, prices, plans', 6),
  ('Product', 'How a feature works, defects of our own product, integrations, API, feature requests', 7),
  ('Security', 'Phishing, malware, lost devices, leaks, suspicious activity, data protection', 8);

with seed (name, normalised, aliases) as (values
  ('Windows', 'windows', array['win10', 'win11', 'microsoftwindows']),
  ('macOS', 'macos', array['mac', 'osx', 'applemac']),
  ('Linux', 'linux', array['ubuntu', 'debian']),
  ('Hardware repair', 'hardwarerepair', array['hardware', 'laptop', 'printer', 'printing']),
  ('Networking', 'networking', array['network', 'wifi', 'dns', 'firewall']),
  ('VPN', 'vpn', array['wireguard', 'openvpn']),
  ('Identity', 'identity', array['sso', 'okta', 'activedirectory', 'entra', 'mfa', 'accounts']),
  ('Microsoft 365', 'microsoft365', array['office365', 'o365', 'm365', 'outlook', 'teams']),
  ('Google Workspace', 'googleworkspace', array['gmail', 'gsuite', 'googlecalendar']),
  ('Billing', 'billing', array['invoicing', 'payments', 'stripe', 'refunds']),
  ('API', 'api', array['rest', 'restapi', 'webhooks', 'integrations']),
  ('React', 'react', array[]::text[]),
  ('JavaScript', 'javascript', array['js', 'ecmascript']),
  ('TypeScript', 'typescript', array['ts']),
  ('Node.js', 'nodejs', array['node']),
  ('Java', 'java', array[]::text[]),
  ('Python', 'python', array[]::text[]),
  ('SQL', 'sql', array['postgres', 'postgresql', 'mysql', 'database', 'databases']),
  ('Security', 'security', array['phishing', 'infosec', 'malware'])
), placed as (
  insert into skills (name, normalised) select name, normalised from seed returning id, normalised
)
insert into skill_aliases (normalised, skill_id)
select alias, placed.id from seed join placed using (normalised), unnest(seed.aliases) alias;
