-- What operators are told of, tokens that a mail provider has renewed, and originals of which only the beginning is here.

-- One open alert for each subject: raised once, told again once a day, cleared when it works again.
create table alerts (
  id         uuid primary key default gen_random_uuid(),
  subject    text not null check (subject <> ''), -- e.g. `mailbox/support@example.com/INBOX`, `parked`
  kind       text not null check (kind <> ''),
  problem    text not null,
  fix        text not null,
  raised_at  timestamptz not null default now(),
  seen_at    timestamptz not null default now(), -- when it was last found to be so
  told_at    timestamptz not null default now(),
  told_count integer not null default 1,
  cleared_at timestamptz
);
create unique index alerts_open_key on alerts (subject) where cleared_at is null;
create index alerts_raised_idx on alerts (raised_at desc, id);

-- A refresh token that the provider gave in place of the one in the settings, sealed under a key made of that one:
-- a copy of the database alone signs nobody in, and new settings make an old row unreadable.
create table mail_tokens (
  name       text primary key check (name <> ''),
  sealed     bytea,
  updated_at timestamptz not null default now()
);

-- False: the mail server handed over only a part, or nothing; `replay` asks it again.
alter table raw_messages add column complete boolean not null default true;
