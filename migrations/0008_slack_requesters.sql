-- The requesters' side of Slack: what is completed after a message is recorded, edits and deletions, linked accounts.

alter table intake_ledger drop constraint intake_ledger_outcome_check;
alter table intake_ledger add constraint intake_ledger_outcome_check check (outcome in
  ('ticket', 'reply', 'duplicate', 'auto-reply', 'bounce', 'report', 'list', 'own', 'edit', 'request', 'parked'));

-- What Slack delivered and was told to have arrived: one short insert, so that a burst does not wait for tickets to be
-- made of it. A row stays until its message has an outcome in the ledger.
create table slack_inbox (
  id          bigint generated always as identity primary key,
  account     text not null,
  external_id text not null,
  message     jsonb not null,
  received_at timestamptz not null default now(),
  constraint slack_inbox_source_key unique (account, external_id)
);

-- What Slack sent of a message whose people are still to be named, whose files are to be fetched, or whose ticket needs
-- a thread. `announces` is the event that waits for that.
create table slack_sources (
  message_id      uuid primary key references messages,
  author          text not null, -- Slack id
  mrkdwn          text not null,
  rendered        text not null, -- the message's text as it was recorded: replaced only while it still stands
  files           jsonb not null default '[]',
  began_in_thread boolean not null default false,
  requested_by    text, -- Slack id of whoever asked for the ticket
  needs_thread    boolean not null default false,
  announces       text check (announces in ('ticket/created', 'ticket/replied')),
  announced_at    timestamptz
);

-- Texts that no longer stand in a message: its author has edited it. Kept for staff, and for the audit trail.
create table message_versions (
  id          uuid primary key default gen_random_uuid(),
  message_id  uuid not null references messages,
  text        text not null,
  replaced_at timestamptz not null default now()
);
create index message_versions_message_idx on message_versions (message_id, replaced_at);
alter table messages
  add column edited_at timestamptz,
  add column deleted_at timestamptz;

-- A file of a channel is stored once, however often it is fetched.
alter table attachments add column source_id text check (source_id <> '');
create unique index attachments_source_key on attachments (message_id, source_id) where source_id is not null;

-- One-time codes by which a signed-in user says in Slack: this is me. Only the hash is kept.
create table slack_link_codes (
  code_hash  text primary key check (code_hash <> ''),
  user_id    uuid not null unique references users on delete cascade,
  expires_at timestamptz not null
);

-- Slack gives a channel a new id when it is shared or moved: settings and old events name the old one.
create table slack_channel_moves (
  old_id text primary key check (old_id <> ''),
  new_id text not null check (new_id <> '')
);

-- The state of the ticket as the requester's thread shows it, under our first answer; null while it shows none.
alter table slack_threads add column shown_status text;
