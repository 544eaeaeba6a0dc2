-- Whose words a message holds, what clients thread by, and what became of each recipient of an answer.

-- Written by somebody who held one of our signed ids or addresses, but took no part before: see docs/decisions/0005.
alter table messages add column newcomer boolean not null default false;
-- Outlook's own thread id of a mail that came in (header Thread-Index): our answer continues it.
alter table messages add column thread_index text;

alter table deliveries
  add column error_class text,
  -- The Message-ID that the provider put in place of ours, where it says so (Amazon SES, Microsoft 365).
  add column provider_message_id text check (provider_message_id <> '');
create index deliveries_provider_id_idx on deliveries (provider_message_id) where provider_message_id is not null;

create table delivery_recipients (
  delivery_id uuid not null references deliveries,
  address     text not null check (address <> ''), -- lower case
  role        text not null check (role in ('to', 'cc')),
  state       text not null default 'waiting' check (state in ('waiting', 'sent', 'failed', 'bounced')),
  error       text,
  error_class text,
  status      text, -- enhanced status code (RFC 3463), e.g. 5.1.1
  changed_at  timestamptz not null default now(),
  primary key (delivery_id, address)
);
-- A bounce that names nothing but the recipient is looked up here.
create index delivery_recipients_address_idx on delivery_recipients (address, changed_at);

insert into delivery_recipients (delivery_id, address, role, state, changed_at)
select distinct on (d.id, lower(person ->> 'address'))
  d.id, lower(person ->> 'address'), role,
  case d.state when 'sent' then 'sent' when 'bounced' then 'bounced' when 'failed' then 'failed' else 'waiting' end,
  coalesce(d.sent_at, d.created_at)
from deliveries d
cross join lateral (
  select 'to' as role, person from jsonb_array_elements(d.recipients -> 'to') person
  union all
  select 'cc', person from jsonb_array_elements(d.recipients -> 'cc') person
) people
where d.channel = 'email' and person ->> 'address' <> ''
order by d.id, lower(person ->> 'address'), role desc;
